import { resourceParameters } from '../../shared/object-key.ts'
import type { OriginResponse } from '../s3/origin.ts'

/**
 * What a cache behaviour says of its cache: cache policy, origin request policy and error caching. Times in seconds. There is no minimum
 * TTL: ours is 0, and that of a managed policy at most a second.
 */
export interface CachePolicy {
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
  const ttls = { defaultTtl: cacheSeconds, maxTtl: Math.max(1, cacheSeconds), errorTtl: 0 }
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

/**
 * Errors that CloudFront caches if the origin says nothing, as S3 does with errors (AWS, "How CloudFront processes HTTP 4xx and 5xx status
 * codes from your origin").
 */
const cachedErrors = new Set([404, 414, 500, 501, 502, 503, 504])

/**
 * Returns how many seconds CloudFront may serve a response without asking the origin; 0: it does not store it (AWS,
 * "Specify the amount of time that CloudFront caches objects").
 */
export function timeToLive(response: Head, { defaultTtl, maxTtl, errorTtl }: CachePolicy): number {
  const { status } = response
  if (cachedErrors.has(status)) return maxTtl === 0 ? 0 : errorTtl
  if (status !== 200 && status !== 206) return 0
  if (forbidsStorage(response)) return 0
  const age = maxAgeOf(response)
  return age === undefined ? defaultTtl : Math.min(age, maxTtl)
}

function forbidsStorage({ headers }: Head): boolean {
  return /\b(no-store|no-cache|private)\b/.test(headers['cache-control'] ?? '')
}

function maxAgeOf({ headers }: Head): number | undefined {
  const [, seconds] = /(?:^|[\s,])max-age=(\d+)/.exec(headers['cache-control'] ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/**
 * Returns whether requests of one cache key that came before a response share it. They don't if the origin forbids it (AWS, "Simultaneous
 * requests for the same object"). AWS says that the policy CachingDisabled prevents it, too; the emulator does it then as well, as nothing
 * may depend on that.
 */
export function isShared(response: Head): boolean {
  return !forbidsStorage(response) && maxAgeOf(response) !== 0
}
