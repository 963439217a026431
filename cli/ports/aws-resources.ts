import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

// What is found in AWS, in our words: the adapters translate. A Region that AWS names and we don't know stays text.

/** A stack of CloudFormation, a deleted one too: AWS tells of those for 90 days. */
export interface Stack {
  readonly name: string
  readonly region: Region
  readonly id: string
  /** As CloudFormation has it, such as `CREATE_COMPLETE`. */
  readonly status: string
}

/** What a stack made, or would have. */
export interface StackResource {
  /** Such as `AWS::S3::Bucket`. */
  readonly type: string
  readonly physicalId: string
  readonly status: string
  /** Why it is in that state, in AWS's words; empty when nothing was said. */
  readonly reason: string
}

/** One Region's replica of a table, or the one table there is. */
export interface Table {
  readonly status: string
  /** The Regions of all replicas, this one too. */
  readonly replicas: readonly string[]
  readonly witnesses: readonly string[]
  /** The names of the indexes that can be read. */
  readonly indexes: readonly string[]
  /** Whether all replicas are one strongly consistent table. */
  readonly strong: boolean
  readonly deletionProtected: boolean
  readonly recoverable: boolean
  /** The attribute by which items are removed, if TTL is on. */
  readonly ttlAttribute: string | undefined
  /** The text of its resource policy. */
  readonly policy: string | undefined
}

/** A bucket of S3. */
export interface Bucket {
  readonly versioned: boolean
  /** Whether all four ways of making it public are blocked. */
  readonly blocksPublicAccess: boolean
  readonly policy: string | undefined
}

/** One Region's copy of a secret. Never what it says. */
export interface Secret {
  /** Set when it is scheduled for deletion: then it costs nothing. */
  readonly deletedAt: EpochMs | undefined
  /** Where copies are, and whether each is in sync. Only the primary knows. */
  readonly copies: readonly { readonly region: string; readonly status: string }[]
  readonly rotates: boolean
  /** Such as `rate(30 days)`. */
  readonly schedule: string | undefined
  /** When it was last rotated, or else made. */
  readonly changedAt: EpochMs | undefined
}

/** What the secret's AWSCURRENT names, and nothing else of it. */
export interface CurrentKey {
  /** The id of the public key at CloudFront. */
  readonly keyPairId: string
  readonly kmsKeyId: string | undefined
}

/** A function of Lambda, or one version of it. */
export interface LambdaFunction {
  readonly runtime: string
  readonly architecture: string
  readonly timeoutSeconds: number
  readonly memory: number
  readonly logGroup: string | undefined
  /** The names of its environment variables; never their values. */
  readonly environment: readonly string[]
}

/** A log group of CloudWatch. */
export interface LogGroup {
  readonly name: string
  /** Undefined is for ever. */
  readonly retentionDays: number | undefined
}

/** One way on which a log goes somewhere. */
export interface Delivery {
  /** The name of its source. */
  readonly source: string
  /** Undefined is every field there is by default, paths and queries too. */
  readonly fields: readonly string[] | undefined
}

/** How CloudFront answers for some paths. */
export interface Behaviour {
  /** `*` for the default. */
  readonly path: string
  /** The ids of key groups that sign for it. */
  readonly keyGroups: readonly string[]
  /** Whether accounts sign for it, the old way. */
  readonly trustsAccounts: boolean
  /** Such as `https-only`. */
  readonly protocol: string
  readonly functions: readonly {
    readonly event: string
    readonly arn: string
    readonly includesBody: boolean
  }[]
  readonly realtimeLog: boolean
}

/** A distribution of CloudFront. */
export interface Distribution {
  readonly id: string
  /** Whether all edges have its last change. */
  readonly deployed: boolean
  readonly enabled: boolean
  readonly aliases: readonly string[]
  readonly ipv6: boolean
  /** Such as `http2and3`. */
  readonly httpVersion: string
  /** The lowest that is accepted, such as `TLSv1.2_2021`; undefined where AWS chooses, with its own certificate. */
  readonly tls: string | undefined
  readonly webAcl: string | undefined
  /** Whether it writes the old kind of access log, which holds paths and queries. */
  readonly oldLog: boolean
  /** In the order in which paths are tried; the default last. */
  readonly behaviours: readonly Behaviour[]
}

/** A key group of CloudFront. */
export interface KeyGroup {
  readonly id: string
  readonly name: string
  readonly keyIds: readonly string[]
}

/** A public key at CloudFront. */
export interface PublicKey {
  readonly id: string
  readonly name: string
  readonly createdAt: EpochMs
}

/** A REST API, and that stage of it. */
export interface RestApi {
  readonly id: string
  readonly endpointTypes: readonly string[]
  /** Undefined when it is not deployed. */
  readonly stage:
    | {
        readonly webAcl: string | undefined
        readonly accessLog: boolean
        /** Whether it logs bodies, and with them nonces. */
        readonly logsBodies: boolean
        readonly requestsPerSecond: number | undefined
      }
    | undefined
}

/** A web ACL of WAF. */
export interface WebAcl {
  readonly arn: string
  /** Whether it keeps samples of requests, whose paths hold nonces; of any rule. */
  readonly keepsSamples: boolean
  readonly logs: boolean
  /** Requests that one address may make in five minutes; undefined without such a rule. */
  readonly perAddress: number | undefined
}

/** An alarm of CloudWatch. */
export interface Alarm {
  readonly name: string
  readonly ringing: boolean
}

/** A role of IAM. */
export interface Role {
  readonly maxSessionSeconds: number
}

/** A key of KMS. */
export interface KmsKey {
  /** Such as `Enabled` or `PendingDeletion`. */
  readonly state: string
}
