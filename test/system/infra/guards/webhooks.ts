import { both, contains, every, type Guard, not, one, present } from './guard.ts'

const queues = { in: 'webhooks', stack: 'once-us-east-1', type: 'AWS::SQS::Queue' } as const
const ofEndpoint = { ...queues, id: /WebhooksQueue/ } as const
const mappings = { ...queues, type: 'AWS::Lambda::EventSourceMapping', id: /WebhooksSource/ } as const
const rules = { ...queues, type: 'AWS::Events::Rule', id: /WebhooksRule/ } as const

/** Guards of webhooks. */
export const webhookGuards: readonly Guard[] = [
  {
    title: 'with endpoints, there is a bus and its alarm of webhooks that were not delivered',
    ...queues,
    type: 'AWS::CloudWatch::Alarm',
    id: /webhooksdead/,
    path: 'Properties',
    is: both(contains('once-dead-webhooks'), contains('"AlarmName":"once-webhooks-dead"')),
    without: {},
  },
  {
    title: 'with endpoints, events are published to a bus',
    ...queues,
    type: 'AWS::Events::EventBus',
    path: 'Properties.Name',
    is: 'once',
  },
  {
    title: 'webhooks that an endpoint does not take go to the dead-letter queue',
    ...ofEndpoint,
    path: 'Properties.RedrivePolicy',
    is: both(contains('WebhooksDead'), contains('"maxReceiveCount":16')),
  },
  {
    title: 'a queue keeps webhooks for two weeks, longer than all attempts take',
    ...queues,
    id: /Webhooks/,
    path: 'Properties.MessageRetentionPeriod',
    is: 14 * 24 * 3600,
    without: 4 * 24 * 3600,
  },
  {
    title: 'a webhook that the function has is hidden for six times its timeout',
    ...ofEndpoint,
    path: 'Properties.VisibilityTimeout',
    is: 360,
    without: 30,
  },
  {
    title: 'of a batch of webhooks, only those that failed are tried again',
    ...mappings,
    path: 'Properties.FunctionResponseTypes',
    is: ['ReportBatchItemFailures'],
  },
  {
    title: 'an endpoint gets at most two batches at the same time, so it holds up no other',
    ...mappings,
    path: 'Properties.ScalingConfig.MaximumConcurrency',
    is: 2,
  },
  {
    title: 'a queue gets events of links that name its endpoint only, and only ours',
    ...rules,
    path: 'Properties.EventPattern',
    is: both(contains('"source":["once-at-edge"]'), (value: unknown) =>
      /"detail":\{"notify":\["(orders|audit)"\]\}/.test(JSON.stringify(value)),
    ),
    without: {},
  },
  {
    title: 'an event that a queue of an endpoint does not accept goes to the dead-letter queue',
    ...rules,
    path: 'Properties.Targets.0.DeadLetterConfig.Arn',
    is: present,
  },
  {
    title: 'the function that sends webhooks is in no network of a deployment',
    ...queues,
    type: 'AWS::Lambda::Function',
    id: /WebhooksNotifier/,
    path: 'Properties',
    is: both(contains('"once-notifier"'), not(contains('VpcConfig'))),
    without: { VpcConfig: {} },
  },
  {
    title: 'the reader of the stream reads tries at passphrases, if events are published',
    ...queues,
    type: 'AWS::Lambda::EventSourceMapping',
    id: /Reader/,
    path: 'Properties.FilterCriteria.Filters',
    is: one(contains('tries')),
    without: [],
  },
  {
    title: 'the reader of the stream reads that a recipient asks for a new link, if events are published',
    ...queues,
    type: 'AWS::Lambda::EventSourceMapping',
    id: /Reader/,
    path: 'Properties.FilterCriteria.Filters',
    is: one(contains('requested')),
    without: [],
  },
  {
    title: 'without events, tries call no function',
    in: 'starter',
    type: 'AWS::Lambda::EventSourceMapping',
    path: 'Properties.FilterCriteria.Filters',
    is: every(not(contains('tries'))),
    without: [{ Pattern: 'tries' }],
  },
]
