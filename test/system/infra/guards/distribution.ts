import { isDeepStrictEqual } from 'node:util'
import { absent, contains, entry, every, type Guard, present } from './guard.ts'

const distribution = { type: 'AWS::CloudFront::Distribution', stack: 'once-us-east-1', in: 'home' } as const
const config = 'Properties.DistributionConfig'
const links = `${config}.CacheBehaviors.0`
const content = `${config}.DefaultCacheBehavior`
/** AWS's managed policy CachingDisabled. */
export const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
/** Guards of the distribution. */
export const distributionGuards: readonly Guard[] = [
  {
    title: 'links have the first behaviour (trap 37)',
    ...distribution,
    path: `${links}.PathPattern`,
    is: '/d/*',
    without: '/D/*',
  },
  {
    title: 'links need no signature (trap 37)',
    ...distribution,
    path: `${links}.TrustedKeyGroups`,
    is: absent,
    without: ['K'],
  },
  {
    title: 'files need a signature of our key group (traps 32, 37)',
    ...distribution,
    path: `${content}.TrustedKeyGroups`,
    is: [{ 'Fn::GetAtt': ['EdgeKeysFirstB3A91EC2', 'KeyGroupId'] }],
  },
  {
    title: 'files trust no keys of accounts',
    ...distribution,
    path: `${content}.TrustedSigners`,
    is: absent,
    without: ['self'],
  },
  {
    title: 'no other behaviour serves files (trap 37): one has links, one error pages',
    ...distribution,
    path: `${config}.CacheBehaviors`,
    is: (all: unknown) =>
      isDeepStrictEqual(
        (all as { PathPattern: string }[]).map(({ PathPattern }) => PathPattern),
        ['/d/*', '/once-pages/*'],
      ),
    without: [{ PathPattern: '/d/*' }, { PathPattern: '/once-pages/*' }, { PathPattern: '/pub/*' }],
  },
  {
    title: 'files allow only GET and HEAD, since OPTIONS needs no signature (trap 39)',
    ...distribution,
    path: `${content}.AllowedMethods`,
    is: ['GET', 'HEAD'],
    without: ['GET', 'HEAD', 'OPTIONS'],
  },
  {
    title: 'IPv6 is off unless the settings say so (trap 22)',
    ...distribution,
    path: `${config}.IPV6Enabled`,
    is: false,
    without: true,
  },
  {
    title: 'IPv6 is on if the settings say so',
    ...distribution,
    in: 'domain' as const,
    path: `${config}.IPV6Enabled`,
    is: true,
  },
  ...['A', 'AAAA'].map(type => ({
    title: `with IPv6, the host of links has its record: ${type}`,
    type: 'AWS::Route53::RecordSet',
    id: type === 'A' ? /^EdgeDownloadsAddress/ : /^EdgeDownloadsIpv6Address/,
    in: 'domain' as const,
    path: 'Properties.Type',
    is: type,
  })),
  {
    title: 'HTTP/3 is off unless the settings say so (trap 24)',
    ...distribution,
    path: `${config}.HttpVersion`,
    is: 'http2',
    without: 'http2and3',
  },
  {
    title: 'HTTP/3 is on if the settings say so',
    ...distribution,
    in: 'one' as const,
    path: `${config}.HttpVersion`,
    is: 'http2and3',
  },
  {
    title: 'TLS is 1.2 or newer on a domain of its own',
    ...distribution,
    in: 'domain' as const,
    path: `${config}.ViewerCertificate.MinimumProtocolVersion`,
    is: 'TLSv1.2_2021',
    without: 'TLSv1',
  },
  {
    title: 'the distribution has the web ACL of the deployment, if the settings say so',
    ...distribution,
    path: `${config}.WebACLId`,
    is: contains('EdgeFirewallAcl'),
  },
  {
    title: 'it has none otherwise',
    ...distribution,
    in: 'standard',
    path: `${config}.WebACLId`,
    is: absent,
    without: 'acl',
  },
  {
    title: 'the function runs at viewer request, and gets bodies',
    ...distribution,
    path: `${links}.LambdaFunctionAssociations`,
    without: [],
    is: (all: unknown) =>
      (all as object[]).length === 1 &&
      entry('0.EventType', 'viewer-request')(all) &&
      entry('0.IncludeBody', true)(all),
  },
  {
    title: 'links call a numbered version of the function (trap 53)',
    ...distribution,
    path: `${links}.LambdaFunctionAssociations.0.LambdaFunctionARN`,
    is: contains('CurrentVersion'),
    without: { 'Fn::GetAtt': ['EdgeRedeemerFunctionD4FA4DA2', 'Arn'] },
  },
  {
    title: 'links are not cached',
    ...distribution,
    path: `${links}.CachePolicyId`,
    is: cachingDisabled,
  },
  {
    title: 'the origin path of links has no content (trap 38)',
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
    title: 'every origin has an origin access control',
    ...distribution,
    path: `${config}.Origins`,
    is: every(entry('OriginAccessControlId', present)),
    without: [{}],
  },
  {
    title: 'legacy logging, which logs nonces, is off (trap 40)',
    ...distribution,
    path: `${config}.Logging`,
    is: absent,
    without: { Bucket: 'b' },
  },
]
