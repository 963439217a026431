import type { Region } from '../../shared/regions.ts'
import type { Clock } from '../../shared/time.ts'
import type {
  Alarm,
  Bucket,
  Delivery,
  Distribution,
  WebAcl,
  KeyGroup,
  CurrentKey,
  KmsKey,
  LambdaFunction,
  LogGroup,
  PublicKey,
  RestApi,
  Role,
  Secret,
  Stack,
  StackResource,
  Table,
} from './aws-resources.ts'
import type { Apis, Disk, Uploads, HttpClient } from './links.ts'

/** What the commands work with. `main.ts` hands in the real ones. */
export interface Ports {
  readonly aws: Aws
  readonly apis: Apis
  readonly uploads: Uploads
  readonly disk: Disk
  readonly web: HttpClient
  readonly clock: Clock
  readonly interrupts: Signals
  /** So many bytes that nobody can foresee. */
  readonly random: (bytes: number) => Uint8Array
  /** One line for whoever reads the outcome. */
  readonly print: (line: string) => void
  /** One line about what is going on, which is no part of the outcome. */
  readonly info: (line: string) => void
  /** One line that takes the place of the one before, empty when it is over; undefined where nobody watches. */
  readonly progress: ((line: string) => void) | undefined
}

/** Whoever sits before it wants it to end, by Ctrl-C say. */
export interface Signals {
  /** From now on the first such wish ends nothing by itself, but aborts what this gives; the second ends the process. */
  abortOnInterrupt(): AbortSignal
}

/**
 * Everything the commands ask of AWS. Each call gives undefined, or an empty list, for what isn't there, and rejects when
 * AWS gives no answer or refuses one. What removes something that is gone already has done its work.
 */
export interface Aws {
  /** The number of the account whose credentials are used. */
  account(): Promise<string>
  readonly stacks: Stacks
  readonly tables: Tables
  readonly buckets: Buckets
  readonly secrets: Secrets
  readonly functions: Functions
  readonly logs: Logs
  readonly cloudfront: CloudFront
  readonly restApis: RestApis
  readonly firewalls: Firewalls
  readonly watch: Watch
  readonly events: Events
  readonly roles: Roles
  readonly kms: Kms
}

/** Stacks of CloudFormation. */
export interface Stacks {
  /** Every stack of a Region, of others too; those that were deleted in the last 90 days as well. */
  all(region: Region): Promise<readonly Stack[]>
  /** The stack as it is now, deleted or not. */
  again(stack: Stack): Promise<Stack>
  resources(stack: Stack): Promise<readonly StackResource[]>
  unprotect(stack: Stack): Promise<void>
  /** Begins to delete it; `again` tells how that goes. */
  remove(stack: Stack): Promise<void>
}

/** Tables of DynamoDB. */
export interface Tables {
  describe(name: string, region: Region): Promise<Table | undefined>
  unprotect(name: string, region: Region): Promise<void>
}

/** Buckets of S3. */
export interface Buckets {
  /** The names of all buckets of the account. */
  names(): Promise<readonly string[]>
  describe(name: string, region: Region): Promise<Bucket | undefined>
  /** Deletes some of what a bucket holds, in all versions; gives how much, and 0 when it was empty or not there. */
  emptySome(name: string, region: Region): Promise<number>
}

/** Secrets of Secrets Manager. */
export interface Secrets {
  describe(name: string, region: Region): Promise<Secret | undefined>
  /** What AWSCURRENT names. Rejects, without repeating any of it, when the secret isn't as it should be. */
  keyInForce(name: string, region: Region): Promise<CurrentKey>
  /** Deletes it now, with its copies, and not after a month. */
  remove(name: string, region: Region): Promise<void>
}

/** Functions of Lambda. */
export interface Functions {
  /** @param version a number. @default the unpublished one */
  describe(name: string, region: Region, version?: string): Promise<LambdaFunction | undefined>
  /** The states of what reads a stream for it. */
  readers(name: string, region: Region): Promise<readonly string[]>
  /** `replicated` while CloudFront has copies of it, which takes hours to end. */
  remove(name: string, region: Region): Promise<'removed' | 'replicated'>
}

/** Logs of CloudWatch. */
export interface Logs {
  /** The log groups whose names begin so. */
  groups(prefix: string, region: Region): Promise<readonly LogGroup[]>
  removeGroup(name: string, region: Region): Promise<void>
  /** All ways on which logs go somewhere. */
  deliveries(region: Region): Promise<readonly Delivery[]>
}

/** CloudFront, which is in no Region. */
export interface CloudFront {
  distribution(id: string): Promise<Distribution | undefined>
  /** The ids of those whose comment is this. */
  distributionsCalled(comment: string): Promise<readonly string[]>
  keyGroup(name: string): Promise<KeyGroup | undefined>
  /** Every public key of the account, of others too. */
  publicKeys(): Promise<readonly PublicKey[]>
}

/** REST APIs of API Gateway. */
export interface RestApis {
  /** Those of this name: names are not unique. */
  named(name: string, region: Region): Promise<readonly RestApi[]>
}

/** Web ACLs of WAF. */
export interface Firewalls {
  /** Those of distributions are kept in us-east-1. */
  named(name: string, scope: 'CLOUDFRONT' | 'REGIONAL', region: Region): Promise<WebAcl | undefined>
}

/** Alarms and dashboards of CloudWatch. */
export interface Watch {
  /** Those of these names that there are. */
  alarms(names: readonly string[], region: Region): Promise<readonly Alarm[]>
  hasDashboard(name: string): Promise<boolean>
}

/** EventBridge. */
export interface Events {
  hasBus(name: string, region: Region): Promise<boolean>
  /** The schedules on which a function is called now. */
  schedulesOf(functionArn: string, region: Region): Promise<readonly string[]>
}

/** Roles of IAM, which is in no Region. */
export interface Roles {
  describe(name: string): Promise<Role | undefined>
}

/** Keys of KMS. */
export interface Kms {
  describe(keyId: string, region: Region): Promise<KmsKey | undefined>
  /** In a week; until then it can be had back, and costs nothing. */
  scheduleDeletion(keyId: string, region: Region): Promise<void>
}
