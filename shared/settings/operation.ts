import * as v from 'valibot'
import { type Endpoint, endpointsField } from '../webhooks/endpoints.ts'
import { text, wholeNumber } from '../fields.ts'
import { choice, flag, type Rows } from './row.ts'

/** Props of `OnceAtEdge` for those who operate it: logs, alarms, protection. */
export interface OperationProps {
  /** Whether each request is logged: by the api with its caller, and by CloudFront if the distribution is one of its own. @default false */
  readonly accessLogs?: boolean
  /**
   * By which role API Gateway writes logs. All APIs of an account and Region have one: `own` makes a role and replaces theirs by it,
   * `account` uses the one that is set, `none` writes no logs.
   * @default - 'none' with the feature flag `@aws-cdk/aws-apigateway:disableCloudWatchRole`, otherwise 'own'
   */
  readonly apiLogRole?: 'own' | 'account' | 'none'
  /**
   * Whether it is known how far each file was delivered: CloudFront's access log then names the link, and a function reads it. Not of
   * folders. Only with a distribution of its own; with the plan free there are no logs. @default false
   */
  readonly deliveryProof?: boolean
  /** Whether events of links and alarms are published to a bus, for consumers of yours. @default false */
  readonly events?: boolean
  /**
   * Whether links may have reminders: at that time, an event says that the link was not used. Then `events` is on.
   * @default false
   */
  readonly reminders?: boolean
  /** The receivers of webhooks, which links name with `notify`: see docs/webhooks.md. With any, `events` is on. @default - none */
  readonly endpoints?: readonly Endpoint[]
  /** Network `private`: whether endpoints may be notified all the same, from outside of the VPC. @default false */
  readonly endpointsOutside?: boolean
  /**
   * Whether what callers do is published to a bus in each Region of the api: each issue, refusal, revocation and exchange, and each
   * change of the settings. @default false
   */
  readonly audit?: boolean
  /** The alarms: ten or fewer, each of which needs someone to act, or all. @default 'essential' */
  readonly alarms?: 'essential' | 'all'
  /** An address that gets a mail for each alarm, after its owner confirms the subscription that AWS mails. @default - none */
  readonly alarmEmail?: string
  /** Refusals of used links within 15 minutes, in all Regions, that raise the alarm. @default 20 */
  readonly usedLinkAlarmThreshold?: number
  /** Whether there is a dashboard. The first three of an account are free. @default false */
  readonly dashboard?: boolean
  /** Days between rotations of the keys. @default 30 */
  readonly rotationDays?: number
  /** Days for which all logs are kept: a period that CloudWatch Logs knows. @default 90 */
  readonly logRetentionDays?: 1 | 3 | 5 | 7 | 14 | 30 | 60 | 90 | 120 | 150 | 180 | 365 | 400 | 545 | 731
  /**
   * While this is on, no table of the deployment can be deleted, and CloudFormation keeps those that leave the app: from their creation on,
   * unless the deployment fails that creates them. `npm run destroy` turns it off. @default true
   */
  readonly deletionProtection?: boolean
  /** Whether files can be recreated: after a month they move to a single zone, which is cheaper. @default false */
  readonly recreatableFiles?: boolean
  /**
   * Days after which each file in the bucket of the deployment is deleted, as if by hand: links that were issued for its version before
   * work on. At least the longest life of a link and its capability, in days. @default - files stay
   */
  readonly fileDays?: number
  /**
   * Whether the file of a link may go with it, for good: see docs/links.md. Only in the bucket of the deployment, and with
   * `receiptSeconds` of three days or more. @default false
   */
  readonly fileEnds?: boolean
  /**
   * Who scans files for malware before a link may lead to them: GuardDuty, in the bucket of the deployment, what is uploaded below the
   * prefixes of issuers. See docs/links.md. @default - they are not scanned
   */
  readonly scan?: 'guardduty'
  /** With `scan`: what becomes of files that can't be scanned, such as archives with a password. @default 'refuse' */
  readonly scanUnsupported?: 'refuse' | 'allow'
}

/** Retention periods of CloudWatch Logs, in days (AWS, PutRetentionPolicy). */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const

const days = v.picklist(retentionDays, `one of ${retentionDays.join(', ')}`)

/** The rows of these props. */
export const operation = {
  accessLogs: { for: 'infra', schema: flag(false) },
  apiLogRole: { for: 'infra', schema: choice('own', 'account', 'none') },
  deliveryProof: { for: 'infra', schema: flag(false) },
  events: { for: 'infra', schema: flag(false) },
  reminders: { for: 'api', schema: flag(false) },
  endpoints: { for: 'api', schema: v.optional(endpointsField) },
  endpointsOutside: { for: 'infra', schema: flag(false) },
  audit: { for: 'infra', schema: flag(false) },
  alarms: { for: 'infra', schema: choice('essential', 'all') },
  alarmEmail: { for: 'infra', schema: v.optional(text(/^[^\s@]+@[^\s@]+$/, 'a mail address')) },
  usedLinkAlarmThreshold: {
    for: 'infra',
    schema: v.optional(wholeNumber(1, 1_000_000, 'refusals in 15 minutes'), 20),
  },
  dashboard: { for: 'infra', schema: flag(false) },
  rotationDays: { for: 'infra', schema: v.optional(wholeNumber(2, 365, 'days'), 30) },
  logRetentionDays: { for: 'infra', schema: v.optional(days, 90) },
  deletionProtection: { for: 'infra', schema: flag(true) },
  recreatableFiles: { for: 'infra', schema: flag(false) },
  fileEnds: { for: 'api', schema: flag(false) },
  scan: { for: 'api', schema: v.optional(v.picklist(['guardduty'], '"guardduty"')) },
  scanUnsupported: { for: 'api', schema: choice('refuse', 'allow') },
  fileDays: { for: 'infra', schema: v.optional(wholeNumber(1, 3650, 'days')) },
} as const satisfies Rows<OperationProps>
