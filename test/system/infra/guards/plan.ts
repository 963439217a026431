import { absent, both, contains, entry, every, type Guard, not, one } from './guard.ts'

const config = 'Properties.DistributionConfig'
const content = `${config}.DefaultCacheBehavior`
const securityHeaders = '67f7725c-6f97-4210-82d7-5512b31e9d03'
const allViewerExceptHostHeader = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6'

/** The plans that allow managed policies only. */
const managed = ['free', 'pro'] as const

function managedGuards(plan: (typeof managed)[number]): readonly Guard[] {
  const distribution = { type: 'AWS::CloudFront::Distribution', stack: 'once-us-east-1', in: plan } as const
  const policies = [
    ['files are not cached', `${content}.CachePolicyId`, cachingDisabled],
    ['S3 gets version and range', `${content}.OriginRequestPolicyId`, allViewerExceptHostHeader],
    ['errors of files have security headers', `${content}.ResponseHeadersPolicyId`, securityHeaders],
    ['links are not cached', `${config}.CacheBehaviors.0.CachePolicyId`, cachingDisabled],
    ['links have no headers policy', `${config}.CacheBehaviors.0.ResponseHeadersPolicyId`, absent],
    ['links pass nothing on', `${config}.CacheBehaviors.0.OriginRequestPolicyId`, absent],
    ['error pages have AWS’s cache', `${config}.CacheBehaviors.1.CachePolicyId`, cachingOptimized],
    ['error pages have security headers', `${config}.CacheBehaviors.1.ResponseHeadersPolicyId`, securityHeaders],
    ['error pages get no parameter', `${config}.CacheBehaviors.1.OriginRequestPolicyId`, absent],
  ] as const
  return [
    ...policies.map(([title, path, is]) => ({
      title: `with the plan ${plan}, ${title}`,
      ...distribution,
      path,
      is,
      without: { Ref: 'PolicyOfOurOwn' },
    })),
    {
      title: `with the plan ${plan}, files pass the gate, and are delivered by the function that compares versions`,
      ...distribution,
      path: `${content}.FunctionAssociations`,
      is: both(
        entry('length', 2),
        both(
          one(both(entry('EventType', 'viewer-request'), contains('DownloadsGate'))),
          one(both(entry('EventType', 'viewer-response'), contains('DownloadsDelivery'))),
        ),
      ),
      without: [{ EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['EdgeDownloadsGate', 'FunctionARN'] } }],
    },
    {
      title: `with the plan ${plan}, the distribution has a web ACL`,
      ...distribution,
      path: `${config}.WebACLId`,
      is: contains('Firewall'),
    },
    {
      title: `with the plan ${plan}, viewers keep no error page, which only its object can say`,
      type: 'Custom::AWS',
      id: /ErrorPagesPage/,
      in: plan,
      path: 'Properties.Create',
      is: both(contains('no-store'), not(contains('max-age'))),
      without: '{}',
    },
  ]
}

const subscription = { type: 'AWS::PricingPlanManager::Subscription', stack: 'once-plan-us-east-1' } as const
const action = { type: 'AWS::WAFv2::WebACL', path: 'Properties.Rules.0.Action' } as const

/** Guards of deployments with a flat-rate plan. */
export const planGuards: readonly Guard[] = [
  ...managed.flatMap(managedGuards),
  ...managed.map(variant => ({
    title: `a check knows an error page by the metadata of its object: ${variant}`,
    type: 'Custom::AWS',
    id: /ErrorPagesPage/,
    in: variant,
    path: 'Properties.Create',
    is: (call: unknown) => JSON.stringify(call).replaceAll('\\', '').includes('"Metadata":{"once":"page"}'),
    without: '{}',
  })),
  ...(['free', 'pro', 'business'] as const).flatMap((plan): readonly Guard[] => [
    {
      title: `the subscription is of the plan ${plan}`,
      ...subscription,
      in: plan,
      path: 'Properties.PlanTier',
      is: plan.toUpperCase(),
      without: 'PREMIUM',
    },
    {
      title: `the plan ${plan} is for one distribution and one web ACL, by weak references`,
      ...subscription,
      in: plan,
      path: 'Properties.ResourceArns',
      is: both(
        both(entry('length', 2), every(contains('Fn::GetStackOutput'))),
        both(one(contains(':distribution/')), one(contains('FirewallAcl'))),
      ),
      without: [{ 'Fn::ImportValue': 'distribution' }, { 'Fn::ImportValue': 'acl' }],
    },
    {
      title: `the web ACL has no more rules than the plan ${plan} allows, and none with a regular expression`,
      type: 'AWS::WAFv2::WebACL',
      in: plan,
      path: 'Properties.Rules',
      is: both(entry('length', 1), not(contains('Regex'))),
      without: Array.from({ length: 6 }, () => ({})),
    },
  ]),
  {
    title: 'with the plan free, the web ACL blocks with AWS’s own response: it allows no other',
    ...action,
    in: 'free',
    is: { Block: {} },
    without: { Block: { CustomResponse: { ResponseCode: 429 } } },
  },
  {
    title: 'nor has it bodies of our own',
    type: 'AWS::WAFv2::WebACL',
    in: 'free',
    path: 'Properties.CustomResponseBodies',
    is: absent,
    without: { 'too-many-requests': {} },
  },
  {
    title: 'with the plan pro, it blocks with 429 as without a plan',
    ...action,
    in: 'pro',
    is: entry('Block.CustomResponse.ResponseCode', 429),
    without: { Block: {} },
  },
  {
    title: 'with the plan business, the cache has policies of our own',
    type: 'AWS::CloudFront::CachePolicy',
    in: 'business',
    path: 'Properties.CachePolicyConfig.DefaultTTL',
    is: 30,
    without: 0,
  },
]
