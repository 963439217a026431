import { Readable } from 'node:stream'
import { type EpochMs, plusMs } from '../../shared/time.ts'
import { type ConditionalHeaders, evaluate } from '../s3/conditions.ts'
import { type Origin, type OriginRequest, type OriginResponse, xmlResponse } from '../s3/origin.ts'
import { type CachePolicy, isShared, targetWith, timeToLive } from './cache-policy.ts'
import { type CacheEntry, type CacheStore, createCacheStore, maxEntryBytes } from './cache-store.ts'
import { collapseRequests, copyStream } from './shared-response.ts'

/** Cache of one edge. */
interface Cache {
  readonly store: CacheStore
  readonly policy: CachePolicy
  readonly now: () => EpochMs
}

/** Where a response came from, in the header `x-cache`. */
type CacheResult = 'Hit' | 'RefreshHit' | 'Miss' | 'Error'

/**
 * Puts the cache of one edge before an origin. It serves an entry until its time to live ends, then asks the origin with
 * the entry's validators; if the origin fails, it serves the expired entry (AWS, "How CloudFront processes HTTP 4xx and 5xx
 * status codes from your origin"). Only parameters that the policy names reach the origin.
 */
export function cachedOrigin(origin: Origin, options: { policy: CachePolicy; now: () => EpochMs }): Origin {
  const cache = { ...options, store: createCacheStore() }
  const { policy, now, store } = cache
  const ask = collapseRequests(origin, isShared)
  return async request => {
    const name = targetWith(request.target, policy.keyParameters)
    const own = nameOf(name, request)
    const found = store.get(name) === undefined ? own : name
    const entry = store.get(found)
    if (entry !== undefined && entry.freshUntil > now()) return fromEntry(entry, request, { cache, result: 'Hit' })
    const isKept = entry !== undefined && entry.status < 400
    const headers = isKept ? revalidating(request.headers, entry) : request.headers
    const forwarded = { ...request, headers, target: targetWith(request.target, policy.forwardedParameters) }
    // Requests with other conditions are not identical.
    const response = await ask(`${own} ${JSON.stringify(headers)}`, forwarded).catch(unreachable)
    if (isKept && response.status === 304) {
      const kept = keep(found, { ...entry, ...timesOf(entry, cache) }, cache)
      return fromEntry(kept, request, { cache, result: 'RefreshHit' })
    }
    const { seconds, ...times } = timesOf(response, cache)
    if (isKept && response.status >= 500 && entry.staleUntil > now()) {
      response.body?.destroy()
      return fromEntry(keep(found, { ...entry, freshUntil: times.freshUntil }, cache), request, {
        cache,
        result: 'Hit',
      })
    }
    if (isKept) store.delete(found)
    const result = marked(response, response.status < 400 ? 'Miss' : 'Error')
    return seconds > 0 ? stored(own, result, { store, times: { storedAt: now(), ...times } }) : result
  }
}

/**
 * Returns for how many seconds from now on, and until when, a response with this head may be served; if the origin fails, for the maximum
 * TTL longer (AWS, "Serve stale (expired) content").
 */
function timesOf(head: Pick<OriginResponse, 'status' | 'headers'>, { policy, now }: Cache) {
  const seconds = timeToLive(head, policy)
  const freshUntil = plusMs(now(), seconds * 1000)
  return { seconds, freshUntil, staleUntil: plusMs(freshUntil, policy.maxTtl * 1000) }
}

/** Names what only the same kind of request may get: HEAD apart from GET, each range apart. */
function nameOf(name: string, { method, headers }: OriginRequest): string {
  const isWhole = method === 'GET' && headers.range === undefined
  return isWhole ? name : `${name} ${method} ${headers.range ?? ''} ${headers['if-range'] ?? ''}`
}

/** Replaces a viewer's conditions by those that ask whether an entry is still right; keeps its range. */
function revalidating({ range }: ConditionalHeaders, { headers }: CacheEntry): ConditionalHeaders {
  return {
    ...(range !== undefined && { range }),
    ...(headers['etag'] !== undefined && { 'if-none-match': headers['etag'] }),
    ...(headers['last-modified'] !== undefined && { 'if-modified-since': headers['last-modified'] }),
  }
}

/** Replaces an entry by itself with other times. */
function keep(name: string, entry: CacheEntry, { store }: Cache): CacheEntry {
  store.set(name, entry)
  return entry
}

/** Stores a response while it is sent. One that breaks off, or is too large, is not stored. */
function stored(
  name: string,
  response: OriginResponse,
  { store, times }: Pick<Cache, 'store'> & { times: Pick<CacheEntry, 'storedAt' | 'freshUntil' | 'staleUntil'> },
): OriginResponse {
  const { status, headers, body } = response
  const save = (bytes: Buffer) => store.set(name, { status, headers, body: bytes, ...times })
  if (body === undefined) return (save(Buffer.alloc(0)), response)
  if (Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) > maxEntryBytes) return response
  const [sent, saved] = copyStream(body, 2)
  void saved?.toArray().then(
    chunks => save(Buffer.concat(chunks as Buffer[])),
    () => undefined,
  )
  return { ...response, body: sent }
}

function fromEntry(
  entry: CacheEntry,
  request: OriginRequest,
  { cache, result }: { cache: Cache; result: CacheResult },
): OriginResponse {
  const age = String(Math.floor((cache.now() - entry.storedAt) / 1000))
  return marked(responseOf(entry, request), entry.status < 400 ? result : 'Error', { age })
}

function marked(
  response: OriginResponse,
  result: CacheResult,
  headers: Readonly<Record<string, string>> = {},
): OriginResponse {
  return { ...response, headers: { ...response.headers, ...headers, 'x-cache': `${result} from cloudfront` } }
}

/** What CloudFront responds if the origin doesn't. */
const unreachable = () => xmlResponse(504, { code: 'GatewayTimeout', message: 'The origin did not respond.' })

/** Makes the response to one request out of an entry: ranges of a whole object, conditions. */
function responseOf(
  { status, headers, body }: CacheEntry,
  { method, headers: conditions }: OriginRequest,
): OriginResponse {
  const respondWith = (part: Buffer) => (method === 'GET' ? { body: Readable.from([part]) } : {})
  if (status >= 400) return { status, headers, ...respondWith(body) }
  const isWhole = status === 200 && body.length > 0
  const modifiedAt = Date.parse(headers['last-modified'] ?? '') as EpochMs
  const { range: _, ...withoutRange } = conditions
  const object = { etag: headers['etag'] ?? '', modifiedAt, size: body.length }
  const evaluation = evaluate(isWhole ? conditions : withoutRange, object)
  if (evaluation.kind === 'whole') return { status, headers, ...respondWith(body) }
  if (evaluation.kind === 'part') {
    const part = body.subarray(evaluation.first, evaluation.last + 1)
    const contentRange = `bytes ${evaluation.first}-${evaluation.last}/${body.length}`
    const sized = { ...headers, 'content-length': String(part.length), 'content-range': contentRange }
    return { status: 206, headers: sized, ...respondWith(part) }
  }
  if (evaluation.kind === 'not-modified') {
    const { 'content-length': _, 'content-range': __, ...others } = headers
    return { status: 304, headers: others }
  }
  return xmlResponse(416, { code: 'InvalidRange', message: 'The requested range is not satisfiable' })
}
