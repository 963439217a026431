import type { Clock } from '../../shared/time.ts'
import type { CloudFront, WebAcls } from './aws-cloudfront.ts'
import type { Buckets, Kms, Secrets, Tables } from './aws-data.ts'
import type { DeployLocks, Networks, Prerequisites } from './aws-deploy.ts'
import type { Proofs } from './aws-prove.ts'
import type { Events, Functions, Logs, RestApis, Roles, Topics, Watch } from './aws-resources.ts'
import type { Restores } from './aws-restore.ts'
import type { Stacks } from './aws-stacks.ts'
import type { Cdk, WriteTemplates } from './cdk.ts'
import type { Loopback } from './console.ts'
import type { Apis, Disk, HttpClient } from './links.ts'
import type { Dns, Machine, Processes, Programs, Signals } from './machine.ts'

/** The interfaces of commands on links to the outside. A main file passes in the real ones. */
export interface CliPorts {
  readonly aws: Pick<Aws, 'account'>
  readonly apis: Apis
  readonly disk: Disk
  readonly http: HttpClient
  readonly loopback: Loopback
  readonly clock: Clock
  readonly interrupts: Signals
  readonly processes: Processes
  readonly programs: Programs
  /** Returns this number of unpredictable bytes. */
  readonly random: (bytes: number) => Uint8Array
  /** Prints a line of the result, for a person or a program to read. */
  readonly print: (line: string) => void
  /** Prints a line about progress or an error, which is not part of the result. */
  readonly info: (line: string) => void
  /** Replaces the progress line; an empty one clears it. Undefined if there is no terminal. */
  readonly progress: ((line: string) => void) | undefined
  /** Asks a question and resolves to the line that the user types, which is not shown if it is `hidden`. Undefined if there is no terminal. */
  readonly ask: ((question: string, shown?: 'hidden') => Promise<string>) | undefined
}

/** The same for all commands of a clone of the repository. */
export interface ClonePorts extends CliPorts {
  readonly aws: AwsOfLinks
  readonly cdk: Cdk
  readonly templates: WriteTemplates
  readonly dns: Dns
  readonly machine: Machine
}

/** The same for commands on deployments: they may call all of AWS. */
export interface DeploymentPorts extends Omit<ClonePorts, 'aws'> {
  readonly aws: Aws
}

/** What commands on links call of AWS in a clone. */
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
