import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn } from '../../../edge/adapters/aws.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { startDynalite, type Tables } from '../../../emulator/dynamodb/tables.ts'
import { dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { testExchange } from '../../support/api/exchange.ts'
import { type Fate, faultProxy } from '../../support/edge/fault-proxy.ts'
import { makeLink } from '../../support/table/links.ts'
import { onBothStores } from '../../support/table/on-stores.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** Where a link can be used. */
type Place = 'edge' | 'exchange'

/** Issues a link and requests it several times through a proxy. Returns the result of each viewer. */
async function resultsOf(
  tables: Tables,
  { fates, receipt, at }: { fates: readonly Fate[]; receipt: boolean; at: Place },
  viewers: number,
): Promise<string[]> {
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], homeRegions, tables.config)
  const proxy = await faultProxy(tables.config('us-east-1').endpoint)
  const open = redeemerAt(at, tableName, () => ({ ...tables.config('us-east-1'), endpoint: proxy.endpoint }))
  const expiresAt = plusSeconds(secondsOf(systemClock.now()), 600)
  const { nonce, link } = makeLink({ expiresAt, ...(receipt && { state: 'live' as const }) })
  await dynamodbLinks(tableName, dynamodbOfApi(homeRegions, tables.config)).put(link, 'us-east-1')
  proxy.plan(link.id, fates)
  const results: string[] = []
  for (let viewer = 0; viewer < viewers; viewer += 1) results.push(await open(nonce))
  return results
}

/** Returns a function that redeems or exchanges nonces with the client that ships, and returns the result. */
function redeemerAt(at: Place, tableName: string, config: Tables['config']): (nonce: string) => Promise<string> {
  if (at === 'edge') {
    const table = dynamodbLinkTable(tableName, dynamodbIn(homeRegions, config))
    const { open } = testEdge({ clock: systemClock, table })
    return async nonce => {
      const { status, body } = await open(viewerRequest({ uri: `/d/${nonce}` }))
      return status === '302' ? 'served' : `${status} ${(JSON.parse(body ?? '{}') as { reason: string }).reason}`
    }
  }
  const table = dynamodbLinkTable(tableName, operationsOf(dynamodbOfApi(homeRegions, config)))
  const { exchange } = testExchange({ ports: { clock: systemClock, table } })
  return async nonce => {
    const { status, body } = await exchange(nonce)
    return status === 200 ? 'served' : `${status} ${body.reason}`
  }
}

/** The store never got the request; its response never arrived. */
const [requestLost, responseLost] = ['reset before send', 'reset after send'] as const

const deleted: [string, readonly Fate[], readonly string[]][] = [
  ['a lost request is retried', [requestLost], ['served', '403 spent']],
  ['also twice', [requestLost, requestLost], ['served', '403 spent']],
  [
    'a lost response costs the link: the first viewer gets outcome-unknown, the next spent',
    [responseLost],
    ['503 outcome-unknown', '403 spent'],
  ],
  [
    'also if the response of the second attempt is lost',
    [requestLost, responseLost],
    ['503 outcome-unknown', '403 spent'],
  ],
]

const withReceipt: [string, readonly Fate[], readonly string[]][] = [
  ['a lost response costs nothing, even if the viewer sent no id', [responseLost], ['served', '403 spent']],
  ['also twice', [responseLost, responseLost], ['served', '403 spent']],
  ['nor does a lost request before a lost response', [requestLost, responseLost], ['served', '403 spent']],
]

onBothStores(homeRegions, tables => {
  describe.each(['edge', 'exchange'] as const)('at the %s', at => {
    test.each(deleted)('a link without a receipt: %s', async (_, fates, results) => {
      expect(await resultsOf(tables(), { fates, receipt: false, at }, results.length)).toEqual(results)
    })

    test.each(withReceipt)('a link with a receipt: %s', async (_, fates, results) => {
      expect(await resultsOf(tables(), { fates, receipt: true, at }, results.length)).toEqual(results)
    })
  })
})

test('while the home Region is unavailable, its links return 503, and no other Region is called', async () => {
  const tables = await startDynalite(homeRegions)
  onTestFinished(() => tables.close())
  const tableName = 'links'
  await createTables([tableName], homeRegions, tables.config)
  const { nonce, link } = makeLink({ expiresAt: plusSeconds(secondsOf(systemClock.now()), 600) })
  await dynamodbLinks(tableName, dynamodbOfApi(homeRegions, tables.config)).put(link, 'us-east-1')
  const unreachable = { endpoint: 'http://127.0.0.1:1' }
  const withoutHome = dynamodbIn(homeRegions, region => ({
    ...tables.config('eu-west-1'),
    ...(region === 'us-east-1' && unreachable),
  }))
  const { open } = testEdge({ clock: systemClock, table: dynamodbLinkTable(tableName, withoutHome) })
  const { status, body } = await open(viewerRequest({ uri: `/d/${nonce}` }))
  expect(status).toBe('503')
  expect(JSON.parse(body ?? '')).toMatchObject({ reason: 'unavailable' })
  const back = testEdge({
    clock: systemClock,
    table: dynamodbLinkTable(tableName, dynamodbIn(homeRegions, tables.config)),
  })
  expect((await back.open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('302')
})
