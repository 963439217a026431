import { createReminder } from '../../../jobs/events/remind.ts'
import type { OwnEvent } from '../../../jobs/events/ports.ts'
import type { Link, LinkId } from '../../../shared/link.ts'
import type { EpochMs, EpochSeconds } from '../../../shared/time.ts'

/** Has a schedule call the function of events at `now` about a link whose item is `link`, and returns what it publishes. */
export async function remindedOf(link: Link | undefined, now: EpochSeconds): Promise<readonly OwnEvent[]> {
  const published: OwnEvent[] = []
  const ports = {
    clock: { now: () => (now * 1000) as EpochMs, pause: async () => undefined },
    bus: { put: async (events: readonly OwnEvent[]) => (published.push(...events), events.map(() => undefined)) },
    read: async () => link,
  }
  await createReminder(ports, 'once')(
    { id: link?.id ?? ('none' as LinkId) },
    { getRemainingTimeInMillis: () => 60_000 },
  )
  return published
}
