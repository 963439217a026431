import { maxMediaSeconds } from '../shared/limits.ts'
import { purgeDelayOf } from '../shared/deployment.ts'
import { maxKeysAgeSeconds } from '../shared/keys.ts'

/**
 * How long a changed key group may need to reach every edge of CloudFront, in seconds. A changed distribution "may take 15
 * minutes" (AWS, "Routing traffic to an Amazon CloudFront distribution"); that its status also shows a changed key group
 * is said nowhere, so this is waited for beside the status.
 */
export const settleSeconds = 15 * 60

/** How often that is looked at, in milliseconds. */
export const pollMs = 15_000

/** How long what is under way may take: a request that holds keys already, a clock that is off, a copy that lags. */
const marginSeconds = 15 * 60

/**
 * How long after a value has come into force everywhere some process may still use the one before it, in seconds: a
 * keyring that could not refresh itself uses it that long, and no longer.
 */
export const forgottenSeconds = maxKeysAgeSeconds + marginSeconds

/** And how long a capability may still live that such a process signed, in seconds. */
export const graceSeconds = forgottenSeconds + purgeDelayOf(maxMediaSeconds)

/** How young a public key is left alone though nothing names it, in seconds: a rotation may be about to. */
export const orphanSeconds = 24 * 3600

/** How long after its value was made a rotation counts as under way, in seconds. */
export const rotationSeconds = 24 * 3600

/** Public keys that a key group can hold (AWS, "CloudFront quotas"). */
export const maxKeysInGroup = 5
