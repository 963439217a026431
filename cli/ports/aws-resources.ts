import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

// What commands read from AWS, in this project's terms. A Region that AWS names may be one that `Region` lacks: a string.

/** A CloudFormation stack. It may be deleted: CloudFormation lists deleted stacks for 90 days. */
export interface Stack {
  readonly name: string
  readonly region: Region
  readonly id: string
  /** CloudFormation's status, such as `CREATE_COMPLETE`. */
  readonly status: string
}

/** A stack that exists, with what a deployment needs to know of it. */
export interface DeployedStack extends Stack {
  /** AWS's reason for the status; may be empty. */
  readonly reason: string
  readonly outputs: Readonly<Record<string, string>>
  /** Whether its termination protection is on. */
  readonly isProtected: boolean
}

/** A resource of a stack, created or not. */
export interface StackResource {
  /** Such as `AWS::S3::Bucket`. */
  readonly type: string
  readonly physicalId: string
  readonly status: string
  /** AWS's reason for the status; may be empty. */
  readonly reason: string
}

/** A resource that is not as its stack made it. */
export interface DriftedResource {
  /** Its physical id. */
  readonly id: string
  readonly type: string
  readonly isDeleted: boolean
  /** The properties that differ, such as `/MemorySize`. */
  readonly paths: readonly string[]
}

/** What differs between the resources of a stack and its template. */
export interface Drift {
  readonly resources: readonly DriftedResource[]
  /** CloudFormation's reason if it could not read some of them. */
  readonly unread: string | undefined
}

/** One Region's replica of a global table, or a table without replicas. */
export interface Table {
  readonly status: string
  /** The Regions of all replicas, including this one. */
  readonly replicas: readonly string[]
  /** DynamoDB's status of each replica that it lists, by Region; the own one may be absent. */
  readonly replicaStatus: Readonly<Record<string, string>>
  readonly witnesses: readonly string[]
  /** Whether the table is strongly consistent across Regions. */
  readonly strong: boolean
  readonly deletionProtected: boolean
  /** Its resource policy, as JSON text; undefined if it has none. */
  readonly policy: string | undefined
  /** Its KMS key; undefined with the one that DynamoDB owns. */
  readonly kmsKey: string | undefined
}

/** An S3 bucket. */
export interface Bucket {
  readonly versioned: boolean
  /** Fewest days after which its lifecycle deletes an old version of some object; undefined if it never does. */
  readonly oldVersionDays: number | undefined
  /** Whether all four settings of S3 Block Public Access are on. */
  readonly blocksPublicAccess: boolean
  /** Its policy, as JSON text; undefined if it has none. */
  readonly policy: string | undefined
  /** Its default KMS key; undefined with S3's own. */
  readonly kmsKey: string | undefined
}

/** One Region's copy of a secret, never its value. */
export interface Secret {
  /** Set if it is scheduled for deletion; it then costs nothing. */
  readonly deletedAt: EpochMs | undefined
  /** The copies and their replication status; empty in all Regions but the primary's. */
  readonly copies: readonly { readonly region: string; readonly status: string }[]
  readonly rotates: boolean
  /** Such as `rate(30 days)`. */
  readonly schedule: string | undefined
  /** When it was last rotated; if never, when it was created. */
  readonly changedAt: EpochMs | undefined
  /** Its KMS key; undefined with the AWS managed one. */
  readonly kmsKey: string | undefined
}

/** The ids that the secret's AWSCURRENT version names; nothing else of its value. */
export interface CurrentKey {
  /** The id of the public key in CloudFront. */
  readonly keyPairId: string
  /** Undefined if the signing key is in the secret. */
  readonly kmsKeyId: string | undefined
}

/** A Lambda function, or one version of it. */
export interface LambdaFunction {
  /** In MB. */
  readonly memory: number
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

/** A web ACL of AWS WAF. */
export interface WebAcl {
  readonly arn: string
  readonly name: string
  /** Whether the web ACL or one of its rules keeps samples of requests, whose paths hold nonces. */
  readonly keepsSamples: boolean
  /** What its log of requests redacts: fields, such as `uriPath`, and headers in lower case; undefined without a log. */
  readonly logsWithout: readonly string[] | undefined
}

/** A CloudWatch alarm. */
export interface Alarm {
  readonly name: string
  /** Whether its state is `ALARM`. */
  readonly inAlarm: boolean
  /** Whether it notifies something, such as a topic. */
  readonly hasReceiver: boolean
}

/** A KMS key. */
export interface KmsKey {
  /** Such as `Enabled` or `PendingDeletion`. */
  readonly state: string
  /** Whether it is a customer managed key. */
  readonly isCustomers: boolean
}

/** Functions of Lambda. */
export interface Functions {
  /** @param version a number. @default the unpublished version */
  describe(name: string, region: Region, version?: string): Promise<LambdaFunction | undefined>
  /** Returns the names of all functions of a Region that begin like this. */
  named(prefix: string, region: Region): Promise<readonly string[]>
  /** Returns the event source mappings that read a stream for the function. */
  readers(name: string, region: Region): Promise<readonly EventSource[]>
  /** Returns `replicated` while CloudFront has copies of the function, which can last hours. */
  remove(name: string, region: Region): Promise<'removed' | 'replicated'>
}
