import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

// What commands read from AWS, in this project's terms.

/** A Lambda function. */
export interface LambdaFunction {
  /** How many entries the list of issuers in its environment has; 0 without a list. */
  readonly issuers: number
}

/** An event source mapping of Lambda. */
export interface EventSource {
  readonly id: string
  /** Such as `Enabled`. */
  readonly state: string
}

/** A CloudWatch log group. */
export interface LogGroup {
  readonly name: string
  /** Undefined if its events never expire. */
  readonly retentionDays: number | undefined
  readonly createdAt: EpochMs | undefined
}

/** A delivery of CloudWatch Logs, from a source to a destination. */
export interface LogDelivery {
  /** The name of its delivery source. */
  readonly source: string
  /** The fields of a record. Undefined: the default ones, which include paths and queries. */
  readonly fields: readonly string[] | undefined
}

/** A REST API of API Gateway. */
export interface RestApi {
  readonly id: string
  /** Whether it has the stage that deployments create. */
  readonly isDeployed: boolean
  /** Whether it logs bodies, which hold nonces. */
  readonly logsBodies: boolean
}

/** A CloudWatch alarm. */
export interface Alarm {
  readonly name: string
  /** Whether its state is `ALARM`. */
  readonly inAlarm: boolean
  /** Whether it notifies something, such as a topic. */
  readonly hasReceiver: boolean
}

/** Functions of Lambda. */
export interface Functions {
  describe(name: string, region: Region): Promise<LambdaFunction | undefined>
  /** Returns the names of all functions of a Region that begin like this. */
  named(prefix: string, region: Region): Promise<readonly string[]>
  /** Returns the event source mappings that read a stream for the function. */
  readers(name: string, region: Region): Promise<readonly EventSource[]>
  /** Returns `replicated` while CloudFront has copies of the function, which can last hours. */
  remove(name: string, region: Region): Promise<'removed' | 'replicated'>
}

/** Logs of CloudWatch. */
export interface Logs {
  /** Returns the log groups whose names have this prefix. */
  groups(prefix: string, region: Region): Promise<readonly LogGroup[]>
  removeGroup(name: string, region: Region): Promise<void>
  /** Returns all deliveries of logs. */
  deliveries(region: Region): Promise<readonly LogDelivery[]>
}

/** REST APIs of API Gateway. */
export interface RestApis {
  /** Returns all APIs with this name: names are not unique. */
  named(name: string, region: Region): Promise<readonly RestApi[]>
  /** Returns the ARN of the role by which all APIs of the account write logs in a Region. */
  logRole(region: Region): Promise<string | undefined>
}

/** Alarms and dashboards of CloudWatch. */
export interface Watch {
  /** Returns those of the named alarms that exist. */
  alarms(names: readonly string[], region: Region): Promise<readonly Alarm[]>
  hasDashboard(name: string): Promise<boolean>
}

/** EventBridge. */
export interface Events {
  hasBus(name: string, region: Region): Promise<boolean>
}

/** Topics of SNS. */
export interface Topics {
  exists(arn: string, region: Region): Promise<boolean>
  remove(arn: string, region: Region): Promise<void>
}

/** Roles of IAM, a global service. */
export interface Roles {
  exists(name: string): Promise<boolean>
}
