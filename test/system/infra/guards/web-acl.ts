import { isDeepStrictEqual } from 'node:util'
import { firewallProblem } from '../../../../shared/api/refusal.ts'
import { both, entry, every, type Guard } from './guard.ts'

const acl = { type: 'AWS::WAFv2::WebACL', stack: 'once-us-east-1', in: 'home' } as const
const rate = 'Properties.Rules.0.Statement.RateBasedStatement'
/** Guards of web ACLs. */
export const webAclGuards: readonly Guard[] = [
  {
    title: 'an office of 2,000 behind one address may open five links each in 5 minutes',
    ...acl,
    path: rate,
    is: both(entry('Limit', 10_000), entry('EvaluationWindowSec', 300)),
    without: { Limit: 500, EvaluationWindowSec: 300 },
  },
  {
    title: 'excess requests are blocked with 429, as programs read 403 as the refusal of a used link',
    ...acl,
    path: 'Properties.Rules.0.Action',
    is: entry('Block.CustomResponse', {
      ResponseCode: 429,
      CustomResponseBodyKey: 'too-many-requests',
      ResponseHeaders: [
        { Name: 'retry-after', Value: '60' },
        { Name: 'cache-control', Value: 'no-store' },
      ],
    }),
    without: { Block: {} },
  },
  {
    title: 'they get a problem',
    ...acl,
    path: 'Properties.CustomResponseBodies.too-many-requests',
    is: both(
      entry('ContentType', 'APPLICATION_JSON'),
      entry('Content', (text: unknown) => isDeepStrictEqual(JSON.parse(String(text)), firewallProblem)),
    ),
    without: { ContentType: 'TEXT_PLAIN', Content: '{}' },
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
]
