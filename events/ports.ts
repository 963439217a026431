import { type Clock, type EpochMs, type EpochSeconds, plusMs } from '../shared/time.ts'

/** Something that happened to a link, as it is told to whoever listens to the bus. */
export interface LinkEvent {
  readonly type: 'Link redeemed' | 'Link revoked' | 'Link expired' | 'Used link refused'
  readonly at: EpochSeconds
  /** Times as RFC 3339. `eventId` is the same whenever the event is told again. Never an object key, nonce, id of a client. */
  readonly detail: { readonly id: string; readonly eventId: string } & Readonly<Record<string, string | undefined>>
}

/** Where events go. */
export interface EventBus {
  /**
   * Sends 1 to 10 events in one request. Gives for each the code of the error by which it was turned down, or undefined
   * when it was accepted. Rejects when nobody can tell.
   */
  put(events: readonly LinkEvent[]): Promise<readonly (string | undefined)[]>
}

/** Everything the functions ask of the world. */
export interface Ports {
  readonly clock: Clock
  readonly bus: EventBus
  readonly log: (line: LogLine) => void
}

/** One line per invocation. Never a record or an event. */
export interface LogLine {
  readonly outcome: 'published'
  /** Records of the stream, or lines of the edge's log, that came with the invocation. */
  readonly records: number
  readonly events: number
  /** How many of the events, from the first on, are on the bus. */
  readonly accepted: number
  readonly ms: number
  /** Why no more are: the code of the bus, or the name of the error at the root. */
  readonly error?: string
}

/** What Lambda tells a function of the time it has left. */
export interface TimeLeft {
  getRemainingTimeInMillis(): number
}

/** The longest that one request to the bus may take, its own repeats included, in milliseconds. */
export const requestMs = 5000

/** When an invocation sends no more, so that it ends in time to say what it has sent. */
export function deadlineOf(context: TimeLeft, now: EpochMs): EpochMs {
  return plusMs(now, context.getRemainingTimeInMillis() - requestMs - 1000)
}
