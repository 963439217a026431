import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { s3Presigner } from '../../api/adapters/s3-presigner.ts'
import { createExchangeHandler } from '../../api/exchange-handler.ts'
import { createHandler as createApi } from '../../api/handler.ts'
import { systemClock } from '../../shared/aws/process.ts'
import { createHandler as createEdge } from '../../edge/redeem/handler.ts'
import { serveViewers } from '../../emulator/cloudfront/distribution.ts'
import type { EmulatorUrls } from '../../emulator/front/front.ts'
import { listenOnLoopback } from '../../emulator/servers.ts'
import { folderOrigin } from '../../emulator/s3/origin.ts'
import { serveRestApi } from '../../emulator/front/rest-api.ts'
import { makeBucket, serveS3 } from '../../emulator/s3/s3.ts'
import { assert } from '../../shared/errors.ts'
import { testDeployment } from './deployment.ts'
import { temporaryFolder } from './folder.ts'
import { testKeyGroup, testKeyring } from './keys.ts'
import { memoryIdempotencyStore } from './memory-idempotency-store.ts'
import { memoryQuota } from './memory-quota.ts'
import { memoryStore, type Store } from './memory-store.ts'

/**
 * Starts three edges, an api and S3 over HTTP on any store, even a broken one; ends with the test. The exchange
 * consumes links from `exchangeTable`, by default the same.
 */
export async function distributionOn({ table, links }: Store, exchangeTable = table): Promise<EmulatorUrls> {
  const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
  const [api, s3, ...edges] = await Promise.all([0, 0, ...homeRegions.map(() => 0)].map(listenOnLoopback))
  assert(api && s3, 'as many servers as were requested')
  onTestFinished(async () => {
    await Promise.all([api, s3, ...edges].map(server => server.close()))
  })
  const deployment = testDeployment({
    homeRegions,
    linkOrigin: edges[0]?.origin ?? '',
    callerQuota: 60_000,
    gate: true,
  })
  const common = { clock: systemClock, random: randomBytes, keyring: testKeyring, log: () => undefined }
  const viewerRequest = createEdge({ ...common, table }, deployment, 'us-east-1')
  const origin = folderOrigin(temporaryFolder())
  for (const edge of edges)
    edge.serve(serveViewers({ viewerRequest, keyGroup: testKeyGroup, origin, now: systemClock.now }))
  const bucket = makeBucket('us-east-1')
  s3.serve(serveS3(bucket, { origin, now: systemClock.now }))
  const urls = {
    api: api.origin,
    s3: `${s3.origin}/${bucket.name}`,
    edges: Object.fromEntries(homeRegions.map((region, index) => [region, edges[index]?.origin ?? ''])),
  }
  // `Store` has no lists, so these are the empty ones of another store.
  const others = { listings: memoryStore().listings, idempotency: memoryIdempotencyStore(), quota: memoryQuota() }
  const presigner = s3Presigner(bucket.name, { ...bucket, endpoint: s3.origin })
  api.serve(
    serveRestApi({
      links: createApi({ ...common, links, ...others }, deployment, 'us-east-1'),
      exchange: createExchangeHandler({ ...common, table: exchangeTable, presigner }, deployment, 'us-east-1'),
    }),
  )
  return urls
}
