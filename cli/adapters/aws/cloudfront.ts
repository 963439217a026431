import {
  type CacheBehavior,
  CloudFrontClient,
  type DefaultCacheBehavior,
  type Distribution as DistributionDescription,
  type DistributionConfig,
  GetDistributionCommand,
  ListKeyGroupsCommand,
  paginateListDistributions,
  paginateListPublicKeys,
} from '@aws-sdk/client-cloudfront'
import {
  type FieldToMatch,
  GetLoggingConfigurationCommand,
  GetWebACLCommand,
  ListWebACLsCommand,
  WAFV2Client,
  type WebACL,
} from '@aws-sdk/client-wafv2'
import type { EpochMs } from '../../../shared/time.ts'
import type { Behaviour, CloudFront, Distribution, WebAcl, WebAcls } from '../../ports/aws-cloudfront.ts'
import { allOf, globalRegion, pagesOf, sdkRetry, undefinedIfMissing } from './client.ts'

/** Creates the adapter of CloudFront. */
export function cloudFront(): CloudFront {
  const client = new CloudFrontClient({ ...sdkRetry, region: globalRegion })
  return {
    async distribution(Id) {
      const found = await undefinedIfMissing(client.send(new GetDistributionCommand({ Id })), 'NoSuchDistribution')
      return found?.Distribution && toDistribution(found.Distribution)
    },
    async distributionsCalled(comment) {
      const found = await allOf(paginateListDistributions({ client }, {}), page => page.DistributionList?.Items)
      return found.filter(({ Comment }) => Comment === comment).map(({ Id = '' }) => Id)
    },
    async keyGroup(name) {
      const pages = pagesOf(
        token => client.send(new ListKeyGroupsCommand({ Marker: token })),
        page => page.KeyGroupList?.NextMarker,
      )
      const found = await allOf(pages, page => page.KeyGroupList?.Items)
      const group = found.map(({ KeyGroup }) => KeyGroup).find(each => each?.KeyGroupConfig?.Name === name)
      return group && { id: group.Id ?? '', name, keyIds: group.KeyGroupConfig?.Items ?? [] }
    },
    async publicKeys() {
      const found = await allOf(paginateListPublicKeys({ client }, {}), page => page.PublicKeyList?.Items)
      return found.map(({ Id = '', Name = '', CreatedTime }) => ({
        id: Id,
        name: Name,
        createdAt: (CreatedTime?.getTime() ?? 0) as EpochMs,
      }))
    },
  }
}

function toDistribution(description: DistributionDescription): Distribution {
  const { Id = '', Status, DomainName = '', DistributionConfig: config } = description
  return {
    id: Id,
    deployed: Status === 'Deployed',
    host: DomainName,
    webAcl: config?.WebACLId || undefined,
    oldLog: config?.Logging?.Enabled === true,
    behaviours: config === undefined ? [] : behavioursOf(config),
  }
}

function behavioursOf({ CacheBehaviors, DefaultCacheBehavior, Origins }: DistributionConfig): readonly Behaviour[] {
  const hostOf = (id: string | undefined) => Origins?.Items?.find(({ Id }) => Id === id)?.DomainName ?? ''
  return [...(CacheBehaviors?.Items ?? []), DefaultCacheBehavior].flatMap(each =>
    each === undefined ? [] : [toBehaviour(each, hostOf(each.TargetOriginId))],
  )
}

function toBehaviour(behaviour: CacheBehavior | DefaultCacheBehavior, origin: string): Behaviour {
  const { TrustedKeyGroups, TrustedSigners, FunctionAssociations, LambdaFunctionAssociations } = behaviour
  return {
    path: 'PathPattern' in behaviour ? (behaviour.PathPattern ?? '') : '*',
    origin,
    keyGroups: TrustedKeyGroups?.Enabled === true ? (TrustedKeyGroups.Items ?? []) : [],
    trustsAccounts: TrustedSigners?.Enabled === true,
    protocol: behaviour.ViewerProtocolPolicy ?? '',
    functions: (LambdaFunctionAssociations?.Items ?? []).map(({ EventType, LambdaFunctionARN, IncludeBody }) => ({
      event: EventType ?? '',
      arn: LambdaFunctionARN ?? '',
      includesBody: IncludeBody === true,
    })),
    cloudFrontFunctions: (FunctionAssociations?.Items ?? []).map(({ EventType, FunctionARN }) => ({
      event: EventType ?? '',
      arn: FunctionARN ?? '',
    })),
    realtimeLog: Boolean(behaviour.RealtimeLogConfigArn),
  }
}

/** Creates the adapter of AWS WAF. Web ACLs of distributions are in us-east-1. */
export function wafv2(): WebAcls {
  const client = new WAFV2Client({ ...sdkRetry, region: globalRegion })
  return {
    async exists(name) {
      const pages = pagesOf(
        token => client.send(new ListWebACLsCommand({ Scope: 'CLOUDFRONT', NextMarker: token })),
        // WAF returns a marker with every page that has items, the last one too.
        page => (page.WebACLs?.length ? page.NextMarker : undefined),
      )
      return (await allOf(pages, page => page.WebACLs)).some(({ Name }) => Name === name)
    },
    async at(ARN) {
      const [, Name = '', Id = ''] = /:global\/webacl\/([^/]+)\/([^/]+)$/.exec(ARN) ?? []
      const request = client.send(new GetWebACLCommand({ Name, Scope: 'CLOUDFRONT', Id }))
      const found = await undefinedIfMissing(request, 'WAFNonexistentItemException')
      if (found?.WebACL === undefined) return undefined
      const logging = client.send(new GetLoggingConfigurationCommand({ ResourceArn: ARN }))
      const log = await undefinedIfMissing(logging, 'WAFNonexistentItemException')
      return toWebAcl(found.WebACL, log && redactedIn(log.LoggingConfiguration?.RedactedFields))
    },
  }
}

/** Returns the fields and headers that a log redacts, as CloudFormation names them. */
function redactedIn(fields: readonly FieldToMatch[] = []): readonly string[] {
  return fields.flatMap(({ SingleHeader, UriPath, QueryString }) => [
    ...(SingleHeader === undefined ? [] : [SingleHeader.Name?.toLowerCase() ?? '']),
    ...(UriPath === undefined ? [] : ['uriPath']),
    ...(QueryString === undefined ? [] : ['queryString']),
  ])
}

function toWebAcl(
  { ARN = '', Name = '', VisibilityConfig, Rules = [] }: WebACL,
  logsWithout: readonly string[] | undefined,
): WebAcl {
  const visibility = [VisibilityConfig, ...Rules.map(rule => rule.VisibilityConfig)]
  return {
    arn: ARN,
    name: Name,
    keepsSamples: visibility.some(config => config?.SampledRequestsEnabled === true),
    logsWithout,
  }
}
