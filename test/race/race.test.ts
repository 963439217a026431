import { describe, expect, test } from 'vitest'
import { distributionOn } from '../support/distribution.ts'
import { emulatorHere } from '../support/emulator.ts'
import { temporaryFolder } from '../support/folder.ts'
import { memoryStore } from '../support/memory-store.ts'
import { onDynamodbLocal } from '../support/on-stores.ts'
import { race } from './race.ts'

const size = { nonces: 2000, contenders: 16, processes: 3 }
const oneEach = { requests: 32_000, redirects: 2000, refusals: 30_000, wrong: [] }
const timeout = 600_000

test('of 16 contenders at three edges from three processes one wins, for 2,000 nonces on dynalite', {
  timeout,
}, async () => {
  const emulator = await emulatorHere({ bucket: temporaryFolder() })
  expect(await race(emulator, size)).toEqual(oneEach)
})

onDynamodbLocal(dynamodb => {
  test('of 16 contenders at three edges from three processes one wins, for 2,000 nonces', { timeout }, async () => {
    const emulator = await emulatorHere({ bucket: temporaryFolder(), dynamodb })
    expect(await race(emulator, size)).toEqual(oneEach)
  })
})

describe('broken on purpose, the race catches a store', () => {
  const small = { ...size, nonces: 40 }

  test('that looks first and deletes then', async () => {
    const { wrong } = await race(await distributionOn(memoryStore('atomic')), small)
    expect(wrong.some(({ redirects }) => redirects > 1)).toBe(true)
  })

  test('that does not delete', async () => {
    const { wrong } = await race(await distributionOn(memoryStore('deletes')), small)
    expect(wrong).toHaveLength(40)
  })

  test('but not one in memory that is whole', async () => {
    expect((await race(await distributionOn(memoryStore()), small)).wrong).toEqual([])
  })
})
