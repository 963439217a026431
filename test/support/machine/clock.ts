import type { Clock, EpochMs } from '../../../shared/time.ts'
import { noon } from '../table/links.ts'

/** Makes a clock that moves only by `advance` and `pause`. */
export function manualClock(start: EpochMs = noon): Clock & { advance(ms: number): void } {
  let now = start
  function advance(ms: number): void {
    now = (now + ms) as EpochMs
  }
  return { now: () => now, pause: async ms => advance(ms), advance }
}
