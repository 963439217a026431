import type { Contender } from '../contenders.ts'
import type { Figures, Row, Samples, Table, Unit } from '../measurement.ts'
import { median } from '../statistics.ts'

/** The contenders at the edge's real size, in the order in which they are shown. */
const contenderNames = ['shipped', 'baseline', 'empty'] as const satisfies readonly Contender['name'][]

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

/** Makes the tables of a run. */
export function edgeTables(samples: Samples): readonly Table[] {
  return inits.map(init => ({ title: titles[init], columns: contenderNames, rows: coldRows(samples, init), notes: [] }))
}

const titles = {
  strict: 'Cold start, strict: the quota holds from the first instruction',
  burst: 'Cold start, burst: a whole core until the runtime asks for an event',
} as const

/** Returns the figures that have limits, as ratios of medians. */
export function edgeFigures(samples: Samples): Figures {
  const valueOf = (init: Init, what: keyof FirstResponse) => (name: Contender['name']) =>
    median(samples.of(sampleName(name, init, what)))
  const strict = valueOf('strict', 'totalMs')
  const burst = valueOf('burst', 'totalMs')
  const afterInit = valueOf('burst', 'afterInitMs')
  const cpu = valueOf('strict', 'cpuMs')
  const aboveEmpty = (name: Contender['name']) => cpu(name) - cpu('empty')
  return {
    edgeBurstOfBaseline: burst('shipped') / burst('baseline'),
    edgeAfterInitOfBaseline: afterInit('shipped') / afterInit('baseline'),
    edgeStrictOfBaseline: strict('shipped') / strict('baseline'),
    edgeCpuOfBaseline: aboveEmpty('shipped') / aboveEmpty('baseline'),
    edgePeakMb: Math.max(...inits.map(init => valueOf(init, 'peakMb')('shipped'))),
  }
}

function coldRows(samples: Samples, init: Init): readonly Row[] {
  const row = (name: string, unit: Unit, what: keyof FirstResponse): Row => {
    return { name, unit, values: contenderNames.map(contender => samples.of(sampleName(contender, init, what))) }
  }
  return [
    row(`process start to first response at ${roundTrip} ms`, 'ms', 'totalMs'),
    row('of it until the runtime asks for an event', 'ms', 'initMs'),
    row('of it from the event to the response', 'ms', 'afterInitMs'),
    row('CPU until the runtime asks for an event', 'ms', 'initCpuMs'),
    row('CPU up to the first response', 'ms', 'cpuMs'),
    row('most resident memory up to the first response', 'MB', 'peakMb'),
  ]
}
