import { describe, expect, test } from 'vitest'
import { binds } from '../../../shared/link.ts'
import { guardNames, guards } from '../model/guards.ts'
import { replayed, seeded } from './choices.ts'
import { faults } from './history.ts'
import { simulateInParallel } from './pool.ts'
import { play } from './schedule.ts'
import { shrink } from './shrink.ts'
import { explain, simulate } from './simulate.ts'
import { subjectWithout } from './subject.ts'
import { judge } from './verdict.ts'

/** Another seed each time, so that every run tries other schedules. A failure prints it, for a replay. */
const seed = Date.now() % 2 ** 31
const subject = await subjectWithout(undefined)

test('200,000 schedules full of faults break no promise', { timeout: 900_000 }, async () => {
  const tally = await simulateInParallel({ seed, from: 0, to: 200_000 })
  const stories = await Promise.all(tally.failures.slice(0, 3).map(failure => explain(failure, subject)))
  expect(stories.join('\n\n')).toBe('')
  expect(tally.schedules).toBe(200_000)
  // The result is meaningful only if every fault and every kind of schedule occurred often.
  for (const fault of faults) expect(tally.faults[fault], fault).toBeGreaterThan(5000)
  for (const kind of ['home', 'home in one Region', 'strong'].flatMap(each => [`${each}, delete`, `${each}, receipt`]))
    expect(tally.kinds[kind], kind).toBeGreaterThan(25_000)
  expect(tally.answers['granted']).toBeGreaterThan(100_000)
  for (const bind of binds) {
    expect(tally.bindings[bind], bind).toBeGreaterThan(10_000)
    expect(tally.bindings[`${bind} folder`], bind).toBeGreaterThan(2000)
  }
  for (const bind of ['client', 'client-only', 'none'])
    expect(tally.bindings[`${bind}, again from another address`], bind).toBeGreaterThan(300)
  expect(tally.bindings['prefix, again from another address']).toBeGreaterThan(50)
  for (const kind of ['used', 'unused']) expect(tally.revocations[kind], kind).toBeGreaterThan(5000)
  // A deleted link can be lost with its response. If its edge responded, the response said so.
  console.log('lock-outs of deleted links, by response:', tally.lockOuts)
  expect(Object.keys(tally.lockOuts).toSorted()).toEqual(['expired', 'none: the process died', 'outcome-unknown'])
})

test(
  'if a thread ends early, the simulation fails at once and ends the others',
  {
    timeout: 20_000,
  },
  async () => {
    const [ending, endless] = ['process.exit(3)', 'setInterval(() => undefined, 1000)']
    const worker = `import { workerData } from 'node:worker_threads'; workerData[0].from === 0 ? ${ending} : ${endless}`
    const file = new URL(`data:text/javascript,${encodeURIComponent(worker)}`)
    const playing = simulateInParallel({ seed, from: 0, to: 200_000 }, undefined, file)
    await expect(playing).rejects.toThrow('a thread ended with 3')
  },
)

describe('without a guard, the simulation finds a broken promise', () => {
  test.each(guardNames.map(name => [name, guards[name]] as const))('%s: %s', { timeout: 300_000 }, async name => {
    const broken = await subjectWithout(name)
    const { failures } = await simulate(broken, { seed, from: 0, to: 50_000 }, true)
    expect(failures.length).toBeGreaterThan(0)
    console.log(await explain(failures[0]!, broken))
  })
})

describe('a schedule', () => {
  test('has the same events for the same seed, and for the same choices', async () => {
    const choices = seeded(17)
    const history = await play(choices, subject)
    expect(history.events.length).toBeGreaterThan(5)
    expect((await play(seeded(17), subject)).events).toEqual(history.events)
    expect((await play(replayed(choices.made), subject)).events).toEqual(history.events)
  })

  test('without any choice has one client that requests one link once', async () => {
    const { events, scenario } = await play(replayed([]), subject)
    expect(scenario).toMatchObject({ mode: 'home', receipt: false, faults: 0, clients: [{ tries: 1 }] })
    expect(events.map(({ kind }) => kind)).toEqual([
      'executed',
      'issued',
      'requested',
      'executed',
      'perceived',
      'answered',
    ])
    expect(events.at(-1)).toMatchObject({ status: 302 })
    expect(judge({ events, scenario, expiresAt: 1_795_525_200 }).violations).toEqual([])
  })

  test('that fails is shortened and simplified as long as it fails', async () => {
    const schedule = Array.from({ length: 60 }, (_, index) => index)
    const fails = async (candidate: readonly number[]) => candidate.includes(17) && candidate.includes(41)
    expect(await shrink(schedule, fails)).toEqual([17, 41])
  })
})
