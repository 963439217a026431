import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { createHandler as createApi } from '../../api/handler.ts'
import type { createHandler as createEdge } from '../../edge/redeem/handler.ts'
import { serveViewers } from '../../emulator/cloudfront/distribution.ts'
import { listenOnLoopback } from '../../emulator/servers.ts'
import { folderOrigin } from '../../emulator/s3/origin.ts'
import { serveRestApi } from '../../emulator/front/rest-api.ts'
import { manualClock } from '../support/clock.ts'
import { testDeployment } from '../support/deployment.ts'
import { temporaryFolder } from '../support/folder.ts'
import { testKeyGroup, testKeyring } from '../support/keys.ts'
import { memoryIdempotencyStore } from '../support/memory-idempotency-store.ts'
import { memoryQuota } from '../support/memory-quota.ts'
import { memoryStore } from '../support/memory-store.ts'
import type { Place } from './run.ts'

/**
 * Serves two edges made by `create`, which may be broken, and an api, over HTTP on a store in memory; ends with the
 * test.
 */
export async function placeWith(create: typeof createEdge): Promise<Place> {
  const servers = await Promise.all([0, 0, 0].map(() => listenOnLoopback(0)))
  onTestFinished(async () => {
    await Promise.all(servers.map(server => server.close()))
  })
  const [api, ...edges] = servers
  const clock = manualClock()
  const { table, ...views } = memoryStore()
  const deployment = testDeployment({ linkOrigin: edges[0]?.origin ?? '' })
  const common = { clock, random: randomBytes, keyring: testKeyring, log: () => undefined }
  const viewerRequest = create({ ...common, table }, deployment, 'us-east-1')
  const origin = folderOrigin(temporaryFolder())
  for (const edge of edges) edge.serve(serveViewers({ viewerRequest, keyGroup: testKeyGroup, origin, now: clock.now }))
  const links = createApi(
    { ...common, ...views, idempotency: memoryIdempotencyStore(), quota: memoryQuota() },
    deployment,
    'us-east-1',
  )
  const exchange = () => Promise.reject(new Error('this place has no exchange'))
  api?.serve(serveRestApi({ links, exchange }))
  return { api: api?.origin ?? '', edges: edges.map(edge => edge.origin), clock }
}
