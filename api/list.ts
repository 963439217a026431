import type { MacKeys } from '../shared/nonce.ts'
import type { LinkPage, LinkView, ListQuery } from '../shared/openapi/types.ts'
import { type Answer, reject } from './answer.ts'
import { firstReplica } from './at-home.ts'
import { type Bookmark, cursorOf, readCursor } from './cursor.ts'
import { stateOf, viewOf } from './find.ts'
import type { Context, Place } from './ports.ts'

/** What an answer may take: so long, in milliseconds, and so many pages of the table. Then the caller goes on. */
const patienceMs = 3000
const mostPages = 10

/** Most links that one page of the table may have; 1 MB holds about so many. */
const mostLinks = 1000

const cursorRule = 'the "next" of a page, together with the reference and state it was asked with'

/**
 * Lists links without their secrets: 200, with `next` while there may be more. A link that is there all the while is on
 * exactly one page; one that comes or goes in between may be on any or none. Links are shown as the nearest replica has
 * them, which may be a moment old; `GET /links/{id}` asks the home. A state is a matter of the clock, so links are told
 * apart by it once they are read.
 */
export async function list(query: ListQuery, context: Context): Promise<Answer> {
  const { ports, deployment, replicas } = context
  const { mac } = await ports.keyring.current()
  const start = query.cursor === undefined ? undefined : readCursor(query.cursor, query, mac)
  const isForeign = start === undefined || !deployment.homeRegions.includes(start.region)
  if (query.cursor !== undefined && isForeign) return reject('invalid-fields', { errors: [wrongCursor(query.cursor)] })
  const gathered = await firstReplica(start === undefined ? replicas : [start.region], region =>
    gather(query, { region, place: start?.place }, context),
  )
  return { outcome: 'listed', status: 200, body: pageOf(gathered, query, mac) }
}

function wrongCursor(cursor: string) {
  return { field: 'cursor', got: `${cursor.length} characters that are none`, allowed: cursorRule }
}

/** The links of one answer, and where the next goes on. */
interface Gathered {
  readonly links: readonly LinkView[]
  readonly next: Bookmark | undefined
}

interface Start {
  readonly region: Bookmark['region']
  readonly place: Place | undefined
}

/** Reads on from a place in one replica until there are enough links, or no more, or it has taken enough. */
async function gather(query: ListQuery, { region, place }: Start, context: Context): Promise<Gathered> {
  const { clock, listings } = context.ports
  const { reference, limit } = query
  const startedAt = clock.now()
  const links: LinkView[] = []
  let after = place
  for (let turn = 0; turn < mostPages && (turn === 0 || clock.now() < startedAt + patienceMs); turn += 1) {
    const page = await listings.page({ reference, after, limit: sizeOf(turn, limit - links.length, query) }, region)
    for (const [index, link] of page.links.entries()) {
      if (query.state !== undefined && stateOf(link, startedAt) !== query.state) continue
      links.push(viewOf(link, startedAt))
      if (links.length < limit) continue
      const isLast = index === page.links.length - 1 && page.next === undefined
      return { links, next: isLast ? undefined : { region, place: link } }
    }
    after = page.next
    if (after === undefined) return { links, next: undefined }
  }
  return { links, next: after && { region, place: after } }
}

/** Where links are told apart by their state, more are read each time, since fewer than hoped for may fit. */
function sizeOf(turn: number, wanted: number, { state, limit }: ListQuery): number {
  return state === undefined ? wanted : Math.min(mostLinks, limit * 4 ** turn)
}

function pageOf({ links, next }: Gathered, query: ListQuery, mac: MacKeys): LinkPage {
  return { links: [...links], ...(next && { next: cursorOf(next, query, mac) }) }
}
