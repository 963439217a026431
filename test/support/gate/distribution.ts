import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { s3Objects } from '../../../api/adapters/s3-objects.ts'
import { s3Requests } from '../../../api/adapters/s3-requests.ts'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import { createExchangeHandler } from '../../../api/exchange/handler.ts'
import { createHandler as createApi } from '../../../api/links/handler.ts'
import { createHandler as createEdge } from '../../../edge/redeem/handler.ts'
import type { CachePolicy } from '../../../emulator/cloudfront/cache-policy.ts'
import { serveViewers } from '../../../emulator/cloudfront/distribution.ts'
import type { PinnedVersion } from '../../../emulator/cloudfront/pinned-version.ts'
import type { EmulatorUrls } from '../../../emulator/front/front.ts'
import { serveRestApi } from '../../../emulator/front/rest-api.ts'
import { listenOnLoopback } from '../../../emulator/servers.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { assert } from '../../../shared/errors.ts'
import type { Clock } from '../../../shared/time.ts'
import { testDeployment } from '../edge/deployment.ts'
import { testKeyGroup, testKeyring } from '../keys/keys.ts'
import { memoryIdempotencyStore } from '../api/memory-idempotency-store.ts'
import { memoryQuota } from '../api/memory-quota.ts'
import { memoryStore, type Store } from '../table/memory-store.ts'
import { folderPlace, type TestBucket } from '../content/versioned-places.ts'

/** The parts of the product that hand capabilities out. */
export interface HandingOut {
  readonly createEdge: typeof createEdge
  readonly createExchangeHandler: typeof createExchangeHandler
  readonly s3Presigner: typeof s3Presigner
}

/** What a distribution may have in place of what ships, or of what is in memory. */
export interface DistributionParts {
  readonly code?: Partial<HandingOut> | undefined
  readonly store?: Store
  /** From which the exchange consumes links. @default the store's */
  readonly exchangeTable?: Store['table'] | undefined
  /** The api looks at its objects. @default an empty one, at which it doesn't look */
  readonly bucket?: TestBucket
  readonly cache?: CachePolicy | undefined
  /** @default none, as without a plan */
  readonly pinnedVersion?: PinnedVersion | undefined
  readonly clock?: Clock | undefined
  /** Whether edges may bind links to clients, as with a gate. @default false */
  readonly gate?: boolean
}

const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const

/** Starts three edges, an api and S3 over HTTP on any store, even a broken one; ends with the test. */
export const distributionOn = (store: Store, exchangeTable = store.table): Promise<EmulatorUrls> =>
  startDistribution({ store, exchangeTable, gate: true })

/** Starts three edges and an api over HTTP before one bucket; ends with the test. */
export async function startDistribution(parts: DistributionParts = {}): Promise<EmulatorUrls> {
  const { clock = systemClock, cache, pinnedVersion, bucket, gate = false } = parts
  const { name, origin, ...s3 } = bucket ?? (await folderPlace())
  const code = { createEdge, createExchangeHandler, s3Presigner, ...parts.code }
  // A `Store` has no lists, so with one of a test these are the empty ones of another store.
  const { table, links, listings } = { ...memoryStore(), ...parts.store }
  const [api, ...edges] = await Promise.all([0, ...homeRegions.map(() => 0)].map(listenOnLoopback))
  assert(api, 'as many servers as were requested')
  onTestFinished(async () => {
    await Promise.all([api, ...edges].map(server => server.close()))
  })
  const linkOrigin = edges[0]?.origin ?? ''
  const deployment = testDeployment({ homeRegions, linkOrigin, callerQuota: 60_000, gate })
  const common = { clock, random: randomBytes, keyring: testKeyring, log: () => undefined }
  for (const [index, edge] of edges.entries()) {
    const viewerRequest = code.createEdge({ ...common, table }, deployment, homeRegions[index] ?? 'us-east-1')
    edge.serve(serveViewers({ viewerRequest, keyGroup: testKeyGroup, origin, now: clock.now, cache, pinnedVersion }))
  }
  const config = { ...s3, forcePathStyle: true }
  const objects = bucket && s3Objects(s3Requests(name, config))
  const stores = { links, listings, quota: memoryQuota(), idempotency: memoryIdempotencyStore() }
  const exchange = { ...common, table: parts.exchangeTable ?? table, presigner: code.s3Presigner(name, config) }
  api.serve(
    serveRestApi({
      links: createApi({ ...common, ...stores, ...(objects && { objects }) }, deployment, 'us-east-1'),
      exchange: code.createExchangeHandler(exchange, deployment, 'us-east-1'),
    }),
  )
  return {
    api: api.origin,
    s3: `${s3.endpoint}/${name}`,
    edges: Object.fromEntries(homeRegions.map((region, index) => [region, edges[index]?.origin ?? ''])),
  }
}
