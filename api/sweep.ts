import { type EpochMs, secondsOf } from '../shared/time.ts'
import type { ExpiredItems } from './ports.ts'

/** Everything the sweeper asks of the world. */
export interface SweepPorts {
  readonly clock: { now(): EpochMs }
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number
  readonly sweepings: ExpiredItems
  readonly log: (line: Swept) => void
}

/** What one run came to. `complete` is false when time ran out; a later run does the rest. */
export interface Swept {
  readonly outcome: 'swept'
  readonly purged: number
  /** Items that the store would not remove this time. */
  readonly failed: number
  readonly complete: boolean
  readonly ms: number
}

const parts = 16
/** Removals under way at the same time, so that none waits for a connection until its time is over. */
const atOnce = 25

/**
 * Stands in for TTL, which a strongly consistent table doesn't have: removes every item whose `purgeAt` has passed, so
 * only what nothing can depend on any more. Looks at the whole table, since an index on the time would cost a second
 * write with every link, and in parts in random order, so that runs that are cut short still get everywhere in time.
 * What could not be removed is left to the next run; rejects when the table can't be read.
 */
export async function sweep({ clock, random, sweepings, log }: SweepPorts, deadline: EpochMs): Promise<Swept> {
  const startedAt = clock.now()
  const now = secondsOf(startedAt)
  const order = Array.from({ length: parts }, (_, part) => ({ part, rank: random() })).toSorted(
    (a, b) => a.rank - b.rank,
  )
  const count = { purged: 0, failed: 0 }
  const isOver = () => clock.now() >= deadline
  for (const { part } of order) {
    if (isOver()) break
    for await (const ids of sweepings.find(part, parts, now)) {
      for (let start = 0; start < ids.length && !isOver(); start += atOnce) {
        const ends = await Promise.allSettled(ids.slice(start, start + atOnce).map(id => sweepings.purge(id, now)))
        count.purged += ends.filter(end => end.status === 'fulfilled' && end.value).length
        count.failed += ends.filter(end => end.status === 'rejected').length
      }
      if (isOver()) break
    }
  }
  const swept = { outcome: 'swept', ...count, complete: !isOver(), ms: clock.now() - startedAt } as const
  log(swept)
  return swept
}
