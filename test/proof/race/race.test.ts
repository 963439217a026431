import { describe, expect, test } from 'vitest'
import type { FailedAttempt, Redemption } from '../../../shared/redemption/link-table.ts'
import { distributionOn } from '../../support/gate/distribution.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { memoryStore, type Store } from '../../support/table/memory-store.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { race } from './race.ts'

const size = { contenders: 16, processes: 3 }
/** `PROOF=all` races for more, as before a release. */
const nonces =
  process.env['PROOF'] === 'all'
    ? { dynalite: 2000, local: 10_000, strong: 1000 }
    : { dynalite: 100, local: 600, strong: 200 }
/** Longest time of a race, in milliseconds: a busy machine needs many times as long as a quiet one. */
const timeout = 3_600_000

/** Result of a fair race on a store that loses no response: here, each has as long as the test. */
function oneEach(count: number) {
  return { requests: count * 16, redirects: count, exchanges: 0, refusals: count * 15, lost: 0, wrong: [] }
}

test(
  `of 16 contenders at three edges from three processes one wins, for ${nonces.dynalite} nonces on dynalite`,
  {
    timeout,
  },
  async () => {
    const emulator = await emulatorHere({ bucket: temporaryFolder() })
    expect(await race(emulator, { ...size, nonces: nonces.dynalite })).toEqual(oneEach(nonces.dynalite))
  },
)

onDynamodbLocal(dynamodb => {
  test(
    `of 16 contenders at three edges from three processes one wins, for ${nonces.local} nonces`,
    { timeout },
    async () => {
      const emulator = await emulatorHere({ bucket: temporaryFolder(), dynamodb })
      expect(await race(emulator, { ...size, nonces: nonces.local })).toEqual(oneEach(nonces.local))
    },
  )

  test(`in mode strong, too, one of 16 contenders wins, for ${nonces.strong} nonces`, { timeout }, async () => {
    const emulator = await emulatorHere({ bucket: temporaryFolder(), dynamodb, mode: 'strong' })
    expect(await race(emulator, { ...size, nonces: nonces.strong })).toEqual(oneEach(nonces.strong))
  })
})

describe('broken on purpose, the race catches a store', () => {
  const small = { ...size, nonces: 40 }

  test('that reads first and deletes then', async () => {
    const { wrong } = await race(await distributionOn(readingFirst(memoryStore())), small)
    expect(wrong.some(({ winners }) => winners > 1)).toBe(true)
  })

  test('that does not delete', async () => {
    const { wrong } = await race(await distributionOn(onlyReading(memoryStore())), small)
    expect(wrong).toHaveLength(40)
  })

  test('that loses a write: it deletes the link, and all viewers hear that another one used it', async () => {
    const losing = losingResponses(memoryStore(), { kind: 'condition-failed', found: undefined })
    const { wrong } = await race(await distributionOn(losing), small)
    expect(wrong).toEqual(Array.from({ length: 40 }, () => ({ winners: 0, others: [] })))
  })

  test('but not one that loses responses: with a receipt one wins, and without one a viewer knows that the link may be used', async () => {
    const losing = losingResponses(memoryStore(), { kind: 'unknown-effect' })
    const { redirects, lost, wrong } = await race(await distributionOn(losing), small)
    expect({ redirects, lost, wrong }).toEqual({ redirects: 20, lost: 20, wrong: [] })
  })

  test('but not one in memory that is whole', async () => {
    expect((await race(await distributionOn(memoryStore()), small)).wrong).toEqual([])
  })
})

test('a contender that gets 503 tries again, whatever the others get', async () => {
  const { links, replicate, table } = memoryStore()
  const calls = new Map<string, number>()
  const tryConsume: Store['table']['tryConsume'] = async (redemption, attempt) => {
    const call = (calls.get(redemption.id) ?? 0) + 1
    calls.set(redemption.id, call)
    if (call > 1 && call < 8) throw new Error('the store is unavailable')
    return table.tryConsume(redemption, attempt)
  }
  const edges = await distributionOn({ links, replicate, table: { ...table, tryConsume } })
  expect(await race(edges, { ...size, nonces: 4 })).toEqual(oneEach(4))
})

test('a contender that gets no response ends the race at once, with the error', { timeout: 20_000 }, async () => {
  const api = await serveHere((_, response) => {
    response.writeHead(201).end(JSON.stringify({ url: 'http://127.0.0.1/d/x' }))
  })
  const edge = await serveHere(({ socket }) => void socket.resetAndDestroy())
  const racing = race({ api: api.origin, s3: '', edges: { 'us-east-1': edge.origin } }, { ...size, nonces: 1 })
  await expect(racing).rejects.toThrow(/contender\.ts ended with 1: [^]*ECONNRESET/)
})

/** A store as in most samples: it returns the link that it read, even if another request consumed it meanwhile. */
function readingFirst({ table, links, replicate }: Store): Store {
  return {
    links,
    replicate,
    table: {
      ...table,
      async tryConsume(redemption, attempt) {
        const found = await links.find(redemption.id, attempt.region)
        if (found === undefined || found.state === 'used') return { kind: 'condition-failed', found }
        await new Promise(resolve => setImmediate(resolve))
        const result = await table.tryConsume(redemption, attempt)
        return result.kind === 'consumed' ? result : { kind: 'consumed', link: found }
      },
    },
  }
}

/** A store that consumes the link, and of each redemption loses the first response: `instead` comes in its place. */
function losingResponses({ table, links, replicate }: Store, instead: FailedAttempt): Store {
  const answered = new Set<Redemption>()
  const tryConsume: Store['table']['tryConsume'] = async (redemption, attempt) => {
    const result = await table.tryConsume(redemption, attempt)
    if (result.kind !== 'consumed' || answered.has(redemption)) return result
    answered.add(redemption)
    return instead
  }
  return { links, replicate, table: { ...table, tryConsume } }
}

/** A store that reads the link and never deletes it. */
function onlyReading({ table, links, replicate }: Store): Store {
  const tryConsume: Store['table']['tryConsume'] = async ({ id }, { region }) => {
    const found = await links.find(id, region)
    return found === undefined ? { kind: 'condition-failed', found } : { kind: 'consumed', link: found }
  }
  return { links, replicate, table: { ...table, tryConsume } }
}
