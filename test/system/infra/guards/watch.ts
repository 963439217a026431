import { contains, type Guard, present } from './guard.ts'

const alarmNamed = (name: string, stack: string) => ({
  says: `there is an alarm: ${name}`,
  type: 'AWS::CloudWatch::Alarm',
  stack,
  in: 'home' as const,
  id: alarmIds[name] as RegExp,
  path: 'Properties.AlarmName',
  is: name,
})
const alarmIds: Readonly<Record<string, RegExp>> = {
  'once-outcome-unknown': /Unknown/,
  'once-used-links-refused': /Used/,
  'once-edge-throttled': /Throttled/,
  'once-distribution-5xx': /Errors/,
  'once-signing-key-old': /KeyAge/,
  'once-keys-failing': /KeysFailing/,
  'once-api-5xx': /Errors/,
}
/** Guards of alarms and events. */
export const watchGuards: readonly Guard[] = [
  ...['once-outcome-unknown', 'once-used-links-refused', 'once-edge-throttled'].map(name =>
    alarmNamed(name, '-region-'),
  ),
  ...['once-distribution-5xx', 'once-signing-key-old', 'once-keys-failing'].map(name => alarmNamed(name, '-edge')),
  alarmNamed('once-api-5xx', '-api-'),
  {
    says: 'alarms of every Region reach the bus',
    type: 'AWS::Events::Rule',
    stack: '-region-us-west-1',
    in: 'home',
    path: 'Properties.Targets.0.Arn',
    is: contains('event-bus/once'),
  },
  {
    says: 'there is one dashboard',
    type: 'AWS::CloudWatch::Dashboard',
    in: 'home',
    path: 'Properties.DashboardName',
    is: 'once',
  },
  {
    says: 'alarms are mailed',
    type: 'AWS::SNS::Subscription',
    in: 'one',
    path: 'Properties.Endpoint',
    is: 'ops@example.com',
  },
  { says: 'there is a bus', type: 'AWS::Events::EventBus', in: 'home', path: 'Properties.Name', is: 'once' },
  {
    says: 'the stream is read from where it begins',
    type: 'AWS::Lambda::EventSourceMapping',
    in: 'home',
    path: 'Properties.StartingPosition',
    is: 'TRIM_HORIZON',
  },
  {
    says: 'what was told is not told again when the rest fails',
    type: 'AWS::Lambda::EventSourceMapping',
    in: 'home',
    path: 'Properties.FunctionResponseTypes',
    is: ['ReportBatchItemFailures'],
  },
  {
    says: 'in mode home a Region tells of its own links, though its stream carries all',
    type: 'AWS::Lambda::EventSourceMapping',
    stack: '-us-east-1',
    in: 'home',
    path: 'Properties.FilterCriteria.Filters.0.Pattern',
    is: '{"eventName":["REMOVE"],"dynamodb":{"OldImage":{"homeRegion":{"S":["us-east-1"]}}}}',
  },
  {
    says: 'a link that becomes used or revoked is told, and one that is merely counted is not read',
    type: 'AWS::Lambda::EventSourceMapping',
    stack: '-us-east-1',
    in: 'home',
    path: 'Properties.FilterCriteria.Filters.1.Pattern',
    is: '{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"homeRegion":{"S":["us-east-1"]},"state":{"S":["used","revoked"]}}}}',
  },
  {
    says: 'what could not be told is kept',
    type: 'AWS::Lambda::EventSourceMapping',
    in: 'home',
    path: 'Properties.DestinationConfig.OnFailure.Destination',
    is: present,
  },
]
