import type { EpochMs } from '../../../shared/time.ts'

/** Time that passes only when nothing else can happen, and then at once. */
export interface VirtualTime {
  now(): EpochMs
  /** Does something `ms` milliseconds from now; what comes back calls it off. */
  after(ms: number, act: () => void): () => void
  pause(ms: number): Promise<void>
  /** Lets time pass until nothing is left to happen. */
  run(): Promise<void>
}

interface Appointment {
  readonly at: number
  act: (() => void) | undefined
}

/** Makes a time that begins at `start`. */
export function virtualTime(start: EpochMs): VirtualTime {
  let now = start as number
  // Latest first, so that the next one is the last; those of one moment keep their order.
  const appointments: Appointment[] = []
  function after(ms: number, act: () => void): () => void {
    const appointment: Appointment = { at: now + ms, act }
    let index = appointments.length
    while (index > 0 && (appointments[index - 1]?.at ?? 0) <= appointment.at) index -= 1
    appointments.splice(index, 0, appointment)
    return () => (appointment.act = undefined)
  }
  return {
    now: () => now as EpochMs,
    after,
    pause: ms => new Promise(resolve => after(ms, resolve)),
    async run() {
      await everyoneWaits()
      for (let next = appointments.pop(); next !== undefined; next = appointments.pop()) {
        if (next.act === undefined) continue
        now = next.at
        next.act()
        await everyoneWaits()
      }
    },
  }
}

/** Resolves when every promise that could go on has done so. */
function everyoneWaits(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
