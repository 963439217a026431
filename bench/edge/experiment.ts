import type { LinkItem } from '../../shared/link-item.ts'
import type { Link } from '../../shared/link.ts'
import type { Nonce } from '../../shared/nonce.ts'

/** The contenders at the edge's real size, in the order in which they are shown. */
export const contenderNames = ['shipped', 'baseline', 'seed', 'empty', 'bare'] as const

/** Name of a contender. */
export type ContenderName = (typeof contenderNames)[number]

/** Round trips between the edge and its home Region, in milliseconds. */
export const roundTrips = [20, 80, 200] as const

/** A round trip in milliseconds. */
export type RoundTrip = (typeof roundTrips)[number]

/**
 * How Lambda treats init, which is not known for Lambda@Edge. `strict`: the quota holds from the first instruction. `burst`:
 * there is none until the runtime asks for its first event.
 */
export const inits = ['strict', 'burst'] as const

/** One way of init. */
export type Init = (typeof inits)[number]

/** A function that one start runs under AWS's runtime client. */
export interface EdgeContender {
  readonly name: ContenderName
  /** Working folder of the runtime, as Lambda's `/var/task`. */
  readonly folder: string
  /** Lambda's setting, such as `index.handler`. */
  readonly handler: string
  /** Table of its links; it exists even if it stays empty. */
  readonly table: string
  /** Variables beside those that all contenders get. */
  readonly env?: Readonly<Record<string, string>>
  /** Returns the item in which it finds a link; undefined if it needs none. */
  itemOf(minted: { readonly nonce: Nonce; readonly link: Link }): LinkItem | undefined
  /** Makes the event for a viewer who opens the link. */
  eventOf(nonce: string): object
  /** Returns whether the response gives the viewer the object: a 302. */
  isGranted(response: unknown): boolean
}

/** A contender at one distance, started in one way. */
export interface Start {
  readonly contender: EdgeContender
  readonly init: Init
  readonly roundTrip: RoundTrip
}

/** What a cold start takes until the first response. */
export interface FirstResponse {
  /** From the process's start until its runtime asks for an event. */
  readonly initMs: number
  /** From the event to the response. */
  readonly afterInitMs: number
  readonly totalMs: number
  readonly initCpuMs: number
  /** CPU of init and of the first invocation. */
  readonly cpuMs: number
  /** Most resident memory so far, in MB of 1e6 bytes. */
  readonly peakMb: number
}

/** Start without what is needed to run it. */
export type StartId = Pick<Start, 'init' | 'roundTrip'> & { readonly contender: Pick<EdgeContender, 'name'> }

/** Everything that a start measures, besides the parts of its first response. */
export type What =
  | keyof FirstResponse
  /** Duration of each warm invocation. */
  | 'warmMs'
  /** CPU of a warm invocation, with the runtime's own and that of the pause. */
  | 'warmCpuMs'
  /** Duration of an invocation after the store hung up: while the process ran, or was frozen. */
  | 'hungUpMs'
  | 'frozenMs'
  /** 1 for each of these two that did not grant the viewer the object, otherwise 0. */
  | 'refused'

/** Returns the name under which `Samples` keep a value. */
export function sampleName({ contender, init, roundTrip }: StartId, what: What): string {
  return `${contender.name} ${init} ${roundTrip} ${what}`
}

/** A cold start, as medians in milliseconds. The parts needn't add up to the median of the whole. */
export interface ColdStart {
  /** From the process's start to the first response. */
  readonly totalMs: number
  /** From the process's start until the runtime asks for its first event. */
  readonly initMs: number
  /** From the event to the response. */
  readonly afterInitMs: number
  /** Lowest and highest `totalMs` of the rounds. */
  readonly range: readonly [low: number, high: number]
  /** Number of rounds. */
  readonly rounds: number
}

/** What the picture shows. */
export type ColdStartFigures = Readonly<
  Record<ContenderName, Readonly<Record<Init, Readonly<Record<RoundTrip, ColdStart>>>>>
>
