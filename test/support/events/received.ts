import { createFileReceived, type ReceivedFile } from '../../../jobs/events/file-received.ts'
import type { OwnEvent } from '../../../jobs/events/ports.ts'
import type { Link } from '../../../shared/link.ts'
import { manualClock } from '../machine/clock.ts'

/**
 * Has the rule call the function of events about a new object, where the table has `link`; `code` is that with which the bus rejects the
 * event. Returns what is published.
 */
export async function receivedOf(
  link: Link | undefined,
  file: ReceivedFile,
  code?: string,
): Promise<readonly OwnEvent[]> {
  const published: OwnEvent[] = []
  const ports = {
    clock: manualClock(),
    bus: { put: async (events: readonly OwnEvent[]) => (published.push(...events), events.map(() => code)) },
    read: async (id: string) => (id === link?.id ? link : undefined),
  }
  await createFileReceived(ports, 'once')(file, { getRemainingTimeInMillis: () => 60_000 })
  return published
}
