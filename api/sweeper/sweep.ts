import { type EpochMs, secondsOf } from '../../shared/time.ts'
import type { ExpiredItems } from '../ports.ts'

/** Everything the sweeper needs from outside. */
export interface SweepPorts {
  readonly clock: { now(): EpochMs }
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number
  readonly expiredItems: ExpiredItems
  readonly log: (line: Swept) => void
}

/** Result of one sweep, and its log line. `complete` is false if time ran out; a later sweep removes the rest. */
export interface Swept {
  readonly outcome: 'swept'
  readonly purged: number
  /** Items whose removal failed. */
  readonly failed: number
  readonly complete: boolean
  readonly ms: number
}

const segments = 16
/** Removals at the same time, each over a connection of its own. */
const maxConcurrent = 25

/**
 * Removes every item whose `purgeAt` has passed, which nothing needs any more. Replaces TTL, which a strongly consistent
 * table doesn't have. Scans the whole table, since an index on the time would cost a second write for each link. Scans its
 * segments in random order, so that sweeps that stop early still cover all of them over time. Leaves items whose removal
 * fails to the next sweep; rejects if the table can't be read.
 */
export async function sweep({ clock, random, expiredItems, log }: SweepPorts, deadline: EpochMs): Promise<Swept> {
  const startedAt = clock.now()
  const now = secondsOf(startedAt)
  const order = Array.from({ length: segments }, (_, segment) => ({ segment, rank: random() })).toSorted(
    (a, b) => a.rank - b.rank,
  )
  const count = { purged: 0, failed: 0 }
  const isTimeUp = () => clock.now() >= deadline
  for (const { segment } of order) {
    if (isTimeUp()) break
    for await (const ids of expiredItems.find(segment, segments, now)) {
      for (let start = 0; start < ids.length && !isTimeUp(); start += maxConcurrent) {
        const chunk = ids.slice(start, start + maxConcurrent)
        const removals = await Promise.allSettled(chunk.map(id => expiredItems.purge(id, now)))
        count.purged += removals.filter(removal => removal.status === 'fulfilled' && removal.value).length
        count.failed += removals.filter(removal => removal.status === 'rejected').length
      }
      if (isTimeUp()) break
    }
  }
  const swept = { outcome: 'swept', ...count, complete: !isTimeUp(), ms: clock.now() - startedAt } as const
  log(swept)
  return swept
}
