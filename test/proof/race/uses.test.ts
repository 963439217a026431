import { describe, expect, test } from 'vitest'
import { distributionOn } from '../../support/gate/distribution.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { memoryStore, type Store } from '../../support/table/memory-store.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { race } from './race.ts'

const size = { contenders: 64, processes: 3 }
/** `PROOF=all` races for more: 1,002 links in all. */
const nonces = process.env['PROOF'] === 'all' ? 167 : 10
/** Longest time of a race, in milliseconds: a busy machine needs many times as long as a quiet one. */
const timeout = 3_600_000
const all = [2, 3, 20]

/** Result of a fair race on a store that loses no response. */
function many(count: number, uses: number) {
  const [requests, redirects] = [count * 64, count * uses]
  return { requests, redirects, exchanges: 0, refusals: requests - redirects, lost: 0, wrong: [] }
}

onDynamodbLocal(dynamodb => {
  const modes = (['home', 'strong'] as const).flatMap(mode => all.map(uses => [mode, uses] as const))
  test.each(modes)(
    `in mode %s, %i of 64 clients at three edges get a use each, for ${nonces} links`,
    { timeout },
    async (mode, uses) => {
      const emulator = await emulatorHere({ bucket: temporaryFolder(), dynamodb, mode })
      const result = await race(emulator, { ...size, nonces, uses })
      console.log(`${mode}, ${uses} uses: ${JSON.stringify(result)}`)
      expect(result).toEqual(many(nonces, uses))
    },
  )
})

describe('broken on purpose, the race catches a store', () => {
  const small = { ...size, nonces: 10, uses: 3 }

  test('that reads first and writes then', async () => {
    const { wrong } = await race(await distributionOn(readingFirst(memoryStore())), small)
    expect(wrong.some(({ winners }) => winners > 3)).toBe(true)
  })

  test('but not one that is whole, also if it loses each first response', async () => {
    expect(await race(await distributionOn(memoryStore()), small)).toEqual(many(10, 3))
    expect(await race(await distributionOn(losingResponses(memoryStore())), small)).toEqual(many(10, 3))
  })
})

/** A store that gives a use to each client that found one left. */
function readingFirst({ table, ...store }: Store): Store {
  const tryConsume: Store['table']['tryConsume'] = async (redemption, attempt) => {
    const { receipt } = redemption
    const found = await table.inspect(redemption, undefined, attempt)
    if (found?.state !== 'live' || receipt === undefined) return { kind: 'condition-failed', found }
    await new Promise(resolve => setImmediate(resolve))
    const own = { ...receipt, redeemedAt: attempt.now, urlExpiresAt: found.expiresAt }
    const result = await table.tryConsume(redemption, attempt)
    return result.kind === 'consumed' ? result : { kind: 'consumed', link: { ...found, receipt: own } }
  }
  return { ...store, table: { ...table, tryConsume } }
}

/** A store that loses the first response to each redemption. */
function losingResponses({ table, ...store }: Store): Store {
  const answered = new Set<string>()
  const tryConsume: Store['table']['tryConsume'] = async (redemption, attempt) => {
    const result = await table.tryConsume(redemption, attempt)
    const id = redemption.receipt?.redemptionId ?? ''
    if (answered.has(id)) return result
    answered.add(id)
    return { kind: 'unknown-effect' }
  }
  return { ...store, table: { ...table, tryConsume } }
}
