import { describe, expect, test } from 'vitest'
import { binds } from '../../../shared/link.ts'
import { guardNames, guards, tryGuards } from '../model/guards.ts'
import { replayed, seeded } from './choices.ts'
import { tryRemovals } from './try-removals.ts'
import { usesRemovals } from './uses-removals.ts'
import { fileRemovals } from './file-removals.ts'
import { faults } from './history.ts'
import { play } from './schedule.ts'
import { replaceRemovals } from './replace-removals.ts'
import { shrink } from './shrink.ts'
import { uploadRemovals } from './upload-removals.ts'
import { explain, type Failure, simulate } from './simulate.ts'
import { subjectWithout } from './subject.ts'
import { judge, promises } from './verdict.ts'

const { SEED, ONLY, STORIES, PROOF } = process.env
/** Another seed each time, so that every run tries other schedules. A failure prints it; `SEED` and `ONLY` play it again. */
const seed = Number(SEED ?? Date.now() % 2 ** 31)
const schedules = PROOF === 'all' ? 200_000 : 25_000
const subject = await subjectWithout()

/** Of the first schedules of each run, the model must allow every event. About half of them have a trace. */
const checked = 20_000

test(`${schedules} schedules full of faults break no promise`, { timeout: 900_000 }, async () => {
  const range = ONLY === undefined ? { from: 0, to: schedules } : { from: Number(ONLY), to: Number(ONLY) + 1 }
  const tally = await simulate(subject, { seed, ...range, checked })
  const stories = await Promise.all(tally.failures.slice(0, 3).map(failure => explain(failure, subject)))
  expect(stories.join('\n\n')).toBe('')
  expect(tally.disallowed, 'the model allows every event').toBeUndefined()
  if (ONLY !== undefined) return
  expect(tally.schedules).toBe(schedules)
  expect(tally.traces).toBeGreaterThan(0.4 * checked)
  // The result is meaningful only if every fault and every kind of schedule occurred often.
  for (const fault of faults) expect(tally.faults[fault], fault).toBeGreaterThan(schedules / 40)
  const modes = ['home', 'home in one Region', 'strong']
  for (const kind of modes.flatMap(mode => [`${mode}, delete`, `${mode}, receipt`])) {
    expect(tally.kinds[kind], kind).toBeGreaterThan(schedules / 8)
    expect(tally.kinds[`${kind}, passphrase`], kind).toBeGreaterThan(schedules / 32)
  }
  for (const mode of ['home', 'strong'])
    for (const uses of [2, 3, 20]) expect(tally.kinds[`${uses} uses, ${mode}`]).toBeGreaterThan(schedules / 100)
  expect(tally.kinds['file deleted']).toBeGreaterThan(schedules / 20)
  expect(tally.kinds['file made']).toBeGreaterThan(schedules / 200)
  expect(tally.answers['granted']).toBeGreaterThan(schedules / 2)
  for (const bind of binds) {
    expect(tally.bindings[bind], bind).toBeGreaterThan(schedules / 20)
    expect(tally.bindings[`${bind} folder`], bind).toBeGreaterThan(schedules / 100)
  }
  for (const bind of ['client', 'client-only', 'none'])
    expect(tally.bindings[`${bind}, again from another address`], bind).toBeGreaterThan(schedules / 670)
  expect(tally.bindings['prefix, again from another address']).toBeGreaterThan(schedules / 4000)
  for (const kind of ['used', 'unused']) expect(tally.revocations[kind], kind).toBeGreaterThan(schedules / 40)
  for (const status of [201, 404, 409]) expect(tally.revocations[`replaced ${status}`]).toBeGreaterThan(schedules / 50)
  for (const outcome of ofTries) expect(tally.tries[outcome], outcome).toBeGreaterThan(schedules / 400)
  // A deleted link can be lost with its response. If its edge responded, the response said so.
  console.log('lock-outs of deleted links, by response:', tally.lockOuts)
  expect(Object.keys(tally.lockOuts).toSorted()).toEqual(['expired', 'none: the process died', 'outcome-unknown'])
})

/** What is said to clients at links that require a passphrase; each in one of a hundred of these schedules or more. */
const ofTries = [
  'granted',
  'wrong-passphrase',
  'passphrase-required',
  'unconfirmed',
  'locked',
  'spent',
  'unavailable',
  'outcome-unknown',
  'expired',
  'revoked',
]

/** Guards whose absence the model notices in traces, too. */
const noticedByModel: ReadonlySet<string> = new Set([
  'nearest-replica',
  'blind-retry',
  'failover',
  'fresh-expiry',
  'resent-put',
  'no-redemption-id',
  'purge-at-once',
  'repeat-when-revoked',
  'revoke-elsewhere',
  'stale-clock',
  'secret-outside-id',
  'random-secret',
  'client-flag',
  'without-gate',
  'binding-clause',
  'folder-clause',
  'unknown-binding',
])

describe('without a guard, the simulation finds a broken promise, and in 17 cases the model an event', () => {
  const ofTry = tryRemovals.map(({ name, breaks }) => [name, tryGuards[name], breaks] as const)
  const others = [...usesRemovals, ...replaceRemovals, ...fileRemovals, ...uploadRemovals].map(
    ({ name, breaks }) => [name, promises[breaks], breaks] as const,
  )
  const ofProtocol = guardNames.map(name => [name, guards[name], undefined] as const)
  const all = [...ofProtocol, ...ofTry, ...others]
  test.each(all)('%s: %s', { timeout: 300_000 }, async (name, _, breaks) => {
    const broken = await subjectWithout(name)
    const range = { seed, from: 0, to: schedules, checked: noticedByModel.has(name) ? checked : 0 }
    const isBroken = ({ promise }: Failure) => promise === (breaks ?? promise)
    const { failures, disallowed } = await simulate(
      broken,
      range,
      tally => tally.failures.some(isBroken) && (tally.disallowed !== undefined || range.checked === 0),
    )
    const failure = failures.find(isBroken)
    expect(failure).toBeDefined()
    if (noticedByModel.has(name)) expect(disallowed).toBeDefined()
    if (STORIES !== undefined) console.log(await explain(failure!, broken))
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
    expect(scenario).toMatchObject({ mode: 'home', receipt: false, faults: 0, clients: [{ attempts: 1 }] })
    expect(events.map(({ kind }) => kind)).toEqual([
      'executed',
      'issued',
      'requested',
      'executed',
      'perceived',
      'answered',
    ])
    expect(events.at(-1)).toMatchObject({ status: 302 })
    expect(judge({ events, scenario, expiresAt: 1_795_525_200, items: [] }).violations).toEqual([])
  })

  test('that fails is shortened and simplified as long as it fails', async () => {
    const schedule = Array.from({ length: 60 }, (_, index) => index)
    const fails = async (candidate: readonly number[]) => candidate.includes(17) && candidate.includes(41)
    expect(await shrink(schedule, fails)).toEqual([17, 41])
  })
})
