import { atMost, contains, entry, every, type Guard } from './guard.ts'

const acl = { type: 'AWS::WAFv2::WebACL', stack: '-edge', in: 'home' } as const
const rate = 'Properties.Rules.0.Statement.RateBasedStatement'
/** Guards of web ACLs. */
export const webAclGuards: readonly Guard[] = [
  { title: 'the web ACL limits requests per address', ...acl, path: `${rate}.Limit`, is: atMost(1_000_000) },
  {
    title: 'it blocks excess requests instead of counting them',
    ...acl,
    path: 'Properties.Rules.0.Action',
    is: { Block: {} },
    without: { Count: {} },
  },
  {
    title: 'it limits requests for links',
    ...acl,
    path: `${rate}.ScopeDownStatement.ByteMatchStatement.SearchString`,
    is: '/d/',
  },
  {
    title: 'the web ACL keeps no samples, which would hold nonces',
    ...acl,
    path: 'Properties.VisibilityConfig.SampledRequestsEnabled',
    is: false,
    without: true,
  },
  {
    title: 'its rules keep no samples either',
    ...acl,
    path: 'Properties.Rules',
    is: every(entry('VisibilityConfig.SampledRequestsEnabled', false)),
    without: [{ VisibilityConfig: { SampledRequestsEnabled: true } }],
  },
  { title: "it has CloudFront's scope", ...acl, path: 'Properties.Scope', is: 'CLOUDFRONT', without: 'REGIONAL' },
  {
    title: "the api's web ACL keeps no samples",
    type: 'AWS::WAFv2::WebACL',
    stack: '-api-',
    in: 'home',
    path: 'Properties.VisibilityConfig.SampledRequestsEnabled',
    is: false,
    without: true,
  },
  {
    title: "the api's web ACL is associated with its stage",
    type: 'AWS::WAFv2::WebACLAssociation',
    stack: '-api-',
    in: 'home',
    path: 'Properties.ResourceArn',
    is: contains('stages'),
  },
]
