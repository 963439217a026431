import type { Region } from '../../shared/regions.ts'
import type { Clock } from '../../shared/time.ts'
import type { Distribution, KeyGroup, PublicKey } from './aws-cloudfront.ts'
import type {
  Alarm,
  Bucket,
  CurrentKey,
  DeployedStack,
  LogDelivery,
  Drift,
  KmsKey,
  LogGroup,
  RestApi,
  Secret,
  Stack,
  StackResource,
  Table,
  WebAcl,
  Functions,
} from './aws-resources.ts'
import type { DeployLocks, Networks, Prerequisites } from './aws-deploy.ts'
import type { Proofs } from './aws-prove.ts'
import type { Restores } from './aws-restore.ts'
import type { Signers } from './aws-signer.ts'
import type { Cdk } from './cdk.ts'
import type { Loopback } from './console.ts'
import type { Dns, Machine, Processes, Signals, Programs } from './machine.ts'
import type { Apis, Disk, HttpClient, Uploads } from './links.ts'

/** The interfaces of the commands to the outside. `main.ts` passes in the real ones. */
export interface Ports {
  readonly aws: AwsOfLinks
  readonly cdk: Cdk
  readonly apis: Apis
  readonly uploads: Uploads
  readonly disk: Disk
  readonly http: HttpClient
  readonly dns: Dns
  readonly loopback: Loopback
  readonly clock: Clock
  readonly interrupts: Signals
  readonly processes: Processes
  readonly machine: Machine
  readonly programs: Programs
  /** Returns this number of unpredictable bytes. */
  readonly random: (bytes: number) => Uint8Array
  /** Prints a line of the result, for a person or a program to read. */
  readonly print: (line: string) => void
  /** Prints a line about progress or an error, which is not part of the result. */
  readonly info: (line: string) => void
  /** Replaces the progress line; an empty one clears it. Undefined if there is no terminal. */
  readonly progress: ((line: string) => void) | undefined
  /** Asks a question and resolves to the line that the user types. Undefined if there is no terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined
}

/** The same for commands on deployments: they may call all of AWS. */
export interface DeploymentPorts extends Omit<Ports, 'aws'> {
  readonly aws: Aws
}

/** What commands on links call of AWS. */
export interface AwsOfLinks extends Pick<Aws, 'account'> {
  readonly restApis: Pick<RestApis, 'named'>
  /** Loads the other services. */
  all(): Promise<Aws>
}

/**
 * All calls of the commands to AWS. Each returns undefined, or an empty list, for what doesn't exist, and rejects if AWS does
 * not respond or refuses. Removing what no longer exists succeeds.
 */
export interface Aws {
  /** Returns the number of the account of the credentials. */
  account(): Promise<string>
  readonly stacks: Stacks
  readonly prerequisites: Prerequisites
  readonly deployLocks: DeployLocks
  readonly networks: Networks
  readonly tables: Tables
  readonly buckets: Buckets
  readonly secrets: Secrets
  readonly signers: Signers
  readonly functions: Functions
  readonly logs: Logs
  readonly cloudfront: CloudFront
  readonly restApis: RestApis
  readonly webAcls: WebAcls
  readonly watch: Watch
  readonly events: Events
  readonly topics: Topics
  readonly roles: Roles
  readonly kms: Kms
  readonly restores: Restores
  readonly proofs: Proofs
}

/** Stacks of CloudFormation. */
export interface Stacks {
  /** Returns all stacks of a Region, also of other deployments and those deleted in the last 90 days. */
  all(region: Region): Promise<readonly Stack[]>
  /** Returns the stack of this name that is not deleted. */
  describe(name: string, region: Region): Promise<DeployedStack | undefined>
  /** Reads the stack again, also if it is deleted. */
  again(stack: Stack): Promise<Stack>
  resources(stack: Stack): Promise<readonly StackResource[]>
  /** Compares the resources with the template, as far as CloudFormation can, which may take minutes. */
  drift(stack: Stack): Promise<Drift>
  /** Returns the template as it was uploaded, as JSON text. */
  template(stack: Stack): Promise<string>
  /** Whether a creation or an update of the stack ever ended well. */
  wasComplete(stack: Stack): Promise<boolean>
  /** Turns termination protection on. */
  protect(stack: Stack): Promise<void>
  /** Turns termination protection off. */
  unprotect(stack: Stack): Promise<void>
  /** Goes on with an update's rollback that failed. */
  continueRollback(stack: Stack): Promise<void>
  /** Rolls a failed creation or update back that CloudFormation left as it was. */
  rollBack(stack: Stack): Promise<void>
  /** Starts the deletion; `again` shows its progress. */
  remove(stack: Stack): Promise<void>
}

/** Tables of DynamoDB. */
export interface Tables {
  describe(name: string, region: Region): Promise<Table | undefined>
  /** Turns deletion protection off. */
  unprotect(name: string, region: Region): Promise<void>
  /** Returns the names of all tables that begin like this. */
  named(prefix: string, region: Region): Promise<readonly string[]>
  remove(name: string, region: Region): Promise<void>
}

/** Buckets of S3. */
export interface Buckets {
  /** Returns the names of all buckets of the account. */
  names(): Promise<readonly string[]>
  describe(name: string, region: Region): Promise<Bucket | undefined>
  /** Deletes some object versions or unfinished uploads; returns how many, 0 if the bucket is empty or doesn't exist. */
  emptySome(name: string, region: Region): Promise<number>
}

/** Secrets of Secrets Manager. */
export interface Secrets {
  describe(name: string, region: Region): Promise<Secret | undefined>
  /** Returns the key that AWSCURRENT names. Rejects if the secret is malformed, without repeating any of it. */
  currentKey(name: string, region: Region): Promise<CurrentKey>
  /** Deletes it at once, with its copies, instead of after a month. */
  remove(name: string, region: Region): Promise<void>
}

/** Logs of CloudWatch. */
export interface Logs {
  /** Returns the log groups whose names have this prefix. */
  groups(prefix: string, region: Region): Promise<readonly LogGroup[]>
  removeGroup(name: string, region: Region): Promise<void>
  /** Returns all deliveries of logs. */
  deliveries(region: Region): Promise<readonly LogDelivery[]>
}

/** CloudFront, a global service. */
export interface CloudFront {
  distribution(id: string): Promise<Distribution | undefined>
  /** Returns the ids of the distributions with this comment. */
  distributionsCalled(comment: string): Promise<readonly string[]>
  keyGroup(name: string): Promise<KeyGroup | undefined>
  /** Returns all public keys of the account, also of other deployments. */
  publicKeys(): Promise<readonly PublicKey[]>
}

/** REST APIs of API Gateway. */
export interface RestApis {
  /** Returns all APIs with this name: names are not unique. */
  named(name: string, region: Region): Promise<readonly RestApi[]>
  /** Returns the ARN of the role by which all APIs of the account write logs in a Region. */
  logRole(region: Region): Promise<string | undefined>
}

/** Web ACLs of WAF. */
export interface WebAcls {
  /** Whether there is one of this name for distributions. */
  exists(name: string): Promise<boolean>
  /** Returns the web ACL of a distribution by its ARN. */
  at(arn: string): Promise<WebAcl | undefined>
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

/** Keys of KMS. */
export interface Kms {
  describe(keyId: string, region: Region): Promise<KmsKey | undefined>
  /** Returns the policy of a key, as JSON text. */
  policy(keyId: string, region: Region): Promise<string | undefined>
  /** Deletes the key in a week. Until then the deletion can be cancelled, and the key costs nothing. */
  scheduleDeletion(keyId: string, region: Region): Promise<void>
}
