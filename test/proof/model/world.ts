/**
 * The state of the model: one link, everything under way about it, and what has been seen of it so far. Rules read and
 * change one `World` object; between rules it is packed into bytes, so that equal worlds are equal bytes.
 */
export interface World {
  /** `long-after`: later than expiry plus skew plus an hour, so later than any message can be under way. */
  clock: Clock
  /** Things that may still go wrong. */
  faultsLeft: number
  /** Writes of redemptions that the network may still hand to the store a second time. */
  repeatsLeft: number
  issuer: Issuer
  /** The issuer's Puts of this link that are under way. */
  puts: number
  putCopiesLeft: number
  revoke: Revoke
  /** Which Regions are up. */
  readonly up: boolean[]
  /** Edges refuse the old key slot, and with it this nonce. */
  slotBumped: boolean
  restored: boolean
  /** Somebody has tried the nonce with another home in it. */
  edited: boolean
  readonly store: Stored
  readonly requests: readonly Request[]
  readonly seen: Seen
}

/** The table. In mode `home` there is a copy a Region, in mode `strong` one register that all Regions reach. */
export interface Stored {
  /** What was ever written, by stamp; 0 is the stamp of "nothing yet". */
  readonly log: number[]
  /** The highest stamp given. */
  stamps: number
  readonly copies: readonly Copy[]
}

/** One Region's copy: the stamp of what it holds, and the stamps on their way to it as bits. */
export interface Copy {
  stamp: number
  pending: number
}

/** What the properties are about: what has been handed out, to whom, and whether a promise is broken. */
export interface Seen {
  /** Whose write fixed the expiry of the first capability (request number + 1), 0 when there is none. */
  expiry: number
  /** To whom it was given (request number + 1). */
  holder: number
  broken: Property | 'nothing'
}

/** One opening of the link at an edge. */
export interface Request {
  readonly number: number
  readonly client: number
  phase: Phase
  /** The answer to one of its writes was lost. */
  ambiguous: boolean
  /** Some fault has met it. */
  hurt: boolean
  /** Its own write has used the link. */
  consumed: boolean
  /** After `taken`: whose write fixed the capability's expiry (request number + 1). */
  expiry: number
  /** Its writes that are under way: the one the edge waits for, and late ones. */
  readonly lanes: readonly Lane[]
}

/** One write of a request on its way to the store, or its answer on the way back. */
export interface Lane {
  status: LaneStatus
  region: number
  /** The condition's :now is past the expiry. */
  late: boolean
  /** The network holds a copy of it that may still be executed. */
  again: boolean
}

/** Time in three phases. */
export type Clock = (typeof clocks)[number]
/** `forgotten`: the Put's answer was lost, so nobody ever gets this nonce. */
export type Issuer = (typeof issuers)[number]
/** `late`: nobody waits for it any more, but it may still be executed. */
export type Revoke = (typeof revokes)[number]
/** The promises a single step can break; properties.ts says what they are. */
export type Property = Exclude<(typeof properties)[number], 'nothing'>
/** `sent`: the edge waits. `late`: it does not, the write may still be executed. Then the answers on their way back. */
export type LaneStatus = (typeof laneStatuses)[number]
/**
 * Where an edge is with a request: from `idle` to `unsure` it has no result, in `taken` and `refused` it has but has
 * not answered; `redirected` is a 302 on its way, `handed` one that came. `denied` was answered spent or unavailable,
 * `told` revoked or expired or the like, `told-unknown` outcome-unknown.
 */
export type Phase = (typeof phases)[number]

/** Stands for "as many as you like" where a world counts down. Counters are four bits. */
export const unlimited = 15

/** Names of the phases of time. */
export const clocks = ['before', 'expired', 'long-after'] as const
/** Names of what the issuer is at. */
export const issuers = ['idle', 'putting', 'landed', 'issued', 'forgotten'] as const
/** Names of what has become of a revoke. */
export const revokes = ['none', 'sent', 'applied', 'refused', 'acknowledged', 'late', 'over'] as const
/** Names of the promises that one step can break. */
export const properties = ['nothing', 'S1', 'S2', 'S3', 'S4', 'S5', 'S6'] as const
/** Names of what has become of one write. */
export const laneStatuses = ['free', 'sent', 'late', 'consumed', 'spent', 'revoked', 'expired'] as const
/** Names of where an edge can be while it works on a request. */
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
/** Names of where an edge can be with a request. */
export const phases = [
  'idle',
  ...openPhases,
  'redirected',
  'handed',
  'denied',
  'told',
  'told-unknown',
  'died',
  'lost',
] as const
