import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { assert, rootErrorName } from '../../shared/errors.ts'
import { type EpochMs, secondsOf } from '../../shared/time.ts'
import { hastenFileEnds } from './hasten.ts'
import { linkEventOf, type StreamSource } from './link-event.ts'
import {
  type Counts,
  deadlineOf,
  type EventBus,
  type EventsPorts,
  type LinkEvent,
  type OwnEvent,
  type TimeLeft,
} from './ports.ts'

/** Reads the stream of the table of links, with partial batch responses (`ReportBatchItemFailures`). */
export type StreamHandler = (event: DynamoDBStreamEvent, context: TimeLeft) => Promise<DynamoDBBatchResponse>

/**
 * Creates the function that counts what happened to links, and publishes it if there is a bus. It reports the first record
 * whose event may not be on the bus: Lambda repeats that record and those after it, and none before.
 *
 * It counts only records that it won't get again, in its last step. So each is counted once, unless Lambda loses the response
 * or delivers a batch twice: then those of one batch, 100 at most, are counted twice. Rejects for an invalid record, and has
 * counted nothing then: Lambda halves the batch until that record is alone.
 */
export function createHandler(ports: EventsPorts, source: StreamSource): StreamHandler {
  return async ({ Records }, context) => {
    const startedAt = ports.clock.now()
    const { fileEnds } = ports
    const now = secondsOf(startedAt)
    const hastened = fileEnds && (await hastenFileEnds(Records, { ports: fileEnds, source, now }))
    const recordsOfEvents = withoutUnlocked(
      Records.flatMap(record => {
        const event = linkEventOf(record, source)
        return event === undefined ? [] : [{ event, record }]
      }),
    )
    const events = recordsOfEvents.map(({ event }) => event)
    const { bus } = ports
    const { accepted, error } =
      bus === undefined
        ? { accepted: events.length }
        : await publish(events, { ...ports, bus }, deadlineOf(context, startedAt))
    const failed = recordsOfEvents[accepted]
    const cause = error ?? hastened
    ports.log({
      outcome: 'read',
      records: Records.length,
      events: events.length,
      ...(bus === undefined ? {} : { accepted }),
      counts: countsOf(events.slice(0, accepted)),
      ms: ports.clock.now() - startedAt,
      ...(cause === undefined ? {} : { error: cause }),
    })
    return { batchItemFailures: failed ? [{ itemIdentifier: failed.record.dynamodb?.SequenceNumber ?? '' }] : [] }
  }
}

/**
 * Leaves out that a link was locked if its last try turned out to be right: the link was then redeemed, which the stream mostly
 * shows in the same batch.
 */
function withoutUnlocked<E extends { readonly event: LinkEvent }>(all: readonly E[]): readonly E[] {
  const isRedeemedAfter = (index: number, id: string) =>
    all.slice(index).some(({ event }) => event.type === 'Link redeemed' && event.detail.id === id)
  return all.filter(({ event }, index) => event.type !== 'Link locked' || !isRedeemedAfter(index, event.detail.id))
}

/** The metric that counts each type of event. Locked, purged and requested links are not counted, nor reminders and received files. */
const counters = {
  'Link redeemed': 'Redeemed',
  'Link revoked': 'Revoked',
  'Used link refused': 'UsedLinksRefused',
  'Link locked': undefined,
  'Link expired': undefined,
  'Link requested': undefined,
  'Link unopened': undefined,
  'File received': undefined,
} as const satisfies Record<LinkEvent['type'], keyof Counts | undefined>

/** Counts events; what did not happen has no count, because a metric costs money only while it has data. */
function countsOf(events: readonly LinkEvent[]): Counts {
  const counts: { -readonly [name in keyof Counts]: number } = {}
  for (const { type } of events) {
    const counter = counters[type]
    if (counter !== undefined) counts[counter] = (counts[counter] ?? 0) + 1
  }
  return counts
}

/**
 * Publishes one event, in the time that its function has left. Rejects if the event may not be on the bus: then Lambda calls the function
 * twice more.
 */
export async function publishOne(event: OwnEvent, ports: PublishPorts, context: TimeLeft): Promise<void> {
  const { accepted, error } = await publish([event], ports, deadlineOf(context, ports.clock.now()))
  assert(accepted === 1, `${event.type} is not on the bus: ${error}`)
}

/** The bus, and a clock to wait between attempts. */
type PublishPorts = Pick<EventsPorts, 'clock'> & { readonly bus: EventBus }

/** How many events of a list are on the bus. */
interface Published {
  /** How many, from the first on, are certainly on the bus. Some of the next nine may be as well. */
  readonly accepted: number
  /** Why the rest is not: the code of the bus, or the name of the root error. */
  readonly error?: string | undefined
}

/** Most events in one request (Amazon EventBridge, "PutEvents"). */
const maxBatchSize = 10
const maxAttempts = 3
const pauseMs = 200

/**
 * Sends events in order, ten at a time, until all are on the bus or part of a request still isn't. It sends the events
 * that the bus rejects twice more, without those that the bus accepted. It doesn't repeat a request whose outcome is
 * unknown. Never rejects.
 */
export async function publish(events: readonly OwnEvent[], ports: PublishPorts, deadline: EpochMs): Promise<Published> {
  for (let start = 0; start < events.length; start += maxBatchSize) {
    const batch = events.slice(start, start + maxBatchSize)
    const { remaining, error } = await publishBatch(batch, ports, deadline)
    const [first] = remaining
    if (first !== undefined) return { accepted: start + batch.indexOf(first), error }
  }
  return { accepted: events.length }
}

/** Publishes a batch. Returns the events that may not be on the bus, and why. */
async function publishBatch(
  batch: readonly OwnEvent[],
  { bus, clock }: PublishPorts,
  deadline: EpochMs,
): Promise<{ readonly remaining: readonly OwnEvent[]; readonly error?: string | undefined }> {
  let remaining = batch
  let error: string | undefined = 'out of time'
  for (let turn = 0; turn < maxAttempts && clock.now() < deadline; turn += 1) {
    if (turn > 0) await clock.pause(pauseMs * turn)
    try {
      const codes = await bus.put(remaining)
      error = codes.find(code => code !== undefined)
      remaining = remaining.filter((_, index) => codes[index] !== undefined)
    } catch (cause) {
      return { remaining, error: rootErrorName(cause) }
    }
    if (remaining.length === 0) break
  }
  return { remaining, error }
}
