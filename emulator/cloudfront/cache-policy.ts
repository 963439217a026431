import { resourceParameters } from '../../shared/object-key.ts'
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
  /** Parameters that reach the origin. @default all but those of `withheldParameters` */
  readonly forwardedParameters?: readonly string[]
}

/** Returns the policy of a deployment with this setting `cacheSeconds`; 0: nothing is cached. */
export function contentCache(cacheSeconds: number): CachePolicy {
  const parameters = Object.values(resourceParameters)
  // With a maximum of 0, CloudFront allows no query in the key.
  const ttls = { minTtl: 0, defaultTtl: cacheSeconds, maxTtl: Math.max(1, cacheSeconds), errorTtl: 0 }
  return { ...ttls, keyParameters: parameters, forwardedParameters: parameters }
}

/** Parameters of S3 that the managed policy does not pass on (AWS, "Use managed origin request policies"). */
const withheldParameters: ReadonlySet<string> = new Set(
  ['type', 'disposition', 'encoding'].map(name => `response-content-${name}`),
)

/** Returns the target that reaches the origin. */
export function forwardedTarget(target: string, { forwardedParameters }: CachePolicy): string {
  if (forwardedParameters !== undefined) return targetWith(target, forwardedParameters)
  return filterTarget(target, name => !withheldParameters.has(name))
}

/** Keeps these parameters of a target's query, byte for byte and in their order. */
export function targetWith(target: string, parameters: readonly string[]): string {
  return filterTarget(target, name => parameters.includes(name))
}

function filterTarget(target: string, isKept: (name: string) => boolean): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const kept = query.split('&').filter(pair => pair !== '' && isKept(pair.split('=')[0] ?? ''))
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}

/** Errors that CloudFront always caches (AWS, "How CloudFront processes HTTP 4xx and 5xx status codes from your origin"). */
const cachedErrors = new Set([404, 405, 414, 500, 501, 502, 503, 504])

/**
 * Returns how many seconds CloudFront may serve a response without asking the origin; 0: it does not store it (AWS,
 * "Specify the amount of time that CloudFront caches objects").
 */
export function timeToLive({ status, headers }: Omit<OriginResponse, 'body'>, policy: CachePolicy): number {
  if (cachedErrors.has(status)) return policy.errorTtl
  if (status !== 200 && status !== 206) return 0
  const control = headers['cache-control']
  if (control === undefined) return Math.max(policy.minTtl, policy.defaultTtl)
  if (/\b(no-store|no-cache|private)\b/.test(control)) return policy.minTtl
  const [, age] = /\bs-maxage=(\d+)/.exec(control) ?? /\bmax-age=(\d+)/.exec(control) ?? []
  if (age === undefined) return Math.max(policy.minTtl, policy.defaultTtl)
  return Math.min(Math.max(Number(age), policy.minTtl), policy.maxTtl)
}
