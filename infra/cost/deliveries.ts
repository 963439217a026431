import type { Settings } from '../../construct/settings.ts'
import { bytes, days, hours, logObjects } from './assumptions.ts'
import { type CostLine, invocations, line, million } from './lines.ts'
import { dollarsFor } from './prices.ts'

/** Returns the GB that the logs of a million links have, times the months for which they stay. */
export function loggedGigabyteMonths({ accessLogs, deliveryProof, logRetentionDays }: Settings): number {
  const [size, kept] = accessLogs
    ? [bytes.accessLog, logRetentionDays]
    : deliveryProof
      ? [bytes.deliveryLog, days.proofLog]
      : [0, 0]
  return (2 * million * size * kept) / days.month / 1e9
}

/**
 * Returns what knowing deliveries costs: a link's file is delivered in one response, so its delivery is read, and then written, once. For
 * an event the link is read, too, which is eventually consistent and so takes half a unit.
 */
export function deliveryLines({ deliveryProof, events }: Settings): readonly CostLine[] {
  if (!deliveryProof) return []
  const objects = (2 * million) / logObjects.records
  const stored = ((million * bytes.delivery) / 1e9) * (days.delivery / days.month)
  return [
    line('deliveries: function, queue and requests to S3', {
      // Lambda asks the queue with five requests at a time, of up to 20 seconds each.
      idle: dollarsFor('queueRequests', (hours * 3600 * 5) / 20),
      million:
        invocations(objects / 10) + dollarsFor('queueRequests', objects * 3) + dollarsFor('objectRequests', objects),
    }),
    line('deliveries: table', {
      million:
        dollarsFor('writes', million) +
        dollarsFor('reads', events ? 1.5 * million : million) +
        dollarsFor('storage', stored) +
        dollarsFor('backups', stored),
    }),
    line('deliveries: events on the bus', { million: events ? dollarsFor('events', million) : 0 }),
  ]
}
