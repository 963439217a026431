/**
 * Allowed life of a capability, in seconds. CloudFront checks it when a request arrives: the minimum allows for a
 * redirect.
 */
export const urlSecondsRange = { min: 5, max: 3600 } as const

/**
 * Longest life of a capability for a player, in seconds. CloudFront checks it with every part that a player fetches, so
 * it must outlast a long film with pauses.
 */
export const maxMediaSeconds = 12 * 3600

/** Longest life of a capability that is bound to the client, in seconds. No capability lives longer. */
export const maxCapabilitySeconds = 24 * 3600

/** Default life of a capability for a player, in seconds. */
export const mediaSeconds = 3600

/** Default time to upload the file of a link that takes one, in seconds: four hours. At most it is `maxCapabilitySeconds`. */
export const uploadSeconds = 4 * 3600

/** Days for which the bucket keeps what has arrived of an upload that is not completed, at least. */
export const openUploadDays = 1

/** Allowed life of a link that an issuer may request, in seconds: at most a year. */
export const linkSecondsRange = { min: 10, max: 366 * 24 * 3600 } as const

/** How far a clock may be off, in seconds. Amazon Time Sync keeps Lambda's clocks to well under one second. */
const clockSkewSeconds = 5

/**
 * Returns the seconds after expiry for which a link's item must stay: clock skew plus the longer of an hour and
 * `urlSeconds`. By then late requests have given up and capabilities have expired.
 */
export function purgeDelayOf(urlSeconds: number): number {
  return clockSkewSeconds + Math.max(urlSecondsRange.max, urlSeconds)
}

/**
 * Allowed quotas of a caller, in requests a minute. The largest batch fits into the smallest. The largest fits into one
 * partition of DynamoDB, where the counter is: a partition accepts a thousand writes a second.
 */
export const callerQuotaRange = { min: 100, max: 60_000 } as const

/**
 * Size of the largest file that a link delivers, in bytes: where caching is on, CloudFront returns an error for a larger one (AWS,
 * CloudFront's "Quotas": "Maximum cacheable file size per HTTP GET response", 50 GB). The page doesn't say whether a GB is 10^9 or 2^30
 * bytes; this is the smaller. It holds for the plans without caching, too, so that no link depends on the plan.
 */
export const maxFileBytes = 50_000_000_000

/**
 * Bytes that a caller may upload, unless a deployment sets other limits: of one file, on one day, and on one day if people send from a
 * page, each of whom is a caller (docs/decisions/0063-senders-bytes.md).
 */
export const defaultUploadBytes = { file: maxFileBytes, day: 1e12, senderDay: 50e9 } as const

/** Most links in one batch. */
export const maxBatch = 100

/** Largest request body that the api reads, in bytes: twice the size of the longest key, file name and reference. */
export const maxBodyBytes = 16_384

/**
 * Largest body of a batch, in bytes: a hundred links of 5 KB each. The problems of a hundred invalid links fit into a
 * response.
 */
export const maxBatchBytes = 524_288

/**
 * Returns how many requests of a caller an execution environment of the api counts together in one write. Each leaves
 * fewer than these uncounted, a fiftieth of the quota (docs/decisions/0036-rare-counting.md).
 */
export function quotaBlockOf(callerQuota: number): number {
  return Math.ceil(callerQuota / 50)
}

/** Least time left for an attempt to call a service, in milliseconds. A shorter one could get no response, so it is not made. */
export const minAttemptMs = 100

/** Most parts of an upload that one request signs. */
export const maxPartsAtOnce = 10

/** Size of each part of an upload but the last, in bytes: S3 requires 5 MiB or more. The largest file has 5,961 parts, of 10,000 that S3 takes. */
export const partBytes = 8_388_608
