import type { Quota } from '../../../api/ports.ts'

/** Makes counters in memory, under the same contract as the real table (test/system/contract). */
export function memoryQuota(): Quota {
  const counters = new Map<string, number>()
  return {
    async tryAdd({ id }, cost, max) {
      const before = counters.get(id) ?? 0
      const counted = before <= max - cost
      if (counted) counters.set(id, before + cost)
      return { counted, used: counted ? before + cost : before }
    },
  }
}
