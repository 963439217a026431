import type { Contender } from '../contenders.ts'

/** The contenders at the edge's real size, in the order in which they are shown. */
export const contenderNames = ['shipped', 'baseline', 'empty'] as const satisfies readonly Contender['name'][]

/** Round trip between the edge and its home Region, in milliseconds. */
export const roundTrip = 20

/**
 * How Lambda treats init, which is not known for Lambda@Edge. `strict`: the quota holds from the first instruction. `burst`:
 * there is none until the runtime asks for its first event.
 */
export const inits = ['strict', 'burst'] as const

/** One way of init. */
export type Init = (typeof inits)[number]

/** A contender, started in one way. */
export interface Start {
  readonly contender: Pick<Contender, 'name' | 'folder'>
  readonly init: Init
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

/** Returns the name under which `Samples` keep a value. */
export function sampleName(contender: Contender['name'], init: Init, what: keyof FirstResponse): string {
  return `${contender} ${init} ${what}`
}
