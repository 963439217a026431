import { describe, expect, test } from 'vitest'
import { dynamodbSweepings } from '../../../api/adapters/dynamodb-expired-items.ts'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import type { ExpiredItems } from '../../../api/ports.ts'
import { sweep, type SweepPorts, type Swept } from '../../../api/sweep.ts'
import type { LinkId } from '../../../shared/link.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/clock.ts'
import { makeLink, noon, secondsFromNoon } from '../../support/links.ts'
import { instantly, simulatedDynamoDB } from '../../support/simulated-dynamodb.ts'

const minute = (noon + 60_000) as EpochMs

/** Sixteen parts of one page of two links each, which take a second to find; notes what was asked. */
function slowTable() {
  const clock = manualClock()
  const asked: number[] = []
  const purged: LinkId[] = []
  const sweepings: ExpiredItems = {
    async *find(part) {
      asked.push(part)
      clock.advance(1000)
      yield [`${part}a` as LinkId, `${part}b` as LinkId]
    },
    purge: async id => purged.push(id) > 0,
  }
  return { clock, asked, purged, sweepings }
}

const inOrder = () => {
  let next = 0
  return () => (next += 0.01)
}

describe('a sweep', () => {
  test('removes all that is due from the whole table, keeps the rest, and says so in one line', async () => {
    const clock = manualClock()
    const dynamodb = instantly(simulatedDynamoDB(['us-east-1'], 'strong', { now: clock.now, publish: () => undefined }))
    const links = dynamodbLinks('links', dynamodb)
    const due = Array.from({ length: 40 }, () => makeLink({ purgeAt: secondsFromNoon(0) }).link)
    const kept = Array.from({ length: 40 }, () => makeLink({ purgeAt: secondsFromNoon(1), state: 'used' }).link)
    for (const link of [...due, ...kept]) await links.put(link, 'us-east-1')
    const lines: Swept[] = []
    const sweepings = dynamodbSweepings('links', dynamodb, 'us-east-1')
    const swept = await sweep({ clock, random: inOrder(), sweepings, log: line => lines.push(line) }, minute)
    expect(swept).toEqual({ outcome: 'swept', purged: 40, failed: 0, complete: true, ms: 0 })
    expect(lines).toEqual([swept])
    for (const { id } of due) expect(await links.find(id, 'us-east-1')).toBeUndefined()
    for (const link of kept) expect(await links.find(link.id, 'us-east-1')).toEqual(link)
  })

  test('looks at every part once', async () => {
    const { asked, purged, ...ports } = slowTable()
    const swept = await sweep({ ...ports, random: Math.random, log: () => undefined }, minute)
    expect(asked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, part) => part))
    expect(new Set(purged).size).toBe(32)
    expect(swept).toEqual({ outcome: 'swept', purged: 32, failed: 0, complete: true, ms: 16_000 })
  })

  test('stops when its time is up, even within a part, and says that it is not complete', async () => {
    const { clock, asked, purged, sweepings } = slowTable()
    async function* find(...args: Parameters<ExpiredItems['find']>) {
      for (let page = 0; page < 3; page += 1) yield* sweepings.find(...args)
    }
    const ports = { clock, random: inOrder(), sweepings: { ...sweepings, find }, log: () => undefined }
    const swept = await sweep(ports, (noon + 5000) as EpochMs)
    expect(swept).toEqual({ outcome: 'swept', purged: 8, failed: 0, complete: false, ms: 5000 })
    expect(asked).toEqual([0, 0, 0, 1, 1])
    expect(purged).toHaveLength(8)
  })

  test('that comes too late does nothing', async () => {
    const { asked, ...ports } = slowTable()
    const swept = await sweep({ ...ports, random: inOrder(), log: () => undefined }, noon)
    expect(asked).toEqual([])
    expect(swept).toEqual({ outcome: 'swept', purged: 0, failed: 0, complete: false, ms: 0 })
  })

  test('begins anywhere, so that runs which are cut short get everywhere in time', async () => {
    const first = async (random: SweepPorts['random']) => {
      const { asked, ...ports } = slowTable()
      await sweep({ ...ports, random, log: () => undefined }, (noon + 1000) as EpochMs)
      return asked[0]
    }
    const firsts = await Promise.all(Array.from({ length: 500 }, () => first(Math.random)))
    expect(new Set(firsts).size).toBe(16)
    expect(await first(inOrder())).toBe(0)
  })

  test('asks by one time from its beginning to its end', async () => {
    const { sweepings, ...ports } = slowTable()
    const times = new Set<number>()
    const timed: ExpiredItems = {
      find: (part, parts, now) => (times.add(now), sweepings.find(part, parts, now)),
      purge: async (id, now) => (times.add(now), sweepings.purge(id, now)),
    }
    await sweep({ ...ports, sweepings: timed, random: inOrder(), log: () => undefined }, minute)
    expect([...times]).toEqual([secondsFromNoon(0)])
  })

  test('goes on past what the table would not remove, which the next one does', async () => {
    const { sweepings, ...ports } = slowTable()
    const purge = async (id: LinkId) => (id.endsWith('a') ? Promise.reject(new Error('throttled')) : true)
    const swept = await sweep(
      { ...ports, sweepings: { ...sweepings, purge }, random: inOrder(), log: () => undefined },
      minute,
    )
    expect(swept).toMatchObject({ purged: 16, failed: 16, complete: true })
  })

  test('counts only what it removed itself', async () => {
    const { sweepings, ...ports } = slowTable()
    const purge = async (id: LinkId) => id.endsWith('a')
    const swept = await sweep(
      { ...ports, sweepings: { ...sweepings, purge }, random: inOrder(), log: () => undefined },
      minute,
    )
    expect(swept).toMatchObject({ purged: 16, failed: 0 })
  })

  test('removes at most 25 at a time, for each waits with a time limit of its own', async () => {
    const { sweepings, ...ports } = slowTable()
    let [underWay, most] = [0, 0]
    const page = Array.from({ length: 60 }, (_, index) => `${index}` as LinkId)
    async function* find() {
      yield page
    }
    const purge = async () => {
      most = Math.max(most, (underWay += 1))
      await new Promise(resolve => setImmediate(resolve))
      underWay -= 1
      return true
    }
    await sweep({ ...ports, sweepings: { ...sweepings, find, purge }, random: inOrder(), log: () => undefined }, minute)
    expect(most).toBe(25)
  })

  test('rejects when the table cannot be read', async () => {
    const { sweepings, ...ports } = slowTable()
    async function* find(): AsyncGenerator<LinkId[]> {
      yield await Promise.reject(new Error('down'))
    }
    const sweeping = sweep(
      { ...ports, sweepings: { ...sweepings, find }, random: inOrder(), log: () => undefined },
      minute,
    )
    await expect(sweeping).rejects.toThrow('down')
  })
})
