import { absent, contains, entry, every, type Guard, present } from './guard.ts'

const distribution = { type: 'AWS::CloudFront::Distribution', stack: '-edge', in: 'home' } as const
const config = 'Properties.DistributionConfig'
const links = `${config}.CacheBehaviors.0`
const content = `${config}.DefaultCacheBehavior`
/** Guards of the distribution. */
export const distributionGuards: readonly Guard[] = [
  {
    says: 'links have a behaviour of their own, before all others (trap 37)',
    ...distribution,
    path: `${links}.PathPattern`,
    is: '/d/*',
    without: '/D/*',
  },
  {
    says: 'links take no signature (trap 37)',
    ...distribution,
    path: `${links}.TrustedKeyGroups`,
    is: absent,
    without: ['K'],
  },
  {
    says: 'files take a signature by our key group alone (traps 32, 37)',
    ...distribution,
    path: `${content}.TrustedKeyGroups`,
    is: [{ 'Fn::GetAtt': ['KeysFirst6C18F99B', 'KeyGroupId'] }],
  },
  {
    says: 'no account signs for files',
    ...distribution,
    path: `${content}.TrustedSigners`,
    is: absent,
    without: ['self'],
  },
  {
    says: 'no other behaviour opens files (trap 37)',
    ...distribution,
    path: `${config}.CacheBehaviors`,
    is: (all: unknown) => (all as unknown[]).length === 1,
    without: [{ PathPattern: '/d/*' }, { PathPattern: '/pub/*' }],
  },
  {
    says: 'files are asked for by GET and HEAD: OPTIONS needs no signature (trap 39)',
    ...distribution,
    path: `${content}.AllowedMethods`,
    is: ['GET', 'HEAD'],
    without: ['GET', 'HEAD', 'OPTIONS'],
  },
  ...[links, content].map(behaviour => ({
    says: `nothing goes over HTTP, not even a redirect (trap 20): ${behaviour === links ? 'links' : 'files'}`,
    ...distribution,
    path: `${behaviour}.ViewerProtocolPolicy`,
    is: 'https-only',
    without: 'redirect-to-https',
  })),
  { says: 'IPv6 is off (trap 22)', ...distribution, path: `${config}.IPV6Enabled`, is: false, without: true },
  {
    says: 'HTTP/3 is off where links bind an address (trap 24)',
    ...distribution,
    path: `${config}.HttpVersion`,
    is: 'http2',
    without: 'http2and3',
  },
  {
    says: 'HTTP/3 is on where they do not',
    ...distribution,
    in: 'one' as const,
    path: `${config}.HttpVersion`,
    is: 'http2and3',
  },
  {
    says: 'TLS is 1.2 or newer on a domain of its own',
    ...distribution,
    in: 'domain' as const,
    path: `${config}.ViewerCertificate.MinimumProtocolVersion`,
    is: 'TLSv1.2_2021',
    without: 'TLSv1',
  },
  { says: 'a firewall stands before it', ...distribution, path: `${config}.WebACLId`, is: present },
  {
    says: 'the function sees the request as the viewer sends it, without its body (trap 21)',
    ...distribution,
    path: `${links}.LambdaFunctionAssociations`,
    without: [],
    is: (all: unknown) =>
      (all as object[]).length === 1 &&
      entry('0.EventType', 'viewer-request')(all) &&
      entry('0.IncludeBody', false)(all),
  },
  {
    says: 'the function is one numbered version (trap 53)',
    ...distribution,
    path: `${links}.LambdaFunctionAssociations.0.LambdaFunctionARN`,
    is: contains('CurrentVersion'),
    without: { 'Fn::GetAtt': ['EdgeFunction28BC278A', 'Arn'] },
  },
  {
    says: 'links are not cached',
    ...distribution,
    path: `${links}.CachePolicyId`,
    is: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  },
  {
    says: 'behind the function lies no content (trap 38)',
    ...distribution,
    path: config,
    without: { CacheBehaviors: [{ TargetOriginId: 'x' }], Origins: [{ Id: 'x' }] },
    is: (value: unknown) => {
      const { CacheBehaviors, Origins } = value as {
        CacheBehaviors: { TargetOriginId: string }[]
        Origins: { Id: string; OriginPath?: string }[]
      }
      return (
        Origins.find(({ Id }) => Id === CacheBehaviors[0]?.TargetOriginId)?.OriginPath === '/-no-content-behind-links'
      )
    },
  },
  {
    says: 'every origin is asked with OAC',
    ...distribution,
    path: `${config}.Origins`,
    is: every(entry('OriginAccessControlId', present)),
    without: [{}],
  },
  {
    says: 'OAC signs always',
    type: 'AWS::CloudFront::OriginAccessControl',
    in: 'home',
    path: 'Properties.OriginAccessControlConfig.SigningBehavior',
    is: 'always',
    without: 'no-override',
  },
  {
    says: 'there is no log of the first version, which holds nonces (trap 40)',
    ...distribution,
    path: `${config}.Logging`,
    is: absent,
    without: { Bucket: 'b' },
  },
  {
    says: 'a name for the file reaches S3 and is part of the cache key (trap 31)',
    type: 'AWS::CloudFront::CachePolicy',
    in: 'home',
    path: 'Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig',
    is: { QueryStringBehavior: 'whitelist', QueryStrings: ['response-content-disposition'] },
    without: { QueryStringBehavior: 'none' },
  },
]
