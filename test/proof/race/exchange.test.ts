import { describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbIn, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite } from '../../../emulator/dynamodb/tables.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { adaptersIn } from '../../support/table/store.ts'
import { distributionOn } from '../../support/gate/distribution.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { storeOn } from '../../support/table/memory-store.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { race, type RaceResult } from './race.ts'

const size = { contenders: 16, processes: 3, exchange: true }
/** `PROOF=all` races for more, as before a release. */
const nonces = process.env['PROOF'] === 'all' ? { dynalite: 400, local: 1000 } : { dynalite: 40, local: 150 }
/** Longest time of a race, in milliseconds: a busy machine needs many times as long as a quiet one. */
const timeout = 3_600_000

/** Expects one winner for each nonce, some at an edge and some at the exchange. */
function expectFair({ redirects, exchanges, ...others }: RaceResult, count: number): void {
  expect(others).toEqual({ requests: count * 16, refusals: count * 15, lost: 0, wrong: [] })
  expect(redirects + exchanges).toBe(count)
  expect(Math.min(redirects, exchanges)).toBeGreaterThan(0)
}

test(
  `of 16 contenders, half at three edges and half at the exchange, one wins, for ${nonces.dynalite} nonces on dynalite`,
  {
    timeout,
  },
  async () => {
    const emulator = await emulatorHere({ bucket: temporaryFolder() })
    expectFair(await race(emulator, { ...size, nonces: nonces.dynalite }), nonces.dynalite)
  },
)

onDynamodbLocal(dynamodb => {
  test(
    `of 16 contenders, half at three edges and half at the exchange, one wins, for ${nonces.local} nonces`,
    {
      timeout,
    },
    async () => {
      const emulator = await emulatorHere({ bucket: temporaryFolder(), dynamodb })
      expectFair(await race(emulator, { ...size, nonces: nonces.local }), nonces.local)
    },
  )
})

const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
const table = (find: string, replace: string): Patch => ({
  file: 'shared/redemption/dynamodb-link-table.ts',
  find,
  replace,
})

/** Races against an exchange that consumes links by a copy of the code with these patches; the edges are whole. */
async function raceAgainst(name: string, patches: readonly Patch[]): Promise<RaceResult> {
  const tables = await startDynalite(homeRegions)
  onTestFinished(() => tables.close())
  await createTables(['links'], homeRegions, tables.config)
  const root = await brokenCopy(name, patches)
  onTestFinished(() => removeCopy(root))
  const inRegions = dynamodbIn(homeRegions, tables.config)
  // Each call may take as long as the test: then none is under way when the tables close.
  const api: typeof inRegions = region => inRegions(region, timeout)
  const whole = storeOn({ edge: operationsOf(api), api }, 'links')
  const broken = (await adaptersIn(root)).dynamodbLinkTable('links', operationsOf(api))
  return race(await distributionOn(whole, broken), { ...size, nonces: 40 })
}

describe('broken on purpose, the race catches an exchange', () => {
  test('that reads first and deletes then, as most samples do', async () => {
    const { wrong } = await raceAgainst('reads first', [
      table(
        'const { useOf, seen } = await writesOf(redemption)',
        `const { id, receipt } = redemption
        const read = { TableName: tableName, Key: keyOf(id), ConsistentRead: true }
        const { Item } = await dynamodb.send('GetItem', read, attempt)
        if (Item === undefined || linkOfItem(Item).state === 'used') return { kind: 'condition-failed', found: undefined }
        await dynamodb.send('DeleteItem', { TableName: tableName, Key: keyOf(id) }, attempt)
        const item = linkOfItem(Item)
        return { kind: 'consumed', link: receipt ? { ...item, receipt: { ...receipt, urlExpiresAt: 4e9 } as never } : item }
        const { useOf, seen } = await writesOf(redemption)`,
      ),
    ])
    expect(wrong.some(({ winners }) => winners > 1)).toBe(true)
  })

  test('that lets every client repeat', async () => {
    const { wrong } = await raceAgainst('every client repeats', [
      {
        file: 'shared/redemption/clauses.ts',
        find: '#state = :used AND #redemptionId = :redemptionId)',
        replace: '#state = :used)',
      },
    ])
    expect(wrong.some(({ winners }) => winners > 1)).toBe(true)
  })

  test('but not one without a patch', async () => {
    expect((await raceAgainst('whole', [])).wrong).toEqual([])
  })
})
