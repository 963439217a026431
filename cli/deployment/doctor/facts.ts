import type { PhysicalNames } from '../../../infra/physical-names.ts'
import type { Settings } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type {
  Alarm,
  Bucket,
  Delivery,
  Distribution,
  Firewall,
  KeyGroup,
  KeyInForce,
  KmsKey,
  LambdaFunction,
  LogGroup,
  PublicKey,
  RestApi,
  Role,
  Secret,
  Stack,
  Table,
} from '../../ports/aws-resources.ts'

/** One of a thing in each of some Regions; undefined where there is none. */
export type ByRegion<T> = Readonly<Partial<Record<Region, T | undefined>>>

/** What a deployment is meant to be, and when that is looked at. */
export interface Expected {
  readonly settings: Settings
  readonly names: PhysicalNames
  readonly now: EpochMs
}

/** What there is of a deployment, as far as checks ask for it. */
export interface Facts {
  /** All stacks of this deployment that are not deleted, wherever it may have been. */
  readonly stacks: readonly Stack[]
  readonly links: ByRegion<Table>
  readonly answers: ByRegion<Table>
  /** The primary and the copies that should be. */
  readonly secrets: ByRegion<Secret>
  readonly keyInForce: KeyInForce
  readonly publicKeys: readonly PublicKey[]
  readonly keyGroup: KeyGroup | undefined
  /** Signer `kms`: the key in force, in each Region in which it signs. */
  readonly signers: ByRegion<KmsKey>
  readonly distribution: Distribution | undefined
  /** The version that answers links. */
  readonly edgeFunction: LambdaFunction | undefined
  readonly edgeFirewall: Firewall | undefined
  readonly apis: ByRegion<readonly RestApi[]>
  readonly apiFirewalls: ByRegion<Firewall>
  readonly exchangeRoles: ByRegion<Role>
  /** The ways on which logs of the edge stack's Region go somewhere. */
  readonly deliveries: readonly Delivery[]
  readonly edgeLogs: ByRegion<LogGroup>
  readonly alarms: ByRegion<readonly Alarm[]>
  /** Mode `strong`: when the sweeper is called. */
  readonly sweeps: readonly string[]
  readonly content: Bucket | undefined
  readonly hasBus: boolean
  /** The states of what reads the streams of the table. */
  readonly streamReaders: ByRegion<readonly string[]>
}

/** A fact, or why it could not be had. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string }

/** Facts as they were found. */
export type Gathered = { readonly [K in keyof Facts]: Known<Facts[K]> }
