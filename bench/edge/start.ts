import { setTimeout as pause } from 'node:timers/promises'
import type { Samples } from '../measurement.ts'
import type { EdgeBench } from './edge-bench.ts'
import type { Environment } from './environment.ts'
import { type Start, sampleName, type What } from './experiment.ts'

/** Invocations one after the other in a warm environment; fewer where they take longer. */
const warmInvocations = { 20: 12, 80: 6, 200: 6 } as const

/** Pause before each, in milliseconds: as between real viewers, the quota is full again. */
const warmPauseMs = 60

/** Milliseconds without a request while the store hangs up: with a running process, and with a frozen one. */
const [idleMs, frozenMs] = [400, 1200] as const

/** Adds the values of one measurement. */
type Add = (what: What, value: number) => void

/**
 * Starts an environment once and adds its values to `samples`. Warm and idle times are measured only after a burst: a warm
 * environment is the same after a strict init.
 */
export async function measureStart(start: Start, bench: EdgeBench, samples: Samples): Promise<void> {
  const { contender, init, roundTrip } = start
  const add: Add = (what, value) => samples.add(sampleName(start, what), value)
  const goesOn = init === 'burst'
  const [first = {}, ...others] = await bench.eventsFor(contender, goesOn ? 1 + 2 + warmInvocations[roundTrip] : 1)
  const environment = await bench.start(start)
  try {
    for (const [what, value] of Object.entries(await environment.first(first))) add(what as What, value)
    if (!goesOn) return
    await measureWarm(environment, others.slice(2), add)
    if (contender.name === 'empty') return
    await measureIdle(environment, { bench, events: others, roundTrip }, add)
  } finally {
    await environment.close()
  }
}

async function measureWarm({ invoke, group }: Environment, events: readonly object[], add: Add): Promise<void> {
  const cpuBefore = group.cpuMs()
  for (const event of events) {
    await pause(warmPauseMs)
    const ms = await invoke(event)
    if (ms === undefined) throw new Error('a warm invocation must respond with a 302')
    add('warmMs', ms)
  }
  add('warmCpuMs', (group.cpuMs() - cpuBefore) / events.length)
}

interface Idle {
  readonly bench: EdgeBench
  readonly events: readonly object[]
  readonly roundTrip: number
}

/** The SDK may repeat a consume that had its effect: such responses are counted, and not timed. */
async function measureIdle(
  { invoke, group }: Environment,
  { bench, events: [one = {}, other = {}], roundTrip }: Idle,
  add: Add,
): Promise<void> {
  const note = (what: What, ms: number | undefined) => {
    if (ms !== undefined) add(what, ms)
    add('refused', ms === undefined ? 1 : 0)
  }
  await bench.hangUp()
  await pause(idleMs + roundTrip)
  note('hungUpMs', await invoke(one))
  await pause(warmPauseMs)
  await group.freeze()
  await bench.hangUp()
  await pause(frozenMs + roundTrip)
  group.thaw()
  note('frozenMs', await invoke(other))
}
