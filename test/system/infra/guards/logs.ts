import { loggedFields } from '../../../../infra/resources/access-logs.ts'
import { every, type Guard } from './guard.ts'

const secretFields = /uri|query|referer|cookie|header|log-data|c-ip|x-forwarded-for|user-agent|host/i

/** Guards of logs. */
export const logGuards: readonly Guard[] = [
  {
    title: 'access logs hold no path, query, referrer, cookie, other header or address (trap 40)',
    type: 'AWS::Logs::Delivery',
    in: 'home',
    path: 'Properties.RecordFields',
    without: [...loggedFields, 'viewer-response-log-data'],
    // What the gate logs is a link's id and the size of its file: test/unit/gate/check.test.ts.
    is: every(field => field === 'viewer-request-log-data' || !secretFields.test(String(field))),
  },
  {
    title: 'access logs are those of the distribution',
    type: 'AWS::Logs::DeliverySource',
    in: 'home',
    path: 'Properties.LogType',
    is: 'ACCESS_LOGS',
  },
  {
    title: 'access logs expire after 90 days',
    type: 'AWS::S3::Bucket',
    id: /^EdgeAccessLogs/,
    in: 'home',
    path: 'Properties.LifecycleConfiguration.Rules.0.ExpirationInDays',
    is: 90,
  },
]
