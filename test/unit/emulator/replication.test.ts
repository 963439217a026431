import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createReplication, type Replication, type Timeline } from '../../../emulator/dynamodb/replication.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { linksTable, type Replicas, replicasOf } from '../../support/emulator/replicas.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { noon } from '../../support/links.ts'

const lagMs = 1000
const america: Region = 'us-east-1'
const europe: Region = 'eu-west-1'
const asia: Region = 'ap-northeast-1'

/** A timeline that a test moves: a change arrives after `pass` has moved it far enough, or when the test picks it. */
function manualTimeline() {
  let now: EpochMs = noon
  let sent = 0
  const inTransit: { dueAt: number; arrive: () => void }[] = []
  const timeline: Timeline = {
    now: () => now,
    travel: ms =>
      new Promise(arrive => {
        sent += 1
        inTransit.push({ dueAt: now + ms, arrive })
      }),
  }
  return {
    timeline,
    /** Number of changes sent so far, counted once for each receiving Region. */
    sent: () => sent,
    pass(ms: number) {
      now = (now + ms) as EpochMs
      const due = inTransit.filter(({ dueAt }) => dueAt <= now)
      for (const each of due) inTransit.splice(inTransit.indexOf(each), 1)[0]?.arrive()
    },
    /** Delivers one change in transit out of order; `pick` is any whole number from 0. */
    arriveOne(pick: number) {
      inTransit.splice(pick % Math.max(inTransit.length, 1), 1)[0]?.arrive()
    },
    isQuiet: () => inTransit.length === 0,
  }
}

interface Setting extends ReturnType<typeof manualTimeline> {
  readonly replicas: Replicas
  readonly unreplicated: Replicas
  readonly replication: Replication
  /** Delivers all changes and waits for them. */
  deliverAll(): Promise<void>
}

/** Two tables in some Regions, one of which replicates; they end with the test. */
async function tablesIn(regions: readonly Region[]): Promise<Setting> {
  const time = manualTimeline()
  const replication = createReplication({ tables: [linksTable], lagMs, timeline: time.timeline })
  const tables = await startDynalite(regions, undefined, replication)
  async function deliverAll(): Promise<void> {
    time.pass(lagMs)
    await replication.settled()
  }
  onTestFinished(async () => {
    time.pass(lagMs)
    await tables.close()
  })
  await createTables([linksTable, 'api-state'], regions, tables.config)
  return {
    ...time,
    replicas: replicasOf(tables),
    unreplicated: replicasOf(tables, 'api-state'),
    replication,
    deliverAll,
  }
}

describe('a write in one Region', () => {
  test('appears in the other Region after the lag, not before', async () => {
    const { replicas, pass, replication } = await tablesIn([america, europe])
    await replicas.put(america, 'a', 'new')
    pass(lagMs - 1)
    for (let times = 0; times < 5; times += 1) expect(await replicas.read(europe, 'a')).toBeUndefined()
    expect(await replicas.read(america, 'a')).toBe('new')
    pass(1)
    await replication.settled()
    expect(await replicas.read(europe, 'a')).toBe('new')
  })

  test('replicates if it is a put, an update or a delete', async () => {
    const { replicas, deliverAll } = await tablesIn([america, europe])
    await replicas.put(america, 'a', 'put')
    await deliverAll()
    await replicas.update(europe, 'a', 'updated')
    await deliverAll()
    expect(await replicas.read(america, 'a')).toBe('updated')
    await replicas.remove(america, 'a')
    expect(await replicas.read(europe, 'a')).toBe('updated')
    await deliverAll()
    expect(await replicas.read(europe, 'a')).toBeUndefined()
  })

  test('is sent once to each other Region, which does not send it on', async () => {
    const { replicas, deliverAll, sent } = await tablesIn([america, europe, asia])
    await replicas.put(america, 'a', 'new')
    await deliverAll()
    await deliverAll()
    expect(await replicas.read(europe, 'a')).toBe('new')
    expect(await replicas.read(asia, 'a')).toBe('new')
    expect(sent()).toBe(2)
  })

  test('whose condition failed is not sent', async () => {
    const { replicas, sent } = await tablesIn([america, europe])
    expect(await replicas.tryConsume(america, 'a')).toBe(false)
    expect(sent()).toBe(0)
  })

  test('stays there if its table does not replicate', async () => {
    const { unreplicated, sent } = await tablesIn([america, europe])
    await unreplicated.put(america, 'a', 'here')
    expect(sent()).toBe(0)
    expect(await unreplicated.read(europe, 'a')).toBeUndefined()
  })
})

test('a write made while the tables close stays in its Region', async () => {
  const { timeline, sent } = manualTimeline()
  const replication = createReplication({ tables: [linksTable], lagMs, timeline })
  for (const region of [america, europe]) replication.join(region, { apply: async () => undefined })
  await replication.close()
  replication.send(america, { table: linksTable, key: 'a', item: {} })
  expect(sent()).toBe(0)
})

test('conditions are checked against the local replica: within the lag, two Regions can consume one item', async () => {
  const { replicas, deliverAll } = await tablesIn([america, europe])
  await replicas.put(america, 'a', 'once')
  await deliverAll()
  expect(await Promise.all([replicas.tryConsume(america, 'a'), replicas.tryConsume(europe, 'a')])).toEqual([true, true])
  await deliverAll()
  expect(await replicas.read(america, 'a')).toBeUndefined()
  expect(await replicas.read(europe, 'a')).toBeUndefined()
})

test('after the lag, only one of two Regions can consume an item', async () => {
  const { replicas, deliverAll } = await tablesIn([america, europe])
  await replicas.put(america, 'a', 'once')
  await deliverAll()
  expect(await replicas.tryConsume(europe, 'a')).toBe(true)
  await deliverAll()
  expect(await replicas.tryConsume(america, 'a')).toBe(false)
})

describe('of two writes in transit at once', () => {
  const write = (text: string) => (replicas: Replicas, region: Region) => replicas.put(region, 'a', text)
  const remove = (replicas: Replicas, region: Region) => replicas.remove(region, 'a')

  test.each([
    { first: write('first'), second: write('second'), left: 'second', name: 'a put, then a put' },
    { first: write('first'), second: remove, left: undefined, name: 'a put, then a delete: it does not come back' },
    { first: remove, second: write('second'), left: 'second', name: 'a delete, then a put' },
  ])('the later one wins in every Region: $name', async ({ first, second, left }) => {
    for (const [here, there] of [
      [america, europe],
      [europe, america],
    ] as const) {
      const { replicas, pass, deliverAll } = await tablesIn([america, europe])
      await replicas.put(here, 'a', 'before')
      await deliverAll()
      await first(replicas, here)
      pass(5)
      await second(replicas, there)
      await deliverAll()
      expect(await replicas.read(here, 'a')).toBe(left)
      expect(await replicas.read(there, 'a')).toBe(left)
    }
  })

  test('that were made in the same millisecond, the one of the Region whose name sorts last wins', async () => {
    const { replicas, deliverAll } = await tablesIn([america, europe])
    await replicas.put(america, 'a', 'from us-east-1')
    await replicas.put(europe, 'a', 'from eu-west-1')
    await deliverAll()
    expect(await replicas.read(america, 'a')).toBe('from us-east-1')
    expect(await replicas.read(europe, 'a')).toBe('from us-east-1')
  })
})

test('an older put that arrives late does not bring a deleted item back', async () => {
  const { replicas, pass, arriveOne, deliverAll } = await tablesIn([america, europe])
  await replicas.put(america, 'a', 'old')
  pass(5)
  await replicas.remove(america, 'a')
  arriveOne(1) // the delete overtakes the put
  await deliverAll()
  expect(await replicas.read(europe, 'a')).toBeUndefined()
})

test('two writes of one Region in one millisecond keep their order, even if the second arrives first', async () => {
  const { replicas, arriveOne, deliverAll } = await tablesIn([america, europe])
  await replicas.put(america, 'a', 'first')
  await replicas.put(america, 'a', 'second')
  arriveOne(1)
  await deliverAll()
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

/** Applies the steps to one item; a write that isn't awaited runs during the following steps. */
async function play(steps: readonly Step[], id: string, { replicas, arriveOne, pass }: Setting): Promise<void> {
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

test('all Regions end with the same item, whatever is written where, and in any order of arrival', async () => {
  const here = await tablesIn([america, europe, asia])
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

test('if a write and an arriving change reach one item at once, the later one wins', async () => {
  const { replicas, pass, arriveOne, deliverAll } = await tablesIn([america, europe])
  for (let times = 0; times < 50; times += 1) {
    const id = String(times)
    await replicas.put(america, id, 'from afar')
    pass(1)
    const writing = replicas.put(europe, id, 'local')
    for (let turns = 0; turns < times; turns += 1) await new Promise(setImmediate)
    arriveOne(0)
    await writing
    await deliverAll()
    expect(await replicas.read(america, id)).toBe('local')
    expect(await replicas.read(europe, id)).toBe('local')
  }
})

describe('with the machine’s own clock', () => {
  test('a write arrives without help of the test', async () => {
    const replication = createReplication({ tables: [linksTable], lagMs: 5 })
    const tables = await startDynalite([america, europe], undefined, replication)
    onTestFinished(() => tables.close())
    await createTables([linksTable], [america, europe], tables.config)
    const replicas = replicasOf(tables)
    await replicas.put(america, 'a', 'new')
    await replication.settled()
    expect(await replicas.read(europe, 'a')).toBe('new')
  })

  test('changes in transit when the tables close arrive at once, and are kept', async () => {
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
