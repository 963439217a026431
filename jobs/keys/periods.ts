import { maxCapabilitySeconds, purgeDelayOf } from '../../shared/limits.ts'
import { forgottenSeconds } from '../../shared/secrets/keys.ts'

/**
 * Seconds that a changed key group may need to reach every edge of CloudFront. A changed distribution "may take 15
 * minutes" (AWS, "Routing traffic to an Amazon CloudFront distribution"). No document says that the distribution's
 * status also covers a changed key group, so a rotation waits for both.
 */
export const settleSeconds = 15 * 60

/** Interval between checks of these conditions, in milliseconds. */
export const pollMs = 15_000

/** Seconds after a value is in force in every Region for which a capability of the previous key may still live. */
export const graceSeconds = forgottenSeconds + purgeDelayOf(maxCapabilitySeconds)

/** Seconds for which a public key that nothing names is kept: a rotation may be about to name it. */
export const orphanSeconds = 24 * 3600

/** Seconds after its value was made for which a rotation counts as under way. */
export const rotationSeconds = 24 * 3600

/** Most public keys in a key group (AWS, "CloudFront quotas"). */
export const maxKeysInGroup = 5
