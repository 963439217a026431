import { describe, expect, test } from 'vitest'
import { dynamodbExpiredItems } from '../../../api/adapters/dynamodb-expired-items.ts'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import type { ExpiredItems } from '../../../api/ports.ts'
import { sweep, type SweepPorts, type Swept } from '../../../api/sweeper/sweep.ts'
import type { LinkId } from '../../../shared/link.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeLink, noon, secondsFromNoon } from '../../support/table/links.ts'
import { instantly, simulatedDynamoDB } from '../../support/table/simulated-dynamodb.ts'

const minute = (noon + 60_000) as EpochMs

/** Makes a table of sixteen segments with one page of two links each, which take a second to find; notes every call. */
function slowTable() {
  const clock = manualClock()
  const read: number[] = []
  const purged: LinkId[] = []
  const expiredItems: ExpiredItems = {
    async *find(segment) {
      read.push(segment)
      clock.advance(1000)
      yield [`${segment}a` as LinkId, `${segment}b` as LinkId]
    },
    purge: async id => purged.push(id) > 0,
  }
  return { clock, read, purged, expiredItems }
}

const inOrder = () => {
  let next = 0
  return () => (next += 0.01)
}

describe('a sweep', () => {
  test('removes all due items from the whole table, keeps the others, and logs one line', async () => {
    const clock = manualClock()
    const dynamodb = instantly(simulatedDynamoDB(['us-east-1'], 'strong', { now: clock.now, publish: () => undefined }))
    const links = dynamodbLinks('links', dynamodb)
    const due = Array.from({ length: 40 }, () => makeLink({ purgeAt: secondsFromNoon(0) }).link)
    const kept = Array.from({ length: 40 }, () => makeLink({ purgeAt: secondsFromNoon(1), state: 'used' }).link)
    for (const link of [...due, ...kept]) await links.put(link, 'us-east-1')
    const lines: Swept[] = []
    const expiredItems = dynamodbExpiredItems('links', dynamodb, 'us-east-1')
    const swept = await sweep({ clock, random: inOrder(), expiredItems, log: line => lines.push(line) }, minute)
    expect(swept).toEqual({ outcome: 'swept', purged: 40, failed: 0, complete: true, ms: 0 })
    expect(lines).toEqual([swept])
    for (const { id } of due) expect(await links.find(id, 'us-east-1')).toBeUndefined()
    for (const link of kept) expect(await links.find(link.id, 'us-east-1')).toEqual(link)
  })

  test('stops when its time is up, even within a segment, and logs that it is not complete', async () => {
    const { clock, read, purged, expiredItems } = slowTable()
    async function* find(...args: Parameters<ExpiredItems['find']>) {
      for (let page = 0; page < 3; page += 1) yield* expiredItems.find(...args)
    }
    const ports = { clock, random: inOrder(), expiredItems: { ...expiredItems, find }, log: () => undefined }
    const swept = await sweep(ports, (noon + 5000) as EpochMs)
    expect(swept).toEqual({ outcome: 'swept', purged: 8, failed: 0, complete: false, ms: 5000 })
    expect(read).toEqual([0, 0, 0, 1, 1])
    expect(purged).toHaveLength(8)
  })

  test('starts with any segment, so that sweeps which stop early cover all of them over time', async () => {
    const first = async (random: SweepPorts['random']) => {
      const { read, ...ports } = slowTable()
      await sweep({ ...ports, random, log: () => undefined }, (noon + 1000) as EpochMs)
      return read[0]
    }
    const firsts = await Promise.all(Array.from({ length: 500 }, () => first(Math.random)))
    expect(new Set(firsts).size).toBe(16)
    expect(await first(inOrder())).toBe(0)
  })

  test('uses one time from its beginning to its end', async () => {
    const { expiredItems, ...ports } = slowTable()
    const times = new Set<number>()
    const timed: ExpiredItems = {
      find: (segment, segments, now) => (times.add(now), expiredItems.find(segment, segments, now)),
      purge: async (id, now) => (times.add(now), expiredItems.purge(id, now)),
    }
    await sweep({ ...ports, expiredItems: timed, random: inOrder(), log: () => undefined }, minute)
    expect([...times]).toEqual([secondsFromNoon(0)])
  })

  test('continues if a removal fails; the next sweep repeats it', async () => {
    const { expiredItems, ...ports } = slowTable()
    const purge = async (id: LinkId) => (id.endsWith('a') ? Promise.reject(new Error('throttled')) : true)
    const swept = await sweep(
      { ...ports, expiredItems: { ...expiredItems, purge }, random: inOrder(), log: () => undefined },
      minute,
    )
    expect(swept).toMatchObject({ purged: 16, failed: 16, complete: true })
  })

  test('removes at most 25 items at the same time, since each removal has its own timeout', async () => {
    const { expiredItems, ...ports } = slowTable()
    let [running, most] = [0, 0]
    const page = Array.from({ length: 60 }, (_, index) => `${index}` as LinkId)
    async function* find() {
      yield page
    }
    const purge = async () => {
      most = Math.max(most, (running += 1))
      await new Promise(resolve => setImmediate(resolve))
      running -= 1
      return true
    }
    await sweep(
      { ...ports, expiredItems: { ...expiredItems, find, purge }, random: inOrder(), log: () => undefined },
      minute,
    )
    expect(most).toBe(25)
  })

  test('rejects if the table can’t be read', async () => {
    const { expiredItems, ...ports } = slowTable()
    async function* find(): AsyncGenerator<LinkId[]> {
      yield await Promise.reject(new Error('down'))
    }
    const sweeping = sweep(
      { ...ports, expiredItems: { ...expiredItems, find }, random: inOrder(), log: () => undefined },
      minute,
    )
    await expect(sweeping).rejects.toThrow('down')
  })
})
