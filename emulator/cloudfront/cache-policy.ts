import { resourceParameters } from '../../shared/object-key.ts'
import { type EpochMs, secondsOf } from '../../shared/time.ts'
import type { OriginResponse } from '../s3/origin.ts'

/** What a cache behaviour says of its cache: cache policy, origin request policy and error caching. Times in seconds. */
export interface CachePolicy {
  readonly minTtl: number
  /** For responses without `Cache-Control`; S3 sends it only for objects that were stored with it. */
  readonly defaultTtl: number
  readonly maxTtl: number
  /** Error caching minimum TTL. CloudFront's default is 10. */
  readonly errorTtl: number
  /** Parameters of the query in the cache key. */
  readonly keyParameters: readonly string[]
  /** Parameters of the query that reach the origin. */
  readonly forwardedParameters: readonly string[]
}

/** Returns the policy of a deployment with this setting `cacheSeconds`; 0: nothing is cached. */
export function contentCache(cacheSeconds: number): CachePolicy {
  const parameters = Object.values(resourceParameters)
  // With a maximum of 0, CloudFront allows no query in the key.
  const ttls = { minTtl: 0, defaultTtl: cacheSeconds, maxTtl: Math.max(1, cacheSeconds), errorTtl: 0 }
  return { ...ttls, keyParameters: parameters, forwardedParameters: parameters }
}

/** Keeps these parameters of a target's query, byte for byte and in their order. */
export function targetWith(target: string, parameters: readonly string[]): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const kept = query.split('&').filter(pair => parameters.includes(pair.split('=')[0] ?? ''))
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}

/** Status and headers of a response of the origin. */
type Head = Omit<OriginResponse, 'body'>

/** Errors that CloudFront always caches (AWS, "How CloudFront processes HTTP 4xx and 5xx status codes from your origin"). */
const cachedErrors = new Set([404, 414, 500, 501, 502, 503, 504])

/** Errors that it caches if the origin says for how long (same page). */
const errorsCachedByAge = new Set([400, 403, 405, 412, 415])

/**
 * Returns how many seconds CloudFront may serve a response without asking the origin; 0: it does not store it (AWS,
 * "Specify the amount of time that CloudFront caches objects").
 */
export function timeToLive(response: Head, policy: CachePolicy, now: EpochMs): number {
  const { status } = response
  const { minTtl, maxTtl } = policy
  if (status >= 400) return maxTtl === 0 ? 0 : errorTimeToLive(response, policy)
  if (status !== 200 && status !== 206) return 0
  if (forbidsStorage(response)) return minTtl
  const age = directive(response, 'max-age') ?? secondsUntilExpiry(response, now)
  return age === undefined ? Math.max(minTtl, policy.defaultTtl) : Math.min(Math.max(age, minTtl), maxTtl)
}

/** The longer of the error caching minimum TTL and the age that the origin allows. It can forbid to cache a 4xx or S3's 501. */
function errorTimeToLive(response: Head, { errorTtl }: CachePolicy): number {
  const { status } = response
  const age = directive(response, 'max-age')
  if (errorsCachedByAge.has(status)) return age === undefined ? 0 : Math.max(errorTtl, age)
  if (!cachedErrors.has(status) || ((status < 500 || status === 501) && forbidsStorage(response))) return 0
  return Math.max(errorTtl, age ?? 0)
}

function forbidsStorage({ headers }: Head): boolean {
  return /\b(no-store|no-cache|private)\b/.test(headers['cache-control'] ?? '')
}

/** An invalid date counts as one that has passed (RFC 9111, section 5.3). */
function secondsUntilExpiry({ headers: { expires } }: Head, now: EpochMs): number | undefined {
  if (expires === undefined) return undefined
  const date = Date.parse(expires)
  return Number.isNaN(date) ? 0 : secondsOf(date as EpochMs) - secondsOf(now)
}

function directive({ headers }: Head, name: string): number | undefined {
  const [, seconds] = new RegExp(`(?:^|[\\s,])${name}=(\\d+)`).exec(headers['cache-control'] ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/**
 * Returns for how many seconds after its time to live CloudFront serves a response if the origin fails: not longer than the maximum TTL,
 * nor than `stale-if-error` says (AWS, "Serve stale (expired) content").
 */
export function staleSeconds(response: Head, { maxTtl }: CachePolicy): number {
  return Math.min(directive(response, 'stale-if-error') ?? maxTtl, maxTtl)
}

/**
 * Returns whether requests of one cache key that came before a response share it. They don't if the minimum TTL is 0 and the origin
 * forbids it (AWS, "Simultaneous requests for the same object"). AWS says that the policy CachingDisabled prevents it, too; the emulator
 * does it then as well, as nothing may depend on that.
 */
export function isShared(response: Head, { minTtl }: CachePolicy): boolean {
  return minTtl > 0 || !(forbidsStorage(response) || directive(response, 'max-age') === 0)
}
