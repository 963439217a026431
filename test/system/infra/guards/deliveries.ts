import { deliveryLogFields } from '../../../../shared/delivery/facts.ts'
import { both, contains, type Guard, one } from './guard.ts'

/** Guards of what reads access logs, to know deliveries. */
export const deliveryGuards: readonly Guard[] = [
  {
    title: 'notifications of log objects that can’t be read are kept in a queue',
    type: 'AWS::SQS::Queue',
    id: /^EdgeDeliveriesQueue/,
    in: 'home',
    path: 'Properties.RedrivePolicy.maxReceiveCount',
    is: 10,
  },
  {
    title: 'S3 says of each new log object that it is there',
    type: 'AWS::S3::Bucket',
    id: /^EdgeAccessLogs/,
    in: 'home',
    path: 'Properties.NotificationConfiguration.QueueConfigurations.0.Event',
    is: 's3:ObjectCreated:*',
  },
  {
    title: 'deliveries are in a table of their own, and leave it by themselves',
    type: 'AWS::DynamoDB::GlobalTable',
    id: /^DataDeliveries/,
    in: 'home',
    path: 'Properties.TimeToLiveSpecification',
    is: { AttributeName: 'expiresAt', Enabled: true },
  },
  {
    title: 'S3 may send notifications of the bucket of logs of this account, and of no other bucket',
    type: 'AWS::SQS::QueuePolicy',
    id: /^EdgeDeliveriesQueue/,
    in: 'home',
    path: 'Properties.PolicyDocument.Statement',
    is: one(
      both(
        contains('"Service":"s3.amazonaws.com"'),
        both(contains('"aws:SourceAccount":'), both(contains('"aws:SourceArn":'), contains('once-access-logs'))),
      ),
    ),
    without: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sqs:SendMessage' }],
  },
  {
    title: 'of a batch of log objects, only those that failed are read again',
    type: 'AWS::Lambda::EventSourceMapping',
    id: /^EdgeDeliveries/,
    in: 'home',
    path: 'Properties.FunctionResponseTypes',
    is: ['ReportBatchItemFailures'],
  },
  {
    title: 'a log object that the function has is hidden for six times its timeout',
    type: 'AWS::SQS::Queue',
    id: /^EdgeDeliveriesQueue/,
    in: 'home',
    path: 'Properties.VisibilityTimeout',
    is: 1800,
    without: 30,
  },
  {
    title: 'logs that only the function of deliveries reads expire after a week',
    type: 'AWS::S3::Bucket',
    id: /AccessLogs/,
    in: 'webhooks',
    path: 'Properties.LifecycleConfiguration.Rules.0.ExpirationInDays',
    is: 7,
    without: 90,
  },
  {
    title: 'logs that only the function of deliveries reads have no more than its fields',
    type: 'AWS::Logs::Delivery',
    in: 'webhooks',
    path: 'Properties.RecordFields',
    is: [...deliveryLogFields],
    without: [...deliveryLogFields, 'cs-uri-stem'],
  },
]
