import { quotaBlockOf } from '../shared/limits.ts'
import type { EpochSeconds } from '../shared/time.ts'
import type { Quota, QuotaResult } from './ports.ts'

/** What this execution environment knows of one counter. */
interface KnownCounter {
  readonly expiresAt: EpochSeconds
  /** The counter as the table had it last; other environments may have added to it since. */
  stored: number
  /** What this environment allowed and has not added to the table: less than a block. */
  uncounted: number
  /** Resolves when the write that is under way has ended; undefined if none is. */
  writing?: Promise<void>
}

/**
 * Makes a quota that adds to the counters of `quota` in blocks: one write for `block` requests of a caller. The only
 * environment that serves a caller allows exactly `max`. E of them together allow at most `max + E × (block - 1)`: the stored
 * counter never exceeds `max`, and each leaves less than a block out of it. None refuses what an exact count would allow
 * (docs/decisions/0036-rare-counting.md).
 *
 * If a write fails, `tryAdd` rejects, and what it was to add is forgotten: the store may have it.
 */
export function countRarely(quota: Quota, block: number): Quota {
  const known = new Map<string, KnownCounter>()
  return {
    async tryAdd(counter, cost, max) {
      const own = known.get(counter.id) ?? startCounter(counter.expiresAt, known)
      known.set(counter.id, own)
      while (own.writing !== undefined) await own.writing // at the same time only in tests: Lambda sends one event at a time
      const { stored, uncounted } = own
      if (stored + uncounted + cost > max) return { counted: false, used: stored + uncounted }
      if (uncounted + cost >= block) return write(own, cost, amount => quota.tryAdd(counter, amount, max))
      own.uncounted += cost
      return { counted: true, used: stored + own.uncounted }
    },
  }
}

/** Makes a quota that counts as `countRarely` does, each counter in blocks that fit its own maximum. */
export function countByMaximum(quota: Quota): Quota {
  const byBlock = new Map<number, Quota>()
  return {
    tryAdd(counter, cost, max) {
      const block = quotaBlockOf(max)
      const rarely = byBlock.get(block) ?? countRarely(quota, block)
      byBlock.set(block, rarely)
      return rarely.tryAdd(counter, cost, max)
    },
  }
}

/** Makes what is known of a new counter, and forgets those of earlier minutes. */
function startCounter(expiresAt: EpochSeconds, known: Map<string, KnownCounter>): KnownCounter {
  for (const [id, other] of known) if (other.expiresAt < expiresAt) known.delete(id)
  return { expiresAt, stored: 0, uncounted: 0 }
}

/** Adds what is uncounted together with `cost`. If that is too much, what is uncounted stays so, and `cost` is refused. */
async function write(
  own: KnownCounter,
  cost: number,
  tryAdd: (amount: number) => Promise<QuotaResult>,
): Promise<QuotaResult> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { uncounted } = own
  own.writing = promise
  own.uncounted = 0
  try {
    const { counted, used } = await tryAdd(uncounted + cost)
    own.stored = used
    own.uncounted = counted ? 0 : uncounted
    return { counted, used: used + own.uncounted }
  } finally {
    delete own.writing
    resolve()
  }
}
