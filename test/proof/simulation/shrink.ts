/**
 * Returns the shortest schedule it finds that still fails: drops pieces, then sets choices to 0, until neither succeeds
 * or `budget` runs are used.
 */
export async function shrink(
  schedule: readonly number[],
  stillFails: (schedule: readonly number[]) => Promise<boolean>,
  budget = 2000,
): Promise<readonly number[]> {
  let best = schedule
  let left = budget
  async function isStillFailing(candidate: readonly number[]): Promise<boolean> {
    left -= 1
    const fails = await stillFails(candidate)
    if (fails) best = candidate
    return fails
  }
  for (let isBetter = true; isBetter && left > 0;) {
    isBetter = false
    for (let size = best.length; size >= 1; size = Math.floor(size / 2)) {
      for (let start = 0; start < best.length && left > 0;) {
        const without = [...best.slice(0, start), ...best.slice(start + size)]
        if (await isStillFailing(without)) isBetter = true
        else start += size
      }
    }
    for (let index = 0; index < best.length && left > 0; index += 1) {
      if (best[index] === 0) continue
      if (await isStillFailing(best.with(index, 0))) isBetter = true
    }
  }
  return best
}
