import { type EpochMs, rfc3339, secondsOf } from '../../shared/time.ts'
import { publishOne } from './handler.ts'
import type { EventBus, EventsPorts, TimeLeft } from './ports.ts'

/** What the rule passes on of GuardDuty's event: not the key of the file, which no event of ours has. */
export interface RefusedFile {
  readonly versionId: string
  readonly result: string
  /** When GuardDuty found it, as RFC 3339. */
  readonly at: string
  /** The id of GuardDuty's event. */
  readonly eventId: string
}

/**
 * Creates the function that publishes `File refused`. Rejects if the event may not be on the bus: then Lambda calls it twice more.
 * EventBridge may call it twice with the same event.
 */
export function createFileRefused(
  ports: Pick<EventsPorts, 'clock'> & { readonly bus: EventBus },
  deployment: string,
): (file: RefusedFile, context: TimeLeft) => Promise<void> {
  return async ({ versionId, result, at: time, eventId }, context) => {
    const at = secondsOf(Date.parse(time) as EpochMs)
    const detail = { deployment, versionId, result, at: rfc3339(at), eventId }
    await publishOne({ type: 'File refused', at, detail }, ports, context)
  }
}
