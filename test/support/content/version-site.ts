import { type DistributionParts, startDistribution } from '../gate/distribution.ts'
import { ask } from '../machine/http.ts'
import type { TestBucket } from './versioned-places.ts'

/** Options of a site. */
export type SiteOptions = Pick<DistributionParts, 'code' | 'cache' | 'pinnedVersion' | 'clock'>

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

/** Starts a site on a table in memory; ends with the test. */
export async function versionSite(bucket: TestBucket, options: SiteOptions = {}): Promise<VersionSite> {
  const { api, ...urls } = await startDistribution({ ...options, bucket })
  const edges = Object.values(urls.edges)
  async function post(path: string, body: object) {
    const headers = { 'content-type': 'application/json' }
    const response = await ask(api + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: JSON.parse(response.body) as Record<string, unknown> }
  }
  return {
    edges,
    async issue(body) {
      const response = await post('/links', body)
      if (response.status !== 201)
        throw new Error(`the api responded with ${response.status}: ${String(response.body['detail'])}`)
      return response.body as unknown as IssuedLink
    },
    async redeem(url, where = 0) {
      const nonce = url.slice(-43)
      if (where === 'exchange') return (await post('/exchange', { nonce })).body['url'] as string | undefined
      const edge = edges[where]
      const { headers } = await ask(`${edge}/d/${nonce}`)
      return headers['location'] === undefined ? undefined : `${edge}${headers['location'] as string}`
    },
  }
}
