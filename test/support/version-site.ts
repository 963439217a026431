import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { s3Objects } from '../../api/adapters/s3-objects.ts'
import { s3Presigner } from '../../api/adapters/s3-presigner.ts'
import { createExchangeHandler } from '../../api/exchange-handler.ts'
import { createHandler as createApi } from '../../api/handler.ts'
import { systemClock } from '../../shared/aws/process.ts'
import { createHandler as createEdge } from '../../edge/redeem/handler.ts'
import type { CachePolicy } from '../../emulator/cloudfront/cache-policy.ts'
import type { PinnedVersion } from '../../emulator/cloudfront/pinned-version.ts'
import { serveViewers } from '../../emulator/cloudfront/distribution.ts'
import { serveRestApi } from '../../emulator/front/rest-api.ts'
import type { Origin } from '../../emulator/s3/origin.ts'
import { listenOnLoopback, type LoopbackServer } from '../../emulator/servers.ts'
import { assert } from '../../shared/errors.ts'
import type { Clock } from '../../shared/time.ts'
import { testDeployment } from './deployment.ts'
import { ask } from './http.ts'
import { testKeyGroup, testKeyring } from './keys.ts'
import { memoryIdempotencyStore } from './memory-idempotency-store.ts'
import { memoryQuota } from './memory-quota.ts'
import { memoryStore } from './memory-store.ts'

/** A bucket behind S3's API, and as CloudFront's origin. */
export interface TestBucket {
  readonly name: string
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; sessionToken?: string }
  readonly origin: Origin
}

/** The parts of the product that hand capabilities out. */
export interface HandingOut {
  readonly createEdge: typeof createEdge
  readonly createExchangeHandler: typeof createExchangeHandler
  readonly s3Presigner: typeof s3Presigner
}

/** Options of a site. */
export interface SiteOptions {
  /** @default the ones that ship */
  readonly code?: HandingOut
  readonly cache?: CachePolicy
  /** @default none, as without a plan */
  readonly pinnedVersion?: PinnedVersion
  readonly clock?: Clock
}

/** A response of the api to an issuer. */
export interface IssuedLink {
  readonly url: string
  readonly pinned: boolean
  readonly versionId?: string
}

/** Three edges and an api before one bucket. */
export interface VersionSite {
  /** Origins of the edges. */
  readonly edges: readonly string[]
  issue(body: object): Promise<IssuedLink>
  /** Redeems a link at an edge, or exchanges it, and returns the URL of its file; undefined if it is refused. */
  redeem(url: string, where?: number | 'exchange'): Promise<string | undefined>
}

const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const

/** Starts a site on a table in memory; ends with the test. */
export async function versionSite(
  { origin, name, ...s3 }: TestBucket,
  options: SiteOptions = {},
): Promise<VersionSite> {
  const {
    clock = systemClock,
    cache,
    pinnedVersion,
    code = { createEdge, createExchangeHandler, s3Presigner },
  } = options
  const [api, ...edges] = await Promise.all([0, ...homeRegions.map(() => 0)].map(listenOnLoopback))
  assert(api, 'as many servers as were requested')
  onTestFinished(() => closeAll([api, ...edges]))
  const deployment = testDeployment({ homeRegions, linkOrigin: edges[0]?.origin ?? '', callerQuota: 60_000 })
  const { table, links, listings } = memoryStore()
  const common = { clock, random: randomBytes, keyring: testKeyring, log: () => undefined }
  for (const [index, edge] of edges.entries()) {
    const viewerRequest = code.createEdge({ ...common, table }, deployment, homeRegions[index] ?? 'us-east-1')
    edge.serve(serveViewers({ viewerRequest, keyGroup: testKeyGroup, origin, now: clock.now, cache, pinnedVersion }))
  }
  const config = { ...s3, forcePathStyle: true }
  const ports = {
    links,
    listings,
    objects: s3Objects(name, config),
    quota: memoryQuota(),
    idempotency: memoryIdempotencyStore(),
  }
  const presigner = code.s3Presigner(name, config)
  api.serve(
    serveRestApi({
      links: createApi({ ...common, ...ports }, deployment, 'us-east-1'),
      exchange: code.createExchangeHandler({ ...common, table, presigner }, deployment, 'us-east-1'),
    }),
  )
  async function post(path: string, body: object) {
    const headers = { 'content-type': 'application/json' }
    const response = await ask(api?.origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: JSON.parse(response.body) as Record<string, unknown> }
  }
  return {
    edges: edges.map(edge => edge.origin),
    async issue(body) {
      const response = await post('/links', body)
      if (response.status !== 201)
        throw new Error(`the api responded with ${response.status}: ${String(response.body['detail'])}`)
      return response.body as unknown as IssuedLink
    },
    async redeem(url, where = 0) {
      const nonce = url.slice(-43)
      if (where === 'exchange') return (await post('/exchange', { nonce })).body['url'] as string | undefined
      const edge = edges[where]?.origin
      const { headers } = await ask(`${edge}/d/${nonce}`)
      return headers['location'] === undefined ? undefined : `${edge}${headers['location'] as string}`
    },
  }
}

async function closeAll(servers: readonly LoopbackServer[]): Promise<void> {
  await Promise.all(servers.map(server => server.close()))
}
