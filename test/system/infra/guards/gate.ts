import { absent, both, contains, type Guard, one } from './guard.ts'

const gate = { type: 'AWS::CloudFront::Function', stack: 'once-us-east-1', in: 'home' } as const
const distribution = { type: 'AWS::CloudFront::Distribution', stack: 'once-us-east-1' } as const
const config = 'Properties.DistributionConfig'
const attached = [
  { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['EdgeDownloadsGateFunctionFC3969D9', 'FunctionARN'] } },
]

/** Guards of the gate. */
export const gateGuards: readonly Guard[] = [
  ...[
    ['has the runtime of its code', 'FunctionConfig.Runtime', 'cloudfront-js-2.0', 'cloudfront-js-1.0'],
    ['has no key-value store', 'FunctionConfig.KeyValueStoreAssociations', absent, [{ KeyValueStoreARN: 'k' }]],
    ['is published', 'AutoPublish', true, false],
  ].map(([title, path, is, without]) => ({
    title: `the gate ${title as string}`,
    ...gate,
    path: `Properties.${path as string}`,
    is,
    without,
  })),
  {
    title: 'files pass the gate before they are served',
    ...distribution,
    in: 'home',
    path: `${config}.DefaultCacheBehavior.FunctionAssociations`,
    is: attached,
  },
  {
    title: 'files pass the gate also if no link may be bound to a client: it is there before any link needs it',
    ...distribution,
    in: 'witness',
    path: `${config}.DefaultCacheBehavior.FunctionAssociations`,
    is: attached,
  },
  ...[0, 1].map(index => ({
    title: `the gate is in front of files only, not of behaviour ${index}`,
    ...distribution,
    in: 'home' as const,
    path: `${config}.CacheBehaviors.${index}.FunctionAssociations`,
    is: absent,
    without: attached,
  })),
  ...['FunctionExecutionErrors', 'FunctionValidationErrors', 'FunctionThrottles'].map(metric => ({
    title: `the alarm on the gate counts ${metric}`,
    type: 'AWS::CloudWatch::Alarm',
    stack: 'once-us-east-1',
    id: /^EdgeAlarmsgatefailing/,
    in: 'home' as const,
    path: 'Properties.Metrics',
    is: one(both(contains(`"${metric}"`), both(contains('"once-gate"'), contains('"Global"')))),
    without: [{ Expression: 'other' }],
  })),
  {
    title: 'the distribution has the gate and the edge in one template, so no edge is deployed before the gate',
    ...distribution,
    in: 'home',
    path: `${config}.CacheBehaviors.0.LambdaFunctionAssociations.0.LambdaFunctionARN`,
    is: contains('EdgeRedeemerFunctionCurrentVersion'),
    without: 'arn:aws:lambda:us-east-1:111122223333:function:other:1',
  },
]
