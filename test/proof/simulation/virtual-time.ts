import type { EpochMs } from '../../../shared/time.ts'

/** Time that jumps to the next timer when every promise waits. */
export interface VirtualTime {
  now(): EpochMs
  /** Calls `act` after `ms` milliseconds; returns a function that cancels it. */
  after(ms: number, act: () => void): () => void
  pause(ms: number): Promise<void>
  /** Lets time pass until no timer is left. */
  run(): Promise<void>
}

interface Timer {
  readonly at: number
  act: (() => void) | undefined
}

/** Makes a virtual time that begins at `start`. */
export function virtualTime(start: EpochMs): VirtualTime {
  let now = start as number
  // Latest first, so that `pop` gives the next one; timers of one moment keep their order.
  const timers: Timer[] = []
  function after(ms: number, act: () => void): () => void {
    const timer: Timer = { at: now + ms, act }
    let index = timers.length
    while (index > 0 && (timers[index - 1]?.at ?? 0) <= timer.at) index -= 1
    timers.splice(index, 0, timer)
    return () => (timer.act = undefined)
  }
  return {
    now: () => now as EpochMs,
    after,
    pause: ms => new Promise(resolve => after(ms, resolve)),
    async run() {
      await allPromisesWait()
      for (let next = timers.pop(); next !== undefined; next = timers.pop()) {
        if (next.act === undefined) continue
        now = next.at
        next.act()
        await allPromisesWait()
      }
    },
  }
}

/** Resolves when every promise waits for a timer. */
function allPromisesWait(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
