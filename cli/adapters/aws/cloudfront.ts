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
import type { EpochMs } from '../../../shared/time.ts'
import type { Behaviour, Distribution, CloudFront } from '../../ports/aws-cloudfront.ts'
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
