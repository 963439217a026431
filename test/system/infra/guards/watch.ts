import { contains, type Guard, present } from './guard.ts'

const alarmNamed = (name: string, stack: string) => ({
  title: `there is an alarm: ${name}`,
  type: 'AWS::CloudWatch::Alarm',
  stack,
  in: 'home' as const,
  id: alarmIds[name] as RegExp,
  path: 'Properties.AlarmName',
  is: name,
})
const alarmIds: Readonly<Record<string, RegExp>> = {
  'once-outcome-unknown': /Unknown/,
  'once-edge-throttled': /Throttled/,
  'once-distribution-5xx': /^EdgeAlarmsErrors/,
  'once-signing-key-old': /KeyAge/,
  'once-keys-failing': /KeysFailing/,
  'once-gate-failing': /GateFailing/,
  'once-api-5xx': /^ApiErrors/,
}

/** Guards of alarms and events. */
export const watchGuards: readonly Guard[] = [
  ...[
    'once-outcome-unknown',
    'once-edge-throttled',
    'once-distribution-5xx',
    'once-signing-key-old',
    'once-keys-failing',
    'once-gate-failing',
  ].map(name => alarmNamed(name, 'once-us-east-1')),
  alarmNamed('once-api-5xx', 'once-eu-west-1'),
  {
    title: 'with events, alarms reach the bus',
    type: 'AWS::Events::Rule',
    id: /Forwarding/,
    in: 'home',
    path: 'Properties.Targets.0.Arn',
    is: contains('event-bus/once'),
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
    in: 'home',
    path: 'Properties.DestinationConfig.OnFailure.Destination',
    is: present,
  },
]
