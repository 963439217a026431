import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn } from '../../../edge/adapters/dynamodb.ts'
import { systemClock } from '../../../edge/adapters/process.ts'
import { createTables, startDynalite, type Tables } from '../../../emulator/dynamodb/tables.ts'
import { dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { testEdge } from '../../support/edge.ts'
import { testExchange } from '../../support/exchange.ts'
import { type Fate, faultProxy } from '../../support/fault-proxy.ts'
import { makeLink } from '../../support/links.ts'
import { onBothStores } from '../../support/on-stores.ts'
import { viewerRequest } from '../../support/viewer-request.ts'

const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** Where a link can be opened. */
type Place = 'edge' | 'exchange'

/** Issues a link and opens it again and again through a proxy; gives what each viewer met. */
async function openings(
  tables: Tables,
  { fates, receipt, at }: { fates: readonly Fate[]; receipt: boolean; at: Place },
  viewers: number,
): Promise<string[]> {
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], homeRegions, tables.config)
  const proxy = await faultProxy(tables.config('us-east-1').endpoint)
  const open = openerAt(at, tableName, () => ({ ...tables.config('us-east-1'), endpoint: proxy.endpoint }))
  const expiresAt = plusSeconds(secondsOf(systemClock.now()), 600)
  const { nonce, link } = makeLink({ expiresAt, ...(receipt && { state: 'live' as const }) })
  await dynamodbLinks(tableName, dynamodbOfApi(homeRegions, tables.config)).put(link, 'us-east-1')
  proxy.plan(link.id, fates)
  const met: string[] = []
  for (let viewer = 0; viewer < viewers; viewer += 1) met.push(await open(nonce))
  return met
}

/** Opens nonces at an edge, or exchanges them, with the client that ships with it; says what that came to. */
function openerAt(at: Place, tableName: string, config: Tables['config']): (nonce: string) => Promise<string> {
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

/** The request never arrived; the answer never came back. */
const [requestLost, answerLost] = ['reset before send', 'reset after send'] as const

const deleted: [string, readonly Fate[], readonly string[]][] = [
  ['a request that never arrived is simply made again', [requestLost], ['served', '403 spent']],
  ['even twice', [requestLost, requestLost], ['served', '403 spent']],
  [
    'an answer that was lost costs the link: unknown to the first viewer, spent to the next',
    [answerLost],
    ['503 outcome-unknown', '403 spent'],
  ],
  ['also when it was the second that was lost', [requestLost, answerLost], ['503 outcome-unknown', '403 spent']],
]

const withReceipt: [string, readonly Fate[], readonly string[]][] = [
  ['an answer that was lost costs nothing, though the viewer brought no id', [answerLost], ['served', '403 spent']],
  ['even twice', [answerLost, answerLost], ['served', '403 spent']],
  ['nor does a request that was', [requestLost, answerLost], ['served', '403 spent']],
]

onBothStores(homeRegions, tables => {
  describe.each(['edge', 'exchange'] as const)('at the %s', at => {
    test.each(deleted)('a link that is deleted: %s', async (_, fates, met) => {
      expect(await openings(tables(), { fates, receipt: false, at }, met.length)).toEqual(met)
    })

    test.each(withReceipt)('a link with a receipt: %s', async (_, fates, met) => {
      expect(await openings(tables(), { fates, receipt: true, at }, met.length)).toEqual(met)
    })
  })
})

test('when the home Region is away its links answer 503, and no other Region is asked', async () => {
  const tables = await startDynalite(homeRegions)
  onTestFinished(() => tables.close())
  const tableName = 'links'
  await createTables([tableName], homeRegions, tables.config)
  const { nonce, link } = makeLink({ expiresAt: plusSeconds(secondsOf(systemClock.now()), 600) })
  await dynamodbLinks(tableName, dynamodbOfApi(homeRegions, tables.config)).put(link, 'us-east-1')
  const away = { endpoint: 'http://127.0.0.1:1' }
  const homeAway = dynamodbIn(homeRegions, region => ({
    ...tables.config('eu-west-1'),
    ...(region === 'us-east-1' && away),
  }))
  const { open } = testEdge({ clock: systemClock, table: dynamodbLinkTable(tableName, homeAway) })
  const { status, body } = await open(viewerRequest({ uri: `/d/${nonce}` }))
  expect(status).toBe('503')
  expect(JSON.parse(body ?? '')).toMatchObject({ reason: 'unavailable' })
  const back = testEdge({
    clock: systemClock,
    table: dynamodbLinkTable(tableName, dynamodbIn(homeRegions, tables.config)),
  })
  expect((await back.open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('302')
})
