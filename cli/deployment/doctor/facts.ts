import type { PhysicalNames } from '../../../infra/placement/physical-names.ts'
import type { Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { Distribution, KeyGroup, PublicKey, WebAcl } from '../../ports/aws-cloudfront.ts'
import type { Alarm, LogDelivery, EventSource, LambdaFunction, LogGroup, RestApi } from '../../ports/aws-resources.ts'
import type { Bucket, KmsKey, ScanPlan, Secret, Table } from '../../ports/aws-data.ts'
import type { DeployedStack as StackDescription, Drift, StackResource } from '../../ports/aws-stacks.ts'
import type { Addresses } from '../../ports/machine.ts'
import type { NamedStack, Reader } from '../names.ts'
import type { Answers } from './answers.ts'
import type { ConstructUse } from './construct-use.ts'

/** A resource per Region; undefined in a Region that should have it but doesn't. */
export type ByRegion<T> = Readonly<Partial<Record<Region, T | undefined>>>

/** What a deployment should be, and the time of the inspection. */
export interface Expected {
  readonly settings: Settings
  readonly names: PhysicalNames
  /** The number of the account. */
  readonly account: string
  readonly now: EpochMs
  /** If a construct in a stack of yours made it. */
  readonly used?: ConstructUse | undefined
  /** Whether CloudFormation compares the stacks with their templates, which takes minutes. @default false */
  readonly comparesDrift?: boolean | undefined
}

/** Whether the distribution is one of yours, to which links and files were added. */
export function isAdded({ used }: Expected): boolean {
  return used?.distribution.prefixes !== undefined
}

/** A stack that exists, perhaps in part. */
export interface DeployedStack extends Omit<StackDescription, 'reason' | 'outputs'> {
  readonly resources: readonly StackResource[]
}

/** What encrypts a table, a secret or a bucket. */
export interface DataKey {
  /** What it encrypts, such as `table once-links in us-east-1`. */
  readonly of: string
  readonly region: Region
  /** Undefined with a key that AWS owns, or if what it should encrypt doesn't exist. */
  readonly key: (KmsKey & { readonly id: string }) | undefined
}

/** What AWS has of a deployment, as far as checks need it. */
export interface Facts {
  /** All stacks of this deployment that are not deleted, in all Regions of `allRegions`. */
  readonly stacks: readonly DeployedStack[]
  /** What differs from the templates, of each stack whose last change ended well. */
  readonly drift: readonly (Drift & NamedStack)[]
  /** The settings with which the stack of us-east-1 was deployed: with a construct in a stack of yours, those that can't be changed freely. */
  readonly deployed: Readonly<Record<string, unknown>> | undefined
  /** Throw-away stacks that `once prove` left. */
  readonly trials: readonly NamedStack[]
  /** The replicas of the links table. */
  readonly links: ByRegion<Table>
  /** The api state tables. */
  readonly apiState: ByRegion<Table>
  /** The primary, and the copies that the settings require. */
  readonly secrets: ByRegion<Secret>
  /** CloudFront's id of the key in the secret. */
  readonly currentKeyId: string
  readonly publicKeys: readonly PublicKey[]
  readonly keyGroup: KeyGroup | undefined
  /** With customer managed keys: the key of each table, copy of the secret, and bucket of files. */
  readonly dataKeys: readonly DataKey[]
  readonly distribution: Distribution | undefined
  /** With a domain of its own: the kinds of addresses that its host has in DNS. */
  readonly host: Addresses
  /** The same of the page for senders. */
  readonly pageHost: Addresses
  /** What the distribution responds now. */
  readonly answers: Answers | undefined
  /** The web ACL that is attached to the distribution, also if it is not the deployment's. */
  readonly webAcl: WebAcl | undefined
  /** Most functions that Lambda runs at once, in each Region in which the edge runs. */
  readonly concurrency: ByRegion<number>
  /** The apis of all Regions, those for tokens among them. */
  readonly apis: readonly (RestApi & { readonly region: Region })[]
  /** The log deliveries of the distribution's Region. */
  readonly logDeliveries: readonly LogDelivery[]
  /** The edge's logs: there is none in a Region until the edge first writes there. */
  readonly edgeLogs: ByRegion<LogGroup>
  readonly alarms: readonly Alarm[]
  /** The bucket of the files, if it is yours; undefined also if it is another account's, which this one can't read. */
  readonly content: Bucket | undefined
  /** With `scan`: GuardDuty's plan for the bucket of the files. */
  readonly scanPlan: ScanPlan | undefined
  /** The policy of the key of the files, as JSON text, if the key is yours; undefined also if it can't be read. */
  readonly contentKey: string | undefined
  /** The functions of `/links`. */
  readonly linksFunctions: ByRegion<LambdaFunction>
  /** The event source mappings of each function that reads something. */
  readonly readers: readonly (Reader & { readonly sources: readonly EventSource[] })[]
}

/** A fact, or the reason why AWS did not return it. */
export type FactResult<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly why: string }

/** All facts, each known or unknown. */
export type CollectedFacts = { readonly [K in keyof Facts]: FactResult<Facts[K]> }
