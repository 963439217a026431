import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Parsed } from '../shared/fields.ts'
import type { MacKeys } from '../shared/nonce.ts'
import { listQuery } from '../shared/schemas/link-view.ts'
import type { LinkPage, LinkView, ListQuery } from '../shared/schemas/types.ts'
import type { EpochMs } from '../shared/time.ts'
import { type ListCursor, cursorOf, readCursor } from './cursor.ts'
import { askNearestReplica } from './locate-link.ts'
import type { ApiContext, ListPageRequest, StoredPage, ListPosition } from './ports.ts'
import type { QuotaMeter } from './quota.ts'
import { type ApiResult, refuse } from './result.ts'
import { fieldsOfQuery, reader } from './schema-reader.ts'
import { stateOf, toLinkView } from './show-link.ts'

/**
 * What an answer may take: so long, in milliseconds, over all the Regions that are asked, and so many pages of the table. Then
 * the caller goes on.
 */
const patienceMs = 3000
const mostPages = 10

/** Most links that one page of the table may have; 1 MB holds about so many. */
const mostLinks = 1000

const cursorRule = 'the "next" of a page, together with the reference and state it was asked with'

/**
 * Lists links without their secrets: 200, with `next` while there may be more. A link that is there all the while is on
 * exactly one page; one that comes or goes in between may be on any or none. Links are shown as the nearest replica has
 * them, which may be a moment old; `GET /links/{id}` asks the home. A state is a matter of the clock, so links are told
 * apart by it once they are read. Each page of the table costs a request of the caller's quota: the first is paid already.
 */
export async function list(query: ListQuery, meter: QuotaMeter, context: ApiContext): Promise<ApiResult> {
  const { ports, deployment, replicas } = context
  const startedAt = ports.clock.now()
  const { mac } = await ports.keyring.current()
  const start = query.cursor === undefined ? undefined : readCursor(query.cursor, query, mac)
  const isForeign = start === undefined || !deployment.homeRegions.includes(start.region)
  if (query.cursor !== undefined && isForeign) return refuse('invalid-fields', { errors: [wrongCursor(query.cursor)] })
  const { error, ...gathered } = await askNearestReplica(start === undefined ? replicas : [start.region], region =>
    collectPages(query, { region, place: start?.place, startedAt }, { meter, context }),
  )
  return { outcome: 'listed', status: 200, body: pageOf(gathered, query, mac), error }
}

function wrongCursor(cursor: string) {
  return { field: 'cursor', got: `${cursor.length} characters that are none`, allowed: cursorRule }
}

/** The links of one answer, and where the next goes on. */
interface CollectedLinks {
  readonly links: readonly LinkView[]
  readonly next: ListCursor | undefined
  /** Why a later page couldn't be read. */
  readonly error?: unknown
}

interface Start {
  readonly region: ListCursor['region']
  readonly place: ListPosition | undefined
  /** When the list was asked for. */
  readonly startedAt: EpochMs
}

interface Gathering {
  readonly meter: QuotaMeter
  readonly context: ApiContext
}

/**
 * Reads on from a place in one replica until there are enough links, or no more, or it has taken enough. What was read is
 * kept when a later page can't be: rejects when the first one can't.
 */
async function collectPages(query: ListQuery, start: Start, gathering: Gathering): Promise<CollectedLinks> {
  const { region, startedAt } = start
  const { limit } = query
  const links: LinkView[] = []
  let after = start.place
  for (let turn = 0; turn < mostPages; turn += 1) {
    const listing = { reference: query.reference, after, limit: sizeOf(turn, limit - links.length, query) }
    let page: StoredPage | undefined
    try {
      page = await pageAt(turn, { listing, region, startedAt }, gathering)
    } catch (error) {
      if (turn === 0) throw error
      return { links, next: after && { region, place: after }, error }
    }
    if (page === undefined) break
    for (const [index, link] of page.links.entries()) {
      if (query.state !== undefined && stateOf(link, startedAt) !== query.state) continue
      links.push(toLinkView(link, startedAt))
      if (links.length < limit) continue
      const isLast = index === page.links.length - 1 && page.next === undefined
      return { links, next: isLast ? undefined : { region, place: link } }
    }
    after = page.next
    if (after === undefined) return { links, next: undefined }
  }
  return { links, next: after && { region, place: after } }
}

/** One page; of later ones none when time or quota is up: then the caller goes on from there. */
async function pageAt(
  turn: number,
  { listing, region, startedAt }: Pick<Start, 'region' | 'startedAt'> & { readonly listing: ListPageRequest },
  { meter, context }: Gathering,
): Promise<StoredPage | undefined> {
  const { clock, listings } = context.ports
  if (turn > 0 && (clock.now() >= startedAt + patienceMs || (await meter.chargeRequest(1)) !== undefined))
    return undefined
  return listings.page(listing, region)
}

/** Where links are told apart by their state, more are read each time, since fewer than hoped for may fit. */
function sizeOf(turn: number, wanted: number, { state, limit }: ListQuery): number {
  return state === undefined ? wanted : Math.min(mostLinks, limit * 4 ** turn)
}

function pageOf({ links, next }: CollectedLinks, query: ListQuery, mac: MacKeys): LinkPage {
  return { links: [...links], ...(next && { next: cursorOf(next, query, mac) }) }
}

const readQuery = reader(listQuery)

/**
 * Reads the query of `GET /links`; every wrong parameter is named, and one that is given twice is wrong. What isn't said
 * is filled in. Whether a cursor is one of ours, and for these filters, is not known here.
 */
export function readListQuery({
  queryStringParameters,
  multiValueQueryStringParameters,
}: Pick<APIGatewayProxyEvent, 'queryStringParameters' | 'multiValueQueryStringParameters'>): Parsed<ListQuery> {
  const single = Object.entries(queryStringParameters ?? {}).map(([name, value = '']) => [name, [value]] as const)
  return readQuery(fieldsOfQuery(multiValueQueryStringParameters ?? Object.fromEntries(single), listQuery))
}
