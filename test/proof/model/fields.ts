import { flag, number, oneOf, partsOf } from './parts.ts'

/** States of a request while its edge works on it. */
export const openPhases = [
  'trying',
  'reserving',
  'choosing',
  'writing',
  'reading',
  'saw-there',
  'saw-gone',
  'unsure',
  'consumed',
  'refused',
] as const

/** What there is once: time, issuer, revoke, and what may still happen. */
export const worlds = partsOf({
  /** `long-after`: later than expiry plus skew plus an hour, when no message is under way any more. */
  clock: oneOf('before', 'expired', 'long-after'),
  /** The key slot is retired: edges refuse this nonce. */
  slotBumped: flag,
  restored: flag,
  /** An attacker has sent the nonce with another home in it. */
  edited: flag,
  /** The store has executed a revoke on the link's item. */
  revoked: flag,
  /** The capability has ended, before the link expired. */
  ended: flag,
  /** Faults that may still happen. */
  faultsLeft: number(4),
  /** Writes of redemptions that the network may still deliver a second time. */
  repeatsLeft: number(4),
  /** `landed`: the Put was executed. `forgotten`: its response was lost, so no viewer ever gets this nonce. */
  issuer: oneOf('idle', 'putting', 'landed', 'issued', 'forgotten'),
  /** The issuer's Puts of this link that are under way. */
  puts: number(4),
  putCopiesLeft: number(4),
  /**
   * `applied`, `applied-to-used`: it was executed, on an unused or a used link. `refused`: there was no item.
   * `acknowledged`, `acknowledged-of-used`: the issuer got the response. `late`: the issuer no longer waits for it, but
   * it may still be executed.
   */
  revoke: oneOf(
    'none',
    'sent',
    'applied',
    'applied-to-used',
    'refused',
    'acknowledged',
    'acknowledged-of-used',
    'late',
    'ended',
  ),
})

/** What the properties depend on: the first capability, who got it, and whether a promise is broken. */
export const observations = partsOf({
  /** The request whose write fixed the expiry of the first capability (number + 1); 0 without a capability. */
  expiry: number(8),
  /** The request that got it (number + 1). */
  holder: number(8),
  broken: oneOf(
    'nothing',
    'S1',
    'S2',
    'S3',
    'S4',
    'S5',
    'S6',
    'S7',
    'S8',
    'S9',
    'S10',
    'S11',
    'S12',
    'S13',
    'S14',
    'L1',
  ),
})

/** A Region. */
export const regions = partsOf({ isUp: flag })

/** The table: the highest stamp given. */
export const tables = partsOf({ stamps: number(8) })

/** One Region's copy: the stamp of its item, and as bits the stamps of writes under way to it. */
export const copies = partsOf({ stamp: number(8), pending: number(8) })

/** A request for the link at an edge. */
export const requests = partsOf({
  /**
   * `trying`: it may reserve a try; `choosing`: it may redeem. From `idle` to `unsure` the edge has no result; in
   * `consumed` and `refused` it has one but has not responded. `redirected`: a 302 is under way; `delivered`: it arrived.
   * `denied`: the viewer got a response that says that it did not use the link, as spent or unavailable; `informed`:
   * revoked, expired or another refusal; `informed-unknown`: outcome-unknown.
   */
  phase: oneOf(
    'idle',
    ...openPhases,
    'redirected',
    'delivered',
    'denied',
    'informed',
    'informed-unknown',
    'died',
    'lost',
  ),
  /** The response to one of its writes was lost. */
  ambiguous: flag,
  /** It met a fault. */
  hurt: flag,
  /** Its own write has used the link. */
  consumed: flag,
  /** In phase `consumed`: the request whose write fixed the capability's expiry (number + 1). */
  expiry: number(8),
})

/** A write of a request under way to the store, or its response on the way back. */
export const lanes = partsOf({
  /**
   * `sent`: the edge waits for it. `late`: the edge does not, but it may still be executed. The others are responses on
   * their way back; `own`: the link was used by the same client.
   */
  status: oneOf(
    'free',
    'sent',
    'late',
    'consumed',
    'spent',
    'revoked',
    'expired',
    'unbindable',
    'wrong-passphrase',
    'locked',
    'own',
  ),
  region: number(2),
  /** The condition's :now is past the expiry. */
  late: flag,
  /** The network has a copy of it that may still be executed. */
  again: flag,
})

/** What there is more of a request if the link requires a passphrase. */
export const passphraseTries = partsOf({
  /** The store has compared its hash with that of the live link. */
  compared: flag,
  /** It has taken a try. */
  taken: flag,
  /** It took none, since its client has used the link. */
  repeats: flag,
})
