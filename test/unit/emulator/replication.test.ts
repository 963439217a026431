import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createReplication, type Replication, type Timeline } from '../../../emulator/dynamodb/replication.ts'
import { createTables, startDynalite } from '../../../emulator/dynamodb/tables.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { linksTable, type Replicas, replicasOf } from '../../support/emulator/replicas.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { noon } from '../../support/links.ts'

const lagMs = 1000
const america: Region = 'us-east-1'
const europe: Region = 'eu-west-1'
const asia: Region = 'ap-northeast-1'

/** Time that stands still. What travels arrives when a test lets enough time pass, or picks it. */
function manualTimeline() {
  let now: EpochMs = noon
  let sent = 0
  const onTheWay: { dueAt: number; arrive: () => void }[] = []
  const timeline: Timeline = {
    now: () => now,
    travel: ms =>
      new Promise(arrive => {
        sent += 1
        onTheWay.push({ dueAt: now + ms, arrive })
      }),
  }
  return {
    timeline,
    /** How many changes ever set out, one for each Region they go to. */
    sent: () => sent,
    pass(ms: number) {
      now = (now + ms) as EpochMs
      const due = onTheWay.filter(({ dueAt }) => dueAt <= now)
      for (const each of due) onTheWay.splice(onTheWay.indexOf(each), 1)[0]?.arrive()
    },
    /** Lets one of those on their way arrive out of turn; `pick` is any whole number from 0. */
    arriveOne(pick: number) {
      onTheWay.splice(pick % Math.max(onTheWay.length, 1), 1)[0]?.arrive()
    },
    isQuiet: () => onTheWay.length === 0,
  }
}

interface World extends ReturnType<typeof manualTimeline> {
  readonly replicas: Replicas
  readonly answers: Replicas
  readonly replication: Replication
  /** Lets all arrive and waits until it has. */
  calm(): Promise<void>
}

/** Tables in some Regions, of which one replicates; ended with the test. */
async function world(regions: readonly Region[]): Promise<World> {
  const time = manualTimeline()
  const replication = createReplication({ tables: [linksTable], lagMs, timeline: time.timeline })
  const tables = await startDynalite(regions, undefined, replication)
  async function calm(): Promise<void> {
    time.pass(lagMs)
    await replication.settled()
  }
  onTestFinished(async () => {
    time.pass(lagMs)
    await tables.close()
  })
  await createTables([linksTable, 'api-state'], regions, tables.config)
  return { ...time, replicas: replicasOf(tables), answers: replicasOf(tables, 'api-state'), replication, calm }
}

describe('a write in one Region', () => {
  test('is seen in the other after the lag and not before', async () => {
    const { replicas, pass, replication } = await world([america, europe])
    await replicas.put(america, 'a', 'new')
    pass(lagMs - 1)
    for (let times = 0; times < 5; times += 1) expect(await replicas.read(europe, 'a')).toBeUndefined()
    expect(await replicas.read(america, 'a')).toBe('new')
    pass(1)
    await replication.settled()
    expect(await replicas.read(europe, 'a')).toBe('new')
  })

  test('may be a put, an update or a delete', async () => {
    const { replicas, calm } = await world([america, europe])
    await replicas.put(america, 'a', 'put')
    await calm()
    await replicas.update(europe, 'a', 'updated')
    await calm()
    expect(await replicas.read(america, 'a')).toBe('updated')
    await replicas.remove(america, 'a')
    expect(await replicas.read(europe, 'a')).toBe('updated')
    await calm()
    expect(await replicas.read(europe, 'a')).toBeUndefined()
  })

  test('reaches every other Region once and is not sent on from there', async () => {
    const { replicas, calm, sent } = await world([america, europe, asia])
    await replicas.put(america, 'a', 'new')
    await calm()
    await calm()
    expect(await replicas.read(europe, 'a')).toBe('new')
    expect(await replicas.read(asia, 'a')).toBe('new')
    expect(sent()).toBe(2)
  })

  test('that failed its condition is sent nowhere', async () => {
    const { replicas, sent } = await world([america, europe])
    expect(await replicas.take(america, 'a')).toBe(false)
    expect(sent()).toBe(0)
  })

  test('stays there when its table does not replicate', async () => {
    const { answers, sent } = await world([america, europe])
    await answers.put(america, 'a', 'here')
    expect(sent()).toBe(0)
    expect(await answers.read(europe, 'a')).toBeUndefined()
  })
})

test('a write that is made while the tables are being closed stays where it is', async () => {
  const { timeline, sent } = manualTimeline()
  const replication = createReplication({ tables: [linksTable], lagMs, timeline })
  for (const region of [america, europe]) replication.join(region, { apply: async () => undefined })
  await replication.close()
  replication.send(america, { table: linksTable, key: 'a', item: {} })
  expect(sent()).toBe(0)
})

test('a condition is checked against the local copy only: within the lag two Regions both take one item', async () => {
  const { replicas, calm } = await world([america, europe])
  await replicas.put(america, 'a', 'once')
  await calm()
  expect(await Promise.all([replicas.take(america, 'a'), replicas.take(europe, 'a')])).toEqual([true, true])
  await calm()
  expect(await replicas.read(america, 'a')).toBeUndefined()
  expect(await replicas.read(europe, 'a')).toBeUndefined()
})

test('after the lag only one of two Regions can take an item', async () => {
  const { replicas, calm } = await world([america, europe])
  await replicas.put(america, 'a', 'once')
  await calm()
  expect(await replicas.take(europe, 'a')).toBe(true)
  await calm()
  expect(await replicas.take(america, 'a')).toBe(false)
})

describe('of two writes that cross on their way', () => {
  const write = (text: string) => (replicas: Replicas, region: Region) => replicas.put(region, 'a', text)
  const remove = (replicas: Replicas, region: Region) => replicas.remove(region, 'a')

  test.each([
    { first: write('first'), second: write('second'), left: 'second', name: 'a put, then a put' },
    { first: write('first'), second: remove, left: undefined, name: 'a put, then a delete: it does not come back' },
    { first: remove, second: write('second'), left: 'second', name: 'a delete, then a put' },
  ])('the later one wins, wherever it was: $name', async ({ first, second, left }) => {
    for (const [here, there] of [
      [america, europe],
      [europe, america],
    ] as const) {
      const { replicas, pass, calm } = await world([america, europe])
      await replicas.put(here, 'a', 'before')
      await calm()
      await first(replicas, here)
      pass(5)
      await second(replicas, there)
      await calm()
      expect(await replicas.read(here, 'a')).toBe(left)
      expect(await replicas.read(there, 'a')).toBe(left)
    }
  })

  test('in the same millisecond, that of the Region whose name sorts last wins', async () => {
    const { replicas, calm } = await world([america, europe])
    await replicas.put(america, 'a', 'from us-east-1')
    await replicas.put(europe, 'a', 'from eu-west-1')
    await calm()
    expect(await replicas.read(america, 'a')).toBe('from us-east-1')
    expect(await replicas.read(europe, 'a')).toBe('from us-east-1')
  })
})

test('an older put that arrives late does not bring a deleted item back', async () => {
  const { replicas, pass, arriveOne, calm } = await world([america, europe])
  await replicas.put(america, 'a', 'old')
  pass(5)
  await replicas.remove(america, 'a')
  arriveOne(1) // the delete overtakes the put
  await calm()
  expect(await replicas.read(europe, 'a')).toBeUndefined()
})

test('two writes of one Region in one millisecond keep their order, whichever arrives first', async () => {
  const { replicas, arriveOne, calm } = await world([america, europe])
  await replicas.put(america, 'a', 'first')
  await replicas.put(america, 'a', 'second')
  arriveOne(1)
  await calm()
  expect(await replicas.read(europe, 'a')).toBe('second')
})

type Step =
  | { readonly kind: 'put' | 'remove'; readonly region: Region; readonly awaited: boolean }
  | { readonly kind: 'arrive'; readonly pick: number }
  | { readonly kind: 'pass'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('put', 'remove'),
    region: fc.constantFrom(america, europe, asia),
    awaited: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('arrive'), pick: fc.nat(20) }),
  fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 1, max: 3 }) }),
)

/** Does to one item what the steps say; a write that isn't awaited runs beside the steps after it. */
async function play(steps: readonly Step[], id: string, { replicas, arriveOne, pass }: World): Promise<void> {
  const writing: Promise<void>[] = []
  for (const [index, each] of steps.entries()) {
    if (each.kind === 'arrive') arriveOne(each.pick)
    else if (each.kind === 'pass') pass(each.ms)
    else {
      const { kind, region, awaited } = each
      const write = kind === 'put' ? replicas.put(region, id, String(index)) : replicas.remove(region, id)
      writing.push(write)
      if (awaited) await write
    }
  }
  await Promise.all(writing)
}

test('whatever is written where, also at once, and in whatever order it arrives, all Regions end up the same', async () => {
  const here = await world([america, europe, asia])
  const steps = fc.array(step, { minLength: 2, maxLength: 14 })
  const picks = fc.array(fc.nat(20), { minLength: 9, maxLength: 9 })
  let runs = 0
  const endsUpTheSame = fc.asyncProperty(steps, picks, async (steps, picks) => {
    const id = String((runs += 1))
    await play(steps, id, here)
    for (let turn = 0; !here.isQuiet(); turn += 1) here.arriveOne(picks[turn % picks.length] ?? 0)
    await here.replication.settled()
    const [one, ...others] = await Promise.all([america, europe, asia].map(each => here.replicas.read(each, id)))
    expect(others).toEqual([one, one])
  })
  await fc.assert(endsUpTheSame, { numRuns: 100 })
})

test('a write and an arrival that meet at one item leave it with the later of the two', async () => {
  const { replicas, pass, arriveOne, calm } = await world([america, europe])
  for (let times = 0; times < 50; times += 1) {
    const id = String(times)
    await replicas.put(america, id, 'from afar')
    pass(1)
    const writing = replicas.put(europe, id, 'local')
    for (let turns = 0; turns < times; turns += 1) await new Promise(setImmediate)
    arriveOne(0)
    await writing
    await calm()
    expect(await replicas.read(america, id)).toBe('local')
    expect(await replicas.read(europe, id)).toBe('local')
  }
})

describe('with the machine’s own clock', () => {
  test('a write arrives by itself', async () => {
    const replication = createReplication({ tables: [linksTable], lagMs: 5 })
    const tables = await startDynalite([america, europe], undefined, replication)
    onTestFinished(() => tables.close())
    await createTables([linksTable], [america, europe], tables.config)
    const replicas = replicasOf(tables)
    await replicas.put(america, 'a', 'new')
    await replication.settled()
    expect(await replicas.read(europe, 'a')).toBe('new')
  })

  test('what is on its way when the tables are closed arrives at once, and is kept', async () => {
    const data = temporaryFolder()
    const replication = createReplication({ tables: [linksTable], lagMs: 3_600_000 })
    const tables = await startDynalite([america, europe], data, replication)
    await createTables([linksTable], [america, europe], tables.config)
    for (let count = 0; count < 30; count += 1) await replicasOf(tables).put(america, String(count), 'kept')
    await tables.close()

    const again = await startDynalite([america, europe], data)
    onTestFinished(() => again.close())
    expect(await replicasOf(again).read(europe, '0')).toBe('kept')
    expect(await replicasOf(again).read(europe, '29')).toBe('kept')
  })
})
