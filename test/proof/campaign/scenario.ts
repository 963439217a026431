import type { Bind } from '../../../shared/link.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Campaign } from './arrivals.ts'
import type { TableLimits } from './throughput.ts'

/** A Region in which the edge runs. */
export interface EdgeRegion {
  readonly region: Region
  /** Share of all viewers that are near it. */
  readonly share: number
  /** Round trip to each Region of the table, in milliseconds. */
  readonly roundTrips: Readonly<Partial<Record<Region, number>>>
}

/** Lambda's limits for the edge in one Region. */
export interface LambdaLimits {
  /** Environments at the same time, each with one request at a time. */
  readonly concurrency: number
  /** Requests a second. */
  readonly perSecond: number
  /** New environments in ten seconds. */
  readonly newInTenSeconds: number
}

/** A campaign: links, limits, viewers and faults. Rates are those of AWS; a sample scales them. */
export interface CampaignScenario {
  readonly name: string
  readonly campaign: Campaign
  readonly mode: 'home' | 'strong'
  /** Regions of the table. The first is the home of all links. */
  readonly homeRegions: readonly [Region, ...Region[]]
  readonly receipt: boolean
  /** Links are bound in turn to these. Viewers of a link that is bound to its client come from another address each time. */
  readonly binds: readonly [Bind, ...Bind[]]
  readonly signer: 'secret' | 'kms'
  /** Life of a capability, in seconds. */
  readonly urlSeconds: number
  readonly edges: readonly EdgeRegion[]
  readonly table: TableLimits
  readonly lambda: LambdaLimits
  /** Signatures a second of KMS, and secrets a second of Secrets Manager, in one Region. */
  readonly kmsPerSecond: number
  readonly secretsPerSecond: number
  readonly durations: Durations
  readonly viewers: ViewerMix
  /** Share of all responses of the store that are lost. */
  readonly lostResponses: number
}

/** Durations in milliseconds. */
export interface Durations {
  /** What the function adds to a request in a warm environment. */
  readonly warm: number
  /** Start of an environment until its first request. */
  readonly cold: number
  /** What the store takes for a request without load, and at its limit. */
  readonly store: number
  readonly storeAtLimit: number
  readonly kms: number
  readonly secret: number
  /** Idle time after which Lambda ends an environment. */
  readonly idle: number
}

/** Who opens links. */
export interface ViewerMix {
  /** Share of links that a program opens; people open the others. */
  readonly programs: number
  /** Share of links that a second viewer opens too. */
  readonly forwarded: number
  /** Share of failures after which a person gives up. Programs never do. */
  readonly givingUp: number
}
