import { atMost, contains, entry, every, type Guard } from './guard.ts'

const acl = { type: 'AWS::WAFv2::WebACL', stack: '-edge', in: 'home' } as const
const rate = 'Properties.Rules.0.Statement.RateBasedStatement'
/** Guards of firewalls. */
export const firewallGuards: readonly Guard[] = [
  { says: 'an address that asks too often is blocked', ...acl, path: `${rate}.Limit`, is: atMost(1_000_000) },
  {
    says: 'blocked it is, not counted',
    ...acl,
    path: 'Properties.Rules.0.Action',
    is: { Block: {} },
    without: { Count: {} },
  },
  {
    says: 'what counts is links',
    ...acl,
    path: `${rate}.ScopeDownStatement.ByteMatchStatement.SearchString`,
    is: '/d/',
  },
  {
    says: 'the firewall keeps no samples, which hold nonces',
    ...acl,
    path: 'Properties.VisibilityConfig.SampledRequestsEnabled',
    is: false,
    without: true,
  },
  {
    says: 'nor do its rules',
    ...acl,
    path: 'Properties.Rules',
    is: every(entry('VisibilityConfig.SampledRequestsEnabled', false)),
    without: [{ VisibilityConfig: { SampledRequestsEnabled: true } }],
  },
  { says: "it is CloudFront's", ...acl, path: 'Properties.Scope', is: 'CLOUDFRONT', without: 'REGIONAL' },
  {
    says: "the api's firewall keeps none either",
    type: 'AWS::WAFv2::WebACL',
    stack: '-api-',
    in: 'home',
    path: 'Properties.VisibilityConfig.SampledRequestsEnabled',
    is: false,
    without: true,
  },
  {
    says: "the api's firewall stands before its stage",
    type: 'AWS::WAFv2::WebACLAssociation',
    stack: '-api-',
    in: 'home',
    path: 'Properties.ResourceArn',
    is: contains('stages'),
  },
]
