import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  type CacheBehavior,
  CloudFrontClient,
  type CustomErrorResponse,
  type DefaultCacheBehavior,
  type DistributionConfig,
  GetCachePolicyCommand,
  GetDistributionCommand,
  GetFunctionCommand,
  GetKeyGroupCommand,
  GetOriginAccessControlCommand,
  GetPublicKeyCommand,
  GetResponseHeadersPolicyCommand,
  ListDistributionsCommand,
  type Origin,
  type ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront'
import { assert } from '../../../../shared/errors.ts'
import type { CachePolicy } from '../../../../emulator/cloudfront/cache-policy.ts'
import { matches } from '../../../../emulator/cloudfront/policy.ts'

/** A behaviour as it is deployed; the default one has no path pattern. */
export type Behaviour = DefaultCacheBehavior & Partial<Pick<CacheBehavior, 'PathPattern'>>

/** A distribution as the control plane describes it. */
export interface DeployedDistribution {
  readonly id: string
  readonly arn: string
  readonly domain: string
  readonly config: DistributionConfig
}

/** Reads what a deployment made in CloudFront. Each call asks again, so a change is seen at once. Rejects if a part is absent. */
export interface ControlPlane {
  /** Returns the distribution with this domain, its own or an alias; undefined if there is none. */
  distribution(host: string): Promise<DeployedDistribution | undefined>
  /** Returns the public keys of key groups by id. */
  publicKeys(keyGroups: readonly string[]): Promise<ReadonlyMap<string, KeyObject>>
  /** Returns the source of a published function. */
  functionCode(arn: string): Promise<string>
  headersPolicy(id: string): Promise<ResponseHeadersPolicyConfig>
  cachePolicy(id: string, errors: readonly CustomErrorResponse[]): Promise<CachePolicy>
  /** Returns whether the origin's requests are signed always. */
  isSigned(origin: Origin): Promise<boolean>
}

/** Returns the control plane of CloudFront at an endpoint. */
export function controlPlaneAt(options: { readonly endpoint: string; readonly account: string }): ControlPlane {
  const credentials = { accessKeyId: options.account, secretAccessKey: 'test' }
  const client = new CloudFrontClient({ endpoint: options.endpoint, region: 'us-east-1', credentials })
  return {
    distribution: host => distributionOf(host, client),
    async publicKeys(keyGroups) {
      const groups = await Promise.all(keyGroups.map(Id => client.send(new GetKeyGroupCommand({ Id }))))
      const ids = groups.flatMap(({ KeyGroup }) => KeyGroup?.KeyGroupConfig?.Items ?? [])
      const keys = await Promise.all(ids.map(Id => client.send(new GetPublicKeyCommand({ Id }))))
      const pems = keys.map(({ PublicKey }) => PublicKey?.PublicKeyConfig?.EncodedKey ?? '')
      return new Map(ids.map((id, index) => [id, createPublicKey(pems[index] ?? '')]))
    },
    async functionCode(arn) {
      const Name = arn.split('/').at(-1)
      const { FunctionCode } = await client.send(new GetFunctionCommand({ Name, Stage: 'LIVE' }))
      return Buffer.from(FunctionCode ?? []).toString()
    },
    async headersPolicy(Id) {
      const { ResponseHeadersPolicy: policy } = await client.send(new GetResponseHeadersPolicyCommand({ Id }))
      assert(policy?.ResponseHeadersPolicyConfig, 'a response headers policy has a configuration')
      return policy.ResponseHeadersPolicyConfig
    },
    async cachePolicy(Id, errors) {
      const { CachePolicy: policy } = await client.send(new GetCachePolicyCommand({ Id }))
      const { DefaultTTL, MaxTTL, ParametersInCacheKeyAndForwardedToOrigin: key } = policy?.CachePolicyConfig ?? {}
      const query = key?.QueryStringsConfig
      assert(query?.QueryStringBehavior !== 'all', 'a key with every parameter is not emulated')
      const parameters = query?.QueryStrings?.Items ?? []
      const ttls = { defaultTtl: DefaultTTL ?? 86_400, maxTtl: MaxTTL ?? 31_536_000 }
      return { ...ttls, errorTtl: errorTtl(errors), keyParameters: parameters, forwardedParameters: parameters }
    },
    async isSigned({ OriginAccessControlId: Id }) {
      if (Id === undefined || Id === '') return false
      const { OriginAccessControl } = await client.send(new GetOriginAccessControlCommand({ Id }))
      return OriginAccessControl?.OriginAccessControlConfig?.SigningBehavior === 'always'
    },
  }
}

async function distributionOf(host: string, client: CloudFrontClient): Promise<DeployedDistribution | undefined> {
  const { DistributionList } = await client.send(new ListDistributionsCommand({}))
  const found = DistributionList?.Items?.find(
    ({ DomainName, Aliases }) => DomainName === host || Aliases?.Items?.includes(host) === true,
  )
  if (found?.Id === undefined) return undefined
  const { Distribution } = await client.send(new GetDistributionCommand({ Id: found.Id }))
  assert(Distribution?.DistributionConfig, 'a distribution has a configuration')
  const { Id: id = '', ARN: arn = '', DomainName: domain = '', DistributionConfig: config } = Distribution
  return { id, arn, domain, config }
}

/** Errors that CloudFront caches, for 10 s unless the distribution says otherwise; the emulator's cache has one time for all. */
function errorTtl(errors: readonly CustomErrorResponse[]): number {
  const cached = [404, 405, 414, 500, 501, 502, 503, 504]
  return Math.max(...cached.map(code => errors.find(each => each.ErrorCode === code)?.ErrorCachingMinTTL ?? 10))
}

/** Returns the behaviour of a path: the first whose pattern covers it, else the default one. */
export function behaviourFor(path: string, { CacheBehaviors, DefaultCacheBehavior }: DistributionConfig): Behaviour {
  assert(DefaultCacheBehavior, 'a distribution has a default behaviour')
  const found = CacheBehaviors?.Items?.find(({ PathPattern = '' }) =>
    matches(PathPattern.replace(/^(?!\/)/, '/'), path),
  )
  return found ?? DefaultCacheBehavior
}
