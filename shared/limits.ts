/** Seconds that a capability may live: CloudFront checks it when a request arrives, so the floor leaves room for a redirect. */
export const urlSecondsRange = { min: 5, max: 3600 } as const

/**
 * Longest life of a capability for a player, in seconds: CloudFront checks it with every piece that is fetched, so it has to
 * outlast a long film with pauses.
 */
export const maxMediaSeconds = 12 * 3600

/** Life of such a capability when the issuer doesn't say, in seconds. */
export const mediaSeconds = 3600

/** Largest body that the api reads of a request, in bytes: twice what the longest key, file name and reference can take. */
export const maxBodyBytes = 16_384

/** The same of a batch: a hundred links of 5 KB each. The problems of as many wrong ones fit into an answer. */
export const maxBatchBytes = 524_288
