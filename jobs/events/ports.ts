import type { Context } from 'aws-lambda'
import type { ReadLink } from '../../shared/table/current-link.ts'
import type { FileEndTarget, Scheduler } from '../../shared/table/schedule.ts'
import { type Clock, type EpochMs, type EpochSeconds, plusMs } from '../../shared/time.ts'
import type { NotifiedType } from '../../shared/webhooks/webhook.ts'

/** Something that happened, as subscribers of the bus get it. */
export interface OwnEvent {
  readonly type: Exclude<NotifiedType, 'Link delivered'> | 'File refused'
  readonly at: EpochSeconds
  /** Times as RFC 3339. A repeated event has the same `eventId`. Never an object key, a nonce or, but for `use`, an id of a client. */
  readonly detail: { readonly eventId: string } & Readonly<Record<string, string | number | undefined>>
}

/** Something that happened to a link. */
export interface LinkEvent extends OwnEvent {
  readonly type: Exclude<NotifiedType, 'Link delivered'>
  readonly detail: OwnEvent['detail'] & { readonly id: string }
}

/** The bus that receives events. */
export interface EventBus {
  /**
   * Sends 1 to 10 events in one request. Returns for each the code of the error with which the bus rejected it, or
   * undefined if the bus accepted it. Rejects if the outcome is unknown.
   */
  put(events: readonly OwnEvent[]): Promise<readonly (string | undefined)[]>
}

/** What the function needs from outside. */
export interface EventsPorts {
  readonly clock: Clock
  /** Absent if nothing is published. */
  readonly bus?: EventBus | undefined
  /** Absent if no file goes with its link. */
  readonly fileEnds?: { readonly scheduler: Scheduler; readonly to: FileEndTarget } | undefined
  readonly log: (line: LogLine) => void
}

/** What a function needs that reads a link and publishes something of it. */
export type ReadingPorts = Pick<EventsPorts, 'clock'> & { readonly bus: EventBus; readonly read: ReadLink }

/** What happened to links, by name of the metric. Only what happened at least once. */
export type Counts = Readonly<Partial<Record<'Redeemed' | 'Revoked' | 'UsedLinksRefused', number>>>

/** One line per invocation. Never a record or an event. */
export interface LogLine {
  readonly outcome: 'read'
  /** Records of the stream that came with the invocation. */
  readonly records: number
  readonly events: number
  /** How many events, from the first on, are certainly on the bus. Absent without a bus. */
  readonly accepted?: number
  /** What is counted of them. */
  readonly counts: Counts
  readonly ms: number
  /** Why the rest is not, or why a schedule was not made: the code of the bus, or the name of the root error. */
  readonly error?: string
}

/** The part of Lambda's context that has the remaining time. */
export type TimeLeft = Pick<Context, 'getRemainingTimeInMillis'>

/** Timeout of a request to the bus with all its attempts, in milliseconds. */
export const requestMs = 5000

/** Returns the deadline for starting a request: early enough for the invocation to report what it has sent. */
export function deadlineOf(context: TimeLeft, now: EpochMs): EpochMs {
  return plusMs(now, context.getRemainingTimeInMillis() - requestMs - 1000)
}
