import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Parsed } from '../shared/fields.ts'
import type { MacKeys } from '../shared/nonce.ts'
import { listQuery } from '../shared/schemas/link-view.ts'
import type { LinkPage, LinkView, ListQuery } from '../shared/schemas/types.ts'
import type { EpochMs } from '../shared/time.ts'
import { cursorOf, type ListCursor, readCursor } from './cursor.ts'
import { askNearestReplica } from './locate-link.ts'
import type { ApiContext, ListPageRequest, ListPosition, StoredPage } from './ports.ts'
import type { QuotaMeter } from './quota.ts'
import { type ApiResult, refuse } from './result.ts'
import { fieldsOfQuery, reader } from './schema-reader.ts'
import { stateOf, toLinkView } from './show-link.ts'

/** Milliseconds after which no further page of the table is read, over all Regions; the caller continues with `next`. */
const readingMs = 3000
/** Most pages of the table that one response may take; the caller continues with `next`. */
const maxStoredPages = 10

/** Most links to read in one page of the table: about as many as fit in its 1 MB. */
const maxPageLinks = 1000

const cursorRule = 'the "next" of a page, with the same reference and state'

/**
 * Lists links without their secrets: 200, with `next` if there may be more. A link that exists from the first page to the
 * last is on exactly one page; one that is issued or removed in between may be on one page or none. Links come from the
 * nearest replica and may be a moment old; `GET /links/{id}` reads the home Region. A state depends on the clock, so links
 * are filtered by it after they are read. Each page of the table costs a request of the caller's quota; the first one is
 * charged already.
 */
export async function list(query: ListQuery, meter: QuotaMeter, context: ApiContext): Promise<ApiResult> {
  const { ports, deployment, replicas } = context
  const startedAt = ports.clock.now()
  const { mac } = await ports.keyring.current()
  const start = query.cursor === undefined ? undefined : readCursor(query.cursor, query, mac)
  const isForeign = start === undefined || !deployment.homeRegions.includes(start.region)
  if (query.cursor !== undefined && isForeign) return refuse('invalid-fields', { errors: [wrongCursor(query.cursor)] })
  const { error, ...collected } = await askNearestReplica(start === undefined ? replicas : [start.region], region =>
    collectPages(query, { region, position: start?.position, startedAt }, { meter, context }),
  )
  return { kind: 'done', outcome: 'listed', status: 200, body: pageOf(collected, query, mac), error }
}

function wrongCursor(cursor: string) {
  return {
    field: 'cursor',
    got: `${cursor.length} characters that are not a cursor for this list`,
    allowed: cursorRule,
  }
}

/** The links of one response, and the position where the next one continues. */
interface CollectedLinks {
  readonly links: readonly LinkView[]
  readonly next: ListCursor | undefined
  /** Error of a later page that couldn't be read. */
  readonly error?: unknown
}

interface Start {
  readonly region: ListCursor['region']
  readonly position: ListPosition | undefined
  /** When the request arrived. */
  readonly startedAt: EpochMs
}

interface ListContext {
  readonly meter: QuotaMeter
  readonly context: ApiContext
}

/**
 * Reads links from a position in one replica until there are enough or no more, or time, pages or quota run out. If a later
 * page can't be read, returns the links before it; rejects if the first page can't be read.
 */
async function collectPages(query: ListQuery, start: Start, listContext: ListContext): Promise<CollectedLinks> {
  const { region, startedAt } = start
  const { limit } = query
  const links: LinkView[] = []
  let after = start.position
  for (let pagesRead = 0; pagesRead < maxStoredPages; pagesRead += 1) {
    const pageRequest = { reference: query.reference, after, limit: sizeOf(pagesRead, limit - links.length, query) }
    let page: StoredPage | undefined
    try {
      page = await readPage(pagesRead, { pageRequest, region, startedAt }, listContext)
    } catch (error) {
      if (pagesRead === 0) throw error
      return { links, next: after && { region, position: after }, error }
    }
    if (page === undefined) break
    for (const [index, link] of page.links.entries()) {
      if (query.state !== undefined && stateOf(link, startedAt) !== query.state) continue
      links.push(toLinkView(link, startedAt))
      if (links.length < limit) continue
      const isLast = index === page.links.length - 1 && page.next === undefined
      return { links, next: isLast ? undefined : { region, position: link } }
    }
    after = page.next
    if (after === undefined) return { links, next: undefined }
  }
  return { links, next: after && { region, position: after } }
}

/** Reads one page; undefined if it is not the first and time or quota ran out: then the caller continues from there. */
async function readPage(
  pagesRead: number,
  { pageRequest, region, startedAt }: Pick<Start, 'region' | 'startedAt'> & { readonly pageRequest: ListPageRequest },
  { meter, context }: ListContext,
): Promise<StoredPage | undefined> {
  const { clock, listings } = context.ports
  if (pagesRead > 0 && (clock.now() >= startedAt + readingMs || (await meter.chargeRequest(1)) !== undefined))
    return undefined
  return listings.page(pageRequest, region)
}

/** With a filter by state, each page is larger than the one before, since few links may match. */
function sizeOf(pagesRead: number, missing: number, { state, limit }: ListQuery): number {
  return state === undefined ? missing : Math.min(maxPageLinks, limit * 4 ** pagesRead)
}

function pageOf({ links, next }: CollectedLinks, query: ListQuery, mac: MacKeys): LinkPage {
  return { links: [...links], ...(next && { next: cursorOf(next, query, mac) }) }
}

const readQuery = reader(listQuery)

/**
 * Parses the query of `GET /links` and fills in defaults, or returns every wrong parameter; one that is given twice is
 * wrong. Does not check whether a cursor is valid and for these filters.
 */
export function readListQuery({
  queryStringParameters,
  multiValueQueryStringParameters,
}: Pick<APIGatewayProxyEvent, 'queryStringParameters' | 'multiValueQueryStringParameters'>): Parsed<ListQuery> {
  const single = Object.entries(queryStringParameters ?? {}).map(([name, value = '']) => [name, [value]] as const)
  return readQuery(fieldsOfQuery(multiValueQueryStringParameters ?? Object.fromEntries(single), listQuery))
}
