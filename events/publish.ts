import { rootErrorName } from '../shared/errors.ts'
import type { EpochMs } from '../shared/time.ts'
import type { LinkEvent, Ports } from './ports.ts'

/** How far a list of events got. */
export interface Published {
  /** How many, from the first on, are on the bus. Of the nine after those some may be as well. */
  readonly accepted: number
  /** Why no more are: the code of the bus, or the name of the error at the root. */
  readonly error?: string | undefined
}

/** Most events in one request (Amazon EventBridge, "PutEvents"). */
const mostAtOnce = 10
const tries = 3
const pauseMs = 200

/**
 * Sends events in their order, ten at a time, until all are on the bus or a request is not wholly accepted. Before that,
 * what the bus turns down of a request is sent again, twice, and nothing else of it: what was accepted isn't repeated.
 * A request that nobody can tell the end of is not repeated here. Never rejects.
 */
export async function publish(
  events: readonly LinkEvent[],
  ports: Pick<Ports, 'bus' | 'clock'>,
  deadline: EpochMs,
): Promise<Published> {
  for (let start = 0; start < events.length; start += mostAtOnce) {
    const batch = events.slice(start, start + mostAtOnce)
    const { left, error } = await publishBatch(batch, ports, deadline)
    const [first] = left
    if (first !== undefined) return { accepted: start + batch.indexOf(first), error }
  }
  return { accepted: events.length }
}

/** What of a batch is not on the bus in the end, and why. */
async function publishBatch(
  batch: readonly LinkEvent[],
  { bus, clock }: Pick<Ports, 'bus' | 'clock'>,
  deadline: EpochMs,
): Promise<{ readonly left: readonly LinkEvent[]; readonly error?: string | undefined }> {
  let left = batch
  let error: string | undefined = 'out of time'
  for (let turn = 0; turn < tries && clock.now() < deadline; turn += 1) {
    if (turn > 0) await clock.pause(pauseMs * turn)
    try {
      const codes = await bus.put(left)
      error = codes.find(code => code !== undefined)
      left = left.filter((_, place) => codes[place] !== undefined)
    } catch (cause) {
      return { left, error: rootErrorName(cause) }
    }
    if (left.length === 0) break
  }
  return { left, error }
}
