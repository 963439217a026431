import { loggedFields } from '../../../../infra/constructs/access-logs.ts'
import { every, type Guard } from './guard.ts'

const secretFields = /uri|query|referer|cookie|c-ip|x-forwarded-for|user-agent|host/i
/** Guards of logs. */
export const logGuards: readonly Guard[] = [
  {
    says: 'access logs hold no path, query, referrer, cookie or address (trap 40)',
    type: 'AWS::Logs::Delivery',
    in: 'home',
    path: 'Properties.RecordFields',
    without: [...loggedFields, 'cs-uri-stem'],
    is: every(field => !secretFields.test(String(field))),
  },
  {
    says: 'access logs are those of the distribution',
    type: 'AWS::Logs::DeliverySource',
    in: 'home',
    path: 'Properties.LogType',
    is: 'ACCESS_LOGS',
  },
  {
    says: 'access logs are kept so long and not longer',
    type: 'AWS::S3::Bucket',
    stack: '-edge',
    in: 'home',
    path: 'Properties.LifecycleConfiguration.Rules.0.ExpirationInDays',
    is: 90,
  },
  {
    says: 'no log is kept for ever (trap 41)',
    type: 'AWS::Logs::LogGroup',
    in: 'home',
    path: 'Properties.RetentionInDays',
    is: 90,
  },
  {
    says: 'the log of the edge is there in every Region in which it runs (trap 41)',
    type: 'AWS::Logs::LogGroup',
    stack: '-region-',
    id: /EdgeLogs/,
    in: 'home',
    path: 'Properties.LogGroupName',
    is: '/once/edge',
  },
  {
    says: 'each refused use of a used link is told, in every Region',
    type: 'AWS::Logs::SubscriptionFilter',
    stack: '-region-',
    in: 'home',
    path: 'Properties.FilterPattern',
    is: '{ ($.outcome = "refused") && ($.reason = "spent") && ($.own NOT EXISTS) }',
  },
  {
    says: 'a refused exchange of a used link is told as well',
    type: 'AWS::Logs::SubscriptionFilter',
    stack: '-api-',
    in: 'home',
    path: 'Properties.FilterPattern',
    is: '{ ($.outcome = "refused") && ($.reason = "spent") && ($.own NOT EXISTS) }',
  },
]
