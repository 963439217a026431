import { systemClock } from '../shared/aws/process.ts'
import { connect, rehearse } from './function-main.ts'
import { warmUp } from './warm-up.ts'

export { handler } from './function-main.ts'

/** How many times its CPU time a process must have lived to count as throttled; see `isCpuThrottled`. */
const throttledFrom = 6

/**
 * Returns whether this process, which has done nothing but load, has only a small part of a CPU. With a whole one it lives
 * one to three times its CPU time while it loads, with the part of a function of 128 MB about fourteen times.
 */
function isCpuThrottled(): boolean {
  const { user, system } = process.cpuUsage()
  return process.uptime() * 1e6 >= throttledFrom * (user + system)
}

// Lambda gives the function its first event after this.
await warmUp({ connect, rehearse, isCpuThrottled, clock: systemClock })
