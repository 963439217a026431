import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { InvalidField, Parsed } from '../../shared/fields.ts'
import type { Link } from '../../shared/link.ts'
import { isInScope, type LinkScope } from '../link-scope.ts'
import { listQuery } from '../../shared/schemas/link-view.ts'
import type { LinkPage, LinkView, ListQuery } from '../../shared/schemas/types.ts'
import { plainReference } from '../../shared/table/stored-reference.ts'
import type { EpochMs } from '../../shared/time.ts'
import { seesAllIssuers } from '../access.ts'
import { type CursorKeys, cursorOf, type Filters, type ListCursor, readCursor } from './cursor.ts'
import type { ApiContext, ListPageRequest, ListPosition, StoredPage } from '../ports.ts'
import type { QuotaMeter } from '../quota.ts'
import { type ApiResult, refuse } from '../result.ts'
import { fieldsOfQuery, reader } from '../schema-reader.ts'
import { callNearestReplica } from '../../shared/table/current-link.ts'
import { stateOf, toLinkView } from './one-link.ts'

/** Milliseconds after which no further page of the table is read, over all Regions; the caller continues with `next`. */
const readingMs = 3000
/** Most pages of the table that one response may take; the caller continues with `next`. */
const maxStoredPages = 10

/** Most links to read in one page of the table: about as many as fit in its 1 MB. */
const maxPageLinks = 1000

/**
 * Lists links without their secrets: 200, with `next` if there may be more. A link that exists from the first page to the
 * last is on exactly one page; one that is issued or removed in between may be on one page or none. Links come from the
 * nearest replica and may be a moment old; `GET /links/{id}` reads the home Region. A state depends on the clock, so links
 * are filtered by it after they are read. So are the links that the caller may see: an index by issuer would cost a second
 * write for each link (docs/decisions/0043-issuers.md). Links of one caller have an index, newest first. It serves their references
 * too: quota, time and `next` must not tell that others use one. Each page of the table costs a request of the caller's quota; the
 * first one is charged already.
 */
export async function list(query: ListQuery, caller: ListCaller): Promise<ApiResult> {
  const { scope, context } = caller
  const { ports, deployment, replicas } = context
  const foreign = checkIssuer(query, context)
  if (foreign.length > 0) return refuse('invalid-fields', { errors: foreign })
  const startedAt = ports.clock.now()
  const { mac } = await ports.keyring.current()
  const { reference, state, issuer } = query
  const filters = { reference, state, issuer: scope?.issuer ?? issuer, callers: scope?.callers }
  const start = query.cursor === undefined ? undefined : readCursor(query.cursor, filters, mac)
  const isForeign = start === undefined || !deployment.homeRegions.includes(start.region)
  if (query.cursor !== undefined && isForeign) return refuse('invalid-fields', { errors: [wrongCursor(query.cursor)] })
  const { error, ...collected } = await callNearestReplica(start === undefined ? replicas : [start.region], region =>
    collectPages(query, { region, position: start?.position, startedAt }, { ...caller, filters }),
  )
  const body = pageOf(collected, filters, { mac, random: ports.random })
  return { kind: 'done', outcome: 'listed', status: 200, body, error }
}

/** Returns what is wrong with the issuer of a query: only those who see links of several may name one. */
function checkIssuer({ issuer, reference }: ListQuery, { access }: ApiContext): InvalidField[] {
  const got = issuer === undefined ? 'nothing' : JSON.stringify(issuer)
  if (!seesAllIssuers(access)) {
    if (issuer === undefined || issuer === access.id) return []
    return [{ field: 'issuer', got, allowed: `${JSON.stringify(access.id)}, or left out: the verb admin lists others` }]
  }
  if (access.id === undefined || reference === undefined || issuer !== undefined) return []
  const allowed = 'with reference, the id of an issuer: a reference is a name among the links of one'
  return [{ field: 'issuer', got, allowed }]
}

function wrongCursor(cursor: string) {
  return {
    field: 'cursor',
    got: `${cursor.length} characters that are not a cursor for this list`,
    allowed: listQuery.properties.cursor['x-allowed'],
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

/** The caller that lists, with its quota. */
interface ListCaller {
  /** Which links it may see; undefined for all. */
  readonly scope: LinkScope | undefined
  readonly meter: QuotaMeter
  readonly context: ApiContext
}

interface ListContext extends ListCaller {
  readonly filters: Filters
}

/**
 * Reads links from a position in one replica until there are enough or no more, or time, pages or quota run out. If a later
 * page can't be read, returns the links before it; rejects if the first page can't be read.
 */
async function collectPages(query: ListQuery, start: Start, listContext: ListContext): Promise<CollectedLinks> {
  const { region, startedAt } = start
  const { limit } = query
  const { filters, context } = listContext
  const links: LinkView[] = []
  let after = start.position
  for (let pagesRead = 0; pagesRead < maxStoredPages; pagesRead += 1) {
    const size = sizeOf(pagesRead, limit - links.length, { limit, isFiltered: isFiltered(listContext) })
    const { reference, issuer, callers } = filters
    const pageRequest = { reference, issuer, callers, after, limit: size }
    let page: StoredPage | undefined
    try {
      page = await readPage(pagesRead, { pageRequest, region, startedAt }, listContext)
    } catch (error) {
      if (pagesRead === 0) throw error
      return { links, next: after && { region, position: after }, error }
    }
    if (page === undefined) break
    for (const [index, link] of page.links.entries()) {
      if (!isListed(link, startedAt, listContext)) continue
      links.push(toLinkView(link, context.access, startedAt))
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

/**
 * Returns whether a link that was read is in the list: by its reference, state, issuer and what the caller may see. The index may have
 * others under a reference: a link without an issuer may have `reports/r`, which is how `r` of the issuer `reports` is stored.
 */
function isListed(link: Link, startedAt: EpochMs, { scope, filters }: ListContext): boolean {
  const { state, issuer, reference } = filters
  if (scope !== undefined && !isInScope(link, scope)) return false
  if ((issuer !== undefined || reference !== undefined) && link.issuer !== issuer) return false
  if (reference !== undefined && plainReference(link) !== reference) return false
  return state === undefined || stateOf(link, startedAt) === state
}

/** Returns whether many links that are read may not be in the list. With a reference, nearly all are of the issuer. */
function isFiltered({ scope, filters: { state, reference, issuer, callers } }: ListContext): boolean {
  if (state !== undefined) return true
  if (callers !== undefined) return reference !== undefined
  return reference === undefined && (issuer !== undefined || scope !== undefined)
}

/** With a filter, each page is larger than the one before, since few links may match. */
function sizeOf(
  pagesRead: number,
  missing: number,
  { isFiltered, limit }: { isFiltered: boolean; limit: number },
): number {
  return isFiltered ? Math.min(maxPageLinks, limit * 4 ** pagesRead) : missing
}

function pageOf({ links, next }: CollectedLinks, filters: Filters, keys: CursorKeys): LinkPage {
  return { links: [...links], ...(next && { next: cursorOf(next, filters, keys) }) }
}

const readQuery = reader(listQuery)

/**
 * Parses the query of `GET /links` and fills in defaults, or returns every wrong parameter; one that is given twice is
 * wrong. Does not check whether a cursor is valid and for these filters.
 */
export function readListQuery({
  multiValueQueryStringParameters: query,
}: Pick<APIGatewayProxyEvent, 'multiValueQueryStringParameters'>): Parsed<ListQuery> {
  return readQuery(fieldsOfQuery(query ?? {}, listQuery))
}
