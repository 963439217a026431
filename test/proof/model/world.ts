/**
 * The state of the model: one link, all messages under way about it, and what was observed of it so far. Rules read and
 * change one `World` object; between rules it is packed into bytes, so equal worlds have equal bytes.
 */
export interface World {
  /** `long-after`: later than expiry plus skew plus an hour, when no message is under way any more. */
  clock: Clock
  /** Faults that may still happen. */
  faultsLeft: number
  /** Writes of redemptions that the network may still deliver a second time. */
  repeatsLeft: number
  issuer: Issuer
  /** The issuer's Puts of this link that are under way. */
  puts: number
  putCopiesLeft: number
  revoke: Revoke
  /** The store has executed a revoke on the link's item. */
  revoked: boolean
  /** Whether each Region is up. */
  readonly up: boolean[]
  /** The key slot is retired: edges refuse this nonce. */
  slotBumped: boolean
  restored: boolean
  /** The capability has ended, before the link expired. */
  ended: boolean
  /** An attacker has sent the nonce with another home in it. */
  edited: boolean
  readonly store: Stored
  readonly requests: readonly Request[]
  readonly seen: Seen
}

/** The table. In mode `home` each Region has a copy; in mode `strong` all Regions reach one register. */
export interface Stored {
  /** All items ever written, by stamp; stamp 0 is the empty table. */
  readonly log: number[]
  /** The highest stamp given. */
  stamps: number
  readonly copies: readonly Copy[]
}

/** One Region's copy: the stamp of its item, and as bits the stamps of writes under way to it. */
export interface Copy {
  stamp: number
  pending: number
}

/** What the properties depend on: the first capability, who got it, and whether a promise is broken. */
export interface Seen {
  /** The request whose write fixed the expiry of the first capability (number + 1); 0 without a capability. */
  expiry: number
  /** The request that got it (number + 1). */
  holder: number
  broken: Property | 'nothing'
}

/** One request for the link at an edge. */
export interface Request {
  readonly number: number
  readonly client: number
  phase: Phase
  /** The response to one of its writes was lost. */
  ambiguous: boolean
  /** It met a fault. */
  hurt: boolean
  /** Its own write has used the link. */
  consumed: boolean
  /** In phase `consumed`: the request whose write fixed the capability's expiry (number + 1). */
  expiry: number
  /** Its writes that are under way: the one the edge waits for, and late ones. */
  readonly lanes: readonly Lane[]
}

/** One write of a request under way to the store, or its response on the way back. */
export interface Lane {
  status: LaneStatus
  region: number
  /** The condition's :now is past the expiry. */
  late: boolean
  /** The network has a copy of it that may still be executed. */
  again: boolean
}

/** Phase of time. */
export type Clock = (typeof clocks)[number]
/**
 * State of issuing. `landed`: the Put was executed. `forgotten`: its response was lost, so no viewer ever gets this
 * nonce.
 */
export type Issuer = (typeof issuers)[number]
/**
 * State of a revoke. `applied`, `applied-to-used`: it was executed, on an unused or a used link. `refused`: there was no
 * item. `acknowledged`, `acknowledged-of-used`: the issuer got the response. `late`: the issuer no longer waits for it,
 * but it may still be executed.
 */
export type Revoke = (typeof revokes)[number]
/** A promise that a single step can break; properties.ts has their texts. */
export type Property = Exclude<(typeof properties)[number], 'nothing'>
/**
 * State of one write. `sent`: the edge waits for it. `late`: the edge does not, but it may still be executed. The last
 * five are responses on their way back.
 */
export type LaneStatus = (typeof laneStatuses)[number]
/**
 * State of a request at its edge. From `idle` to `unsure` the edge has no result; in `consumed` and `refused` it has
 * one but has not responded. `redirected`: a 302 is under way; `delivered`: it arrived. `denied`: the viewer got spent
 * or unavailable; `informed`: revoked, expired or another refusal; `informed-unknown`: outcome-unknown.
 */
export type Phase = (typeof phases)[number]

/** Means "no limit" where a world counts down. Counters have four bits. */
export const unlimited = 15

/** Names of the phases of time. */
export const clocks = ['before', 'expired', 'long-after'] as const
/** Names of the states of issuing. */
export const issuers = ['idle', 'putting', 'landed', 'issued', 'forgotten'] as const
/** Names of the states of a revoke. */
export const revokes = [
  'none',
  'sent',
  'applied',
  'applied-to-used',
  'refused',
  'acknowledged',
  'acknowledged-of-used',
  'late',
  'ended',
] as const
/** Names of the promises that one step can break. */
export const properties = ['nothing', 'S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9'] as const
/** Names of the states of one write. */
export const laneStatuses = ['free', 'sent', 'late', 'consumed', 'spent', 'revoked', 'expired', 'unbindable'] as const
/** Names of the states of a request while its edge works on it. */
export const openPhases = [
  'choosing',
  'writing',
  'reading',
  'saw-there',
  'saw-gone',
  'unsure',
  'consumed',
  'refused',
] as const
/** Names of the states of a request. */
export const phases = [
  'idle',
  ...openPhases,
  'redirected',
  'delivered',
  'denied',
  'informed',
  'informed-unknown',
  'died',
  'lost',
] as const
