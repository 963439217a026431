import type { Clock } from '../shared/time.ts'

/** What an execution environment can do before its first request. */
export interface Preparation {
  /** Loads the keys and opens connections. */
  readonly connect: () => Promise<unknown>
  /** Redeems a link in memory, so that the code is compiled. */
  readonly rehearse: () => Promise<unknown>
  /** Returns whether this process has only a small part of a CPU. */
  readonly isCpuThrottled: () => boolean
  readonly clock: Pick<Clock, 'pause'>
}

/** Longest wait for keys and connections, in milliseconds. Lambda allows an environment ten seconds. */
const longestWaitMs = 1000

/** Start of the connections before the rehearsal, in milliseconds: it blocks the process while servers respond. */
const aheadMs = 5

/**
 * Does in advance what the first viewer would wait for. What fails here, the first request does itself. Never rejects, and
 * waits for a second at most.
 *
 * With a whole CPU, it does everything and waits for it. With a small part of one, a viewer may already be waiting, and then
 * it only starts to connect (docs/decisions/0026-warm-up.md).
 */
export async function warmUp({ connect, rehearse, isCpuThrottled, clock }: Preparation): Promise<void> {
  const waits = !isCpuThrottled()
  const connected = attempt(connect)
  if (!waits) return
  await clock.pause(aheadMs)
  await attempt(rehearse)
  await Promise.race([connected, clock.pause(longestWaitMs)])
}

async function attempt(prepare: () => Promise<unknown>): Promise<void> {
  try {
    await prepare()
  } catch {
    // The first request meets the same failure, and reports it.
  }
}
