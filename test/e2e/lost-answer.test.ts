import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import { dynamodbLinkTable } from '../../edge/adapters/dynamodb-link-table.ts'
import { systemClock } from '../../edge/adapters/system-clock.ts'
import { createTables, startDynalite, type Tables } from '../../emulator/tables.ts'
import { secondsOf } from '../../shared/time.ts'
import { testEdge } from '../support/edge.ts'
import { makeLink } from '../support/links.ts'
import { type Fate, lossyProxy } from '../support/lossy-proxy.ts'
import { onBothStores } from '../support/on-stores.ts'
import { viewerRequest } from '../support/opening.ts'

const homeRegions = ['us-east-1', 'eu-west-1'] as const

/** Issues a link and opens it again and again through a proxy; gives what each viewer met. */
async function openings(tables: Tables, fates: readonly Fate[], viewers: number): Promise<string[]> {
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], homeRegions, tables.config)
  const proxy = await lossyProxy(tables.config('us-east-1').endpoint, fates)
  const client = () => ({ ...tables.config('us-east-1'), endpoint: proxy })
  const { open } = testEdge({ clock: systemClock, table: dynamodbLinkTable({ tableName, homeRegions, client }) })
  const { nonce, link } = makeLink({ expiresAt: (secondsOf(systemClock.now()) + 600) as never })
  await dynamodbLinks({ tableName, homeRegions, client: tables.config }).put(link)
  const met: string[] = []
  for (let viewer = 0; viewer < viewers; viewer += 1) {
    const { status, body } = await open(viewerRequest({ uri: `/d/${nonce}` }))
    met.push(status === '302' ? '302' : `${status} ${(JSON.parse(body ?? '{}') as { reason: string }).reason}`)
  }
  return met
}

const cases: [string, readonly Fate[], readonly string[]][] = [
  ['a request that never arrived is simply made again', ['request lost'], ['302', '403 spent']],
  ['even twice', ['request lost', 'request lost'], ['302', '403 spent']],
  [
    'an answer that was lost costs the link: unknown to the first viewer, spent to the next',
    ['answer lost'],
    ['503 outcome-unknown', '403 spent'],
  ],
  ['also when it was the second that was lost', ['request lost', 'answer lost'], ['503 outcome-unknown', '403 spent']],
]

onBothStores(homeRegions, tables => {
  test.each(cases)('%s', async (_, fates, met) => {
    expect(await openings(tables(), fates, met.length)).toEqual(met)
  })
})

test('when the home Region is away its links answer 503, and no other Region is asked', async () => {
  const tables = await startDynalite(homeRegions)
  onTestFinished(() => tables.close())
  const tableName = 'links'
  await createTables([tableName], homeRegions, tables.config)
  const { nonce, link } = makeLink({ expiresAt: (secondsOf(systemClock.now()) + 600) as never })
  await dynamodbLinks({ tableName, homeRegions, client: tables.config }).put(link)
  const away = { endpoint: 'http://127.0.0.1:1' }
  const client = (region: string) => ({ ...tables.config('eu-west-1'), ...(region === 'us-east-1' && away) })
  const { open } = testEdge({ clock: systemClock, table: dynamodbLinkTable({ tableName, homeRegions, client }) })
  const { status, body } = await open(viewerRequest({ uri: `/d/${nonce}` }))
  expect([status, JSON.parse(body ?? '')]).toMatchObject(['503', { reason: 'unavailable' }])
  const back = testEdge({
    clock: systemClock,
    table: dynamodbLinkTable({ tableName, homeRegions, client: tables.config }),
  })
  expect((await back.open(viewerRequest({ uri: `/d/${nonce}` }))).status).toBe('302')
})
