import type { Quota } from '../../api/ports.ts'

/** Counters in memory, under the same contract as the real table (test/contract). */
export function memoryQuota(): Quota {
  const counters = new Map<string, number>()
  return {
    async tryAdd({ id }, cost, most) {
      const before = counters.get(id) ?? 0
      const counted = before <= most - cost
      if (counted) counters.set(id, before + cost)
      return { counted, used: counted ? before + cost : before }
    },
  }
}
