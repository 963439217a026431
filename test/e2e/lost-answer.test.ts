import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../../api/adapters/dynamodb.ts'
import { dynamodbLinkTable } from '../../shared/dynamodb-link-table.ts'
import { dynamodbIn } from '../../edge/adapters/dynamodb.ts'
import { systemClock } from '../../edge/adapters/system-clock.ts'
import { createTables, startDynalite, type Tables } from '../../emulator/tables.ts'
import { plusSeconds, secondsOf } from '../../shared/time.ts'
import { testEdge } from '../support/edge.ts'
import { type Fate, faultProxy } from '../support/fault-proxy.ts'
import { makeLink } from '../support/links.ts'
import { onBothStores } from '../support/on-stores.ts'
import { viewerRequest } from '../support/opening.ts'

const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** Issues a link and opens it again and again through a proxy; gives what each viewer met. */
async function openings(
  tables: Tables,
  { fates, receipt }: { fates: readonly Fate[]; receipt: boolean },
  viewers: number,
): Promise<string[]> {
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], homeRegions, tables.config)
  const proxy = await faultProxy(tables.config('us-east-1').endpoint)
  const throughProxy = dynamodbIn(homeRegions, () => ({ ...tables.config('us-east-1'), endpoint: proxy.endpoint }))
  const { open } = testEdge({ clock: systemClock, table: dynamodbLinkTable(tableName, throughProxy) })
  const expiresAt = plusSeconds(secondsOf(systemClock.now()), 600)
  const { nonce, link } = makeLink({ expiresAt, ...(receipt && { state: 'live' as const }) })
  await dynamodbLinks(tableName, dynamodbOfApi(homeRegions, tables.config)).put(link, 'us-east-1')
  proxy.plan(link.id, fates)
  const met: string[] = []
  for (let viewer = 0; viewer < viewers; viewer += 1) {
    const { status, body } = await open(viewerRequest({ uri: `/d/${nonce}` }))
    met.push(status === '302' ? '302' : `${status} ${(JSON.parse(body ?? '{}') as { reason: string }).reason}`)
  }
  return met
}

/** The request never arrived; the answer never came back. */
const [requestLost, answerLost] = ['reset before send', 'reset after send'] as const

const deleted: [string, readonly Fate[], readonly string[]][] = [
  ['a request that never arrived is simply made again', [requestLost], ['302', '403 spent']],
  ['even twice', [requestLost, requestLost], ['302', '403 spent']],
  [
    'an answer that was lost costs the link: unknown to the first viewer, spent to the next',
    [answerLost],
    ['503 outcome-unknown', '403 spent'],
  ],
  ['also when it was the second that was lost', [requestLost, answerLost], ['503 outcome-unknown', '403 spent']],
]

const withReceipt: [string, readonly Fate[], readonly string[]][] = [
  ['an answer that was lost costs nothing, though the viewer brought no id', [answerLost], ['302', '403 spent']],
  ['even twice', [answerLost, answerLost], ['302', '403 spent']],
  ['nor does a request that was', [requestLost, answerLost], ['302', '403 spent']],
]

onBothStores(homeRegions, tables => {
  test.each(deleted)('a link that is deleted: %s', async (_, fates, met) => {
    expect(await openings(tables(), { fates, receipt: false }, met.length)).toEqual(met)
  })

  test.each(withReceipt)('a link with a receipt: %s', async (_, fates, met) => {
    expect(await openings(tables(), { fates, receipt: true }, met.length)).toEqual(met)
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
  expect([status, JSON.parse(body ?? '')]).toMatchObject(['503', { reason: 'unavailable' }])
  const back = testEdge({
    clock: systemClock,
    table: dynamodbLinkTable(tableName, dynamodbIn(homeRegions, tables.config)),
  })
  expect((await back.open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('302')
})
