import type { Region } from '../../../shared/regions.ts'

/** A receiver of webhooks. */
interface EndpointProps {
  /** By this, links name it: 1 to 16 characters out of a-z, 0-9 and -. */
  readonly id: string

  /** Where webhooks are sent: https and a host name, without user and password. */
  readonly url: string

  /** The name of a secret in Secrets Manager, in us-east-1, that holds `whsec_` and a key in Base64. */
  readonly secretName: string

  /**
   * The only issuer whose links may name it.
   * @default - all may
   */
  readonly issuer?: string
}

/** Props of `OnceAtEdge` for those who operate it: logs, alarms, protection. */
export interface OperationProps {
  /**
   * Whether each request is logged: by the api with its caller, and by CloudFront if the distribution is one of its own.
   * @default false
   */
  readonly accessLogs?: boolean

  /**
   * By which role API Gateway writes logs. All APIs of an account and Region have one: `own` makes a role and replaces theirs by it,
   * `account` uses the one that is set, `none` writes no logs.
   * @default - 'none' with the feature flag `@aws-cdk/aws-apigateway:disableCloudWatchRole`, otherwise 'own'
   */
  readonly apiLogRole?: 'own' | 'account' | 'none'

  /**
   * Whether it is known how far each file was delivered, from CloudFront's access log, which then names the link. Only with a
   * distribution of its own.
   * @default false
   */
  readonly deliveryProof?: boolean

  /**
   * Whether events of links and alarms are published to a bus.
   * @default false
   */
  readonly events?: boolean

  /**
   * The receivers of webhooks; links name one with `notify`. With any, `events` is on.
   * @default - none
   */
  readonly endpoints?: readonly EndpointProps[]

  /**
   * Network `private`: whether endpoints may be notified all the same, from outside of the VPC.
   * @default false
   */
  readonly endpointsOutside?: boolean

  /**
   * Whether what callers do is published to a bus in each Region of the api: each issue, refusal, revocation and exchange, and each
   * change of the settings.
   * @default false
   */
  readonly audit?: boolean

  /**
   * The alarms: ten or fewer, each of which needs someone to act, or all.
   * @default 'essential'
   */
  readonly alarms?: 'essential' | 'all'

  /**
   * An address that gets a mail for each alarm, after its owner confirms the subscription.
   * @default - none
   */
  readonly alarmEmail?: string

  /**
   * Refusals of used links within 15 minutes, in all Regions, that raise the alarm.
   * @default 20
   */
  readonly usedLinkAlarmThreshold?: number

  /**
   * Whether there is a dashboard.
   * @default false
   */
  readonly dashboard?: boolean

  /**
   * Days between rotations of the keys.
   * @default 30
   */
  readonly rotationDays?: number

  /**
   * Days for which all logs are kept: a period that CloudWatch Logs knows.
   * @default 90
   */
  readonly logRetentionDays?: 1 | 3 | 5 | 7 | 14 | 30 | 60 | 90 | 120 | 150 | 180 | 365 | 400 | 545 | 731

  /**
   * While this is on, no table of the deployment can be deleted, and CloudFormation keeps those that leave the app: from their creation on,
   * unless the deployment fails that creates them.
   * @default true
   */
  readonly deletionProtection?: boolean

  /**
   * Whether files can be recreated: after a month they move to a single zone, which is cheaper.
   * @default false
   */
  readonly recreatableFiles?: boolean

  /**
   * Regions in which nothing is protected from deletion yet. `once deploy` sets it during a first deployment, which CloudFormation
   * may have to undo.
   * @default - none
   */
  readonly unprotectedRegions?: readonly Region[]
}
