import { rootErrorName } from '../../shared/errors.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { EventBus, LinkEvent, Ports } from './ports.ts'

/** The bus, and a clock to wait between attempts. */
export interface PublishPorts extends Pick<Ports, 'clock'> {
  readonly bus: EventBus
}

/** How many events of a list are on the bus. */
export interface Published {
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
export async function publish(
  events: readonly LinkEvent[],
  ports: PublishPorts,
  deadline: EpochMs,
): Promise<Published> {
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
  batch: readonly LinkEvent[],
  { bus, clock }: PublishPorts,
  deadline: EpochMs,
): Promise<{ readonly remaining: readonly LinkEvent[]; readonly error?: string | undefined }> {
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
