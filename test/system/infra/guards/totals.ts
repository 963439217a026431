import { alarmRows } from '../../../../infra/alarm-list.ts'
import { lambdaEdgeRegions } from '../../../../infra/placement/lambda-edge-regions.ts'
import { totalPeriods } from '../../../../shared/metrics.ts'
import { contains, entry, every, type Guard, one, present } from './guard.ts'

/** An alarm exists and does not ring for want of data. */
const alarmNamed = (name: string, variant: 'starter' | 'regulated' | 'ends') => ({
  title: `there is an alarm: once-${name}`,
  type: 'AWS::CloudWatch::Alarm',
  stack: 'once-us-east-1',
  in: variant,
  id: new RegExp(`^EdgeAlarms${name.replaceAll('-', '')}[0-9A-F]{8}$`),
  path: 'Properties.AlarmName',
  is: `once-${name}`,
})

/** Guards of alarms and events. */
export const totalsGuards: readonly Guard[] = [
  ...Object.entries(alarmRows)
    .filter(([name]) => !['webhooks-dead', 'file-ends-failing'].includes(name))
    .map(([name, { when }]) => alarmNamed(name, when === undefined ? 'starter' : 'regulated')),
  alarmNamed('file-ends-failing', 'ends'),
  {
    title: 'totals are alarmed on by their maximum, which a repeat of a data point does not change',
    type: 'AWS::CloudWatch::Alarm',
    id: /^EdgeAlarms(outcomeunknown|edge|usedlinks|api|events|table)/,
    in: 'regulated',
    path: 'Properties.Statistic',
    is: 'Maximum',
    without: 'Sum',
  },
  {
    title: 'a total that comes up to two hours late still raises its alarm',
    type: 'AWS::CloudWatch::Alarm',
    id: /^EdgeAlarms(outcomeunknown|edge|usedlinks|api|events|table)/,
    in: 'regulated',
    path: 'Properties.EvaluationPeriods',
    is: totalPeriods,
    without: 1,
  },
  {
    title: 'one period above the threshold raises an alarm',
    type: 'AWS::CloudWatch::Alarm',
    in: 'regulated',
    path: 'Properties.DatapointsToAlarm',
    is: 1,
  },
  {
    title: 'missing data raises no alarm',
    type: 'AWS::CloudWatch::Alarm',
    in: 'regulated',
    path: 'Properties.TreatMissingData',
    is: 'notBreaching',
  },
  {
    title: 'with an address, every alarm is mailed',
    type: 'AWS::CloudWatch::Alarm',
    in: 'one',
    path: 'Properties.AlarmActions',
    is: present,
  },
  {
    title: 'the topic of alarms accepts messages of alarms of this account only',
    type: 'AWS::SNS::TopicPolicy',
    in: 'one',
    path: 'Properties.PolicyDocument.Statement',
    is: one(entry('Condition.StringEquals.aws:SourceAccount', { Ref: 'AWS::AccountId' })),
    without: [],
  },
  {
    title: 'the function of totals runs four times an hour',
    type: 'AWS::Events::Rule',
    id: /Watch/,
    in: 'starter',
    path: 'Properties.ScheduleExpression',
    is: 'cron(6/15 * * * ? *)',
  },
  {
    title: 'the function of totals knows every Region of Lambda@Edge',
    type: 'AWS::Lambda::Function',
    id: /Watch/,
    in: 'starter',
    path: 'Properties.Environment.Variables.EDGE_REGIONS',
    is: lambdaEdgeRegions.join(),
    without: 'us-east-1',
  },
  {
    title: 'the function of totals may put metrics of ours only',
    type: 'AWS::IAM::Policy',
    id: /Watch/,
    in: 'starter',
    path: 'Properties.PolicyDocument.Statement',
    is: every(
      statement =>
        !contains('PutMetricData')(statement) ||
        entry('Condition.StringEquals.cloudwatch:namespace', 'OnceAtEdge')(statement),
    ),
    without: [{ Action: 'cloudwatch:PutMetricData', Resource: '*' }],
  },
  {
    title: 'Lambda waits up to a minute for a batch of the stream',
    type: 'AWS::Lambda::EventSourceMapping',
    in: 'starter',
    path: 'Properties.MaximumBatchingWindowInSeconds',
    is: 60,
  },
  {
    title: 'with events, alarms reach the bus',
    type: 'AWS::Events::Rule',
    id: /Forwarding/,
    in: 'home',
    path: 'Properties.Targets.0.Arn',
    is: contains('"EdgeAlarmsActionsBus'),
  },
  {
    title: 'there is one dashboard',
    type: 'AWS::CloudWatch::Dashboard',
    in: 'home',
    path: 'Properties.DashboardName',
    is: 'once',
  },
  { title: 'there is a bus', type: 'AWS::Events::EventBus', in: 'home', path: 'Properties.Name', is: 'once' },
  {
    title: 'the stream is read from its beginning',
    type: 'AWS::Lambda::EventSourceMapping',
    id: /^ReaderStream/,
    in: 'home',
    path: 'Properties.StartingPosition',
    is: 'TRIM_HORIZON',
  },
  {
    title: 'if part of a batch fails, only failed records are retried',
    type: 'AWS::Lambda::EventSourceMapping',
    in: 'home',
    path: 'Properties.FunctionResponseTypes',
    is: ['ReportBatchItemFailures'],
  },
  {
    title: 'in mode home a Region publishes events of its own links only',
    type: 'AWS::Lambda::EventSourceMapping',
    stack: 'once-events-us-east-1',
    in: 'home',
    path: 'Properties.FilterCriteria.Filters.0.Pattern',
    is: '{"eventName":["REMOVE"],"dynamodb":{"OldImage":{"homeRegion":{"S":["us-east-1"]}}}}',
  },
  {
    title: 'the function reads links that become used or revoked, but not counted requests',
    type: 'AWS::Lambda::EventSourceMapping',
    stack: 'once-events-us-east-1',
    in: 'home',
    path: 'Properties.FilterCriteria.Filters.1.Pattern',
    is: '{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"homeRegion":{"S":["us-east-1"]},"state":{"S":["used","revoked"]}}}}',
  },
  {
    title: 'records that fail are kept in a queue',
    type: 'AWS::Lambda::EventSourceMapping',
    id: /^ReaderStream/,
    in: 'home',
    path: 'Properties.DestinationConfig.OnFailure.Destination',
    is: present,
  },
]
