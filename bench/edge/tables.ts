import type { Figures, Row, Samples, Table, Unit } from '../measurement.ts'
import { median, percentile, summarize } from '../statistics.ts'
import {
  type ColdStart,
  type ColdStartFigures,
  type ContenderName,
  contenderNames,
  type Init,
  inits,
  type RoundTrip,
  roundTrips,
  sampleName,
  type What,
} from './experiment.ts'

/** Returns the values of one contender. */
type ValuesOf = (name: ContenderName) => readonly number[]

/** Makes the tables of a run. Without samples, all values are missing, and `note` says why. */
export function edgeTables(samples: Samples, note?: string): readonly Table[] {
  const notes = note === undefined ? [] : [note]
  return [
    { title: titles.strict, columns: contenderNames, rows: coldRows(samples, 'strict'), notes },
    { title: titles.burst, columns: contenderNames, rows: coldRows(samples, 'burst'), notes },
    { title: 'Warm and after idle', columns: contenderNames, rows: warmRows(samples), notes: [...notes, idleNote] },
  ]
}

const titles = {
  strict: 'Cold start, strict: the quota holds from the first instruction',
  burst: 'Cold start, burst: a whole core until the runtime asks for an event',
} as const

const idleNote =
  'p50 and p99 are those of the invocations of all starts. Before an invocation after idle, the store hangs up while ' +
  'the process waits or is frozen. Only responses with a 302 are timed. `empty` calls no store.'

/** Returns the medians that the picture shows. Throws a RangeError if one was not measured. */
export function coldStartFigures(samples: Samples): ColdStartFigures {
  const figureOf = (name: ContenderName, init: Init, roundTrip: RoundTrip): ColdStart => {
    const valuesAt = (what: What) => valuesOf(samples, { init, roundTrip, what })(name)
    const { median: totalMs, min, max } = summarize(valuesAt('totalMs'))
    const [initMs, afterInitMs] = [median(valuesAt('initMs')), median(valuesAt('afterInitMs'))]
    return { totalMs, initMs, afterInitMs, range: [min, max], rounds: valuesAt('totalMs').length }
  }
  return mapped(contenderNames, name =>
    mapped(inits, init => mapped(roundTrips, roundTrip => figureOf(name, init, roundTrip))),
  )
}

/** Returns the figures that have limits, as ratios of medians. */
export function edgeFigures(samples: Samples): Figures {
  const valuesAt = (init: Init, what: What, roundTrip: RoundTrip = 20) => {
    const of = valuesOf(samples, { init, roundTrip, what })
    return (name: ContenderName) => median(of(name))
  }
  const [strict, burst] = [valuesAt('strict', 'totalMs'), valuesAt('burst', 'totalMs')]
  const [afterInit, cpu] = [valuesAt('burst', 'afterInitMs'), valuesAt('strict', 'cpuMs')]
  const ofBare = (what: What, roundTrip: RoundTrip) => {
    const values = valuesAt('burst', what, roundTrip)
    return values('shipped') / values('bare')
  }
  const aboveEmpty = (name: ContenderName) => cpu(name) - cpu('empty')
  return {
    edgeBurstOfBaseline: burst('shipped') / burst('baseline'),
    edgeBurstOfBare: burst('shipped') / burst('bare'),
    edgeAfterInitOfBaseline: afterInit('shipped') / afterInit('baseline'),
    edgeStrictOfBaseline: strict('shipped') / strict('baseline'),
    edgeCpuOfBaseline: aboveEmpty('shipped') / aboveEmpty('baseline'),
    edgeWarmOfBare: ofBare('warmMs', 20),
    edgeFarWarmOfBare: Math.max(ofBare('warmMs', 80), ofBare('warmMs', 200)),
    edgeHungUpOfBare: Math.max(...roundTrips.map(roundTrip => ofBare('hungUpMs', roundTrip))),
    edgeFrozenOfBare: Math.max(...roundTrips.map(roundTrip => ofBare('frozenMs', roundTrip))),
    edgePeakMb: Math.max(...inits.map(init => valuesAt(init, 'peakMb')('shipped'))),
    edgeRefused: sum(refusedOf(samples)('shipped')),
  }
}

function coldRows(samples: Samples, init: Init): readonly Row[] {
  const row = (name: string, unit: Unit, what: What) =>
    rowOf(name, unit, valuesOf(samples, { init, roundTrip: 20, what }))
  const whole = (roundTrip: RoundTrip) =>
    rowOf(
      `process start to first response at ${roundTrip} ms`,
      'ms',
      valuesOf(samples, { init, roundTrip, what: 'totalMs' }),
    )
  return [
    ...roundTrips.map(whole),
    row('at 20 ms, of it until the runtime asks for an event', 'ms', 'initMs'),
    row('at 20 ms, of it from the event to the response', 'ms', 'afterInitMs'),
    row('CPU until the runtime asks for an event', 'ms', 'initCpuMs'),
    row('CPU up to the first response', 'ms', 'cpuMs'),
    row('most resident memory up to the first response', 'MB', 'peakMb'),
  ]
}

function warmRows(samples: Samples): readonly Row[] {
  const at = (what: What) => (roundTrip: RoundTrip) => valuesOf(samples, { init: 'burst', roundTrip, what })
  const p99 = (roundTrip: RoundTrip) => (name: ContenderName) => {
    const values = at('warmMs')(roundTrip)(name)
    return values.length === 0 ? [] : [percentile(values, 99)]
  }
  const idle = (what: What) => (roundTrip: RoundTrip) => withoutEmpty(at(what)(roundTrip))
  const rows = (name: string, of: (roundTrip: RoundTrip) => (name: ContenderName) => readonly number[] | undefined) =>
    roundTrips.map(roundTrip => rowOf(`${name} at ${roundTrip} ms`, 'ms', of(roundTrip)))
  return [
    ...rows('warm invocation, p50', at('warmMs')),
    ...rows('warm invocation, p99', p99),
    rowOf('CPU of a warm invocation at 20 ms', 'ms', at('warmCpuMs')(20)),
    ...rows('after idle', idle('hungUpMs')),
    ...rows('after idle, frozen', idle('frozenMs')),
    rowOf(
      'responses other than 302 after idle',
      'calls',
      withoutEmpty(name => sumOrNone(refusedOf(samples)(name))),
    ),
  ]
}

function rowOf(name: string, unit: Unit, of: (name: ContenderName) => readonly number[] | undefined): Row {
  const [left, right, ...others] = contenderNames.map(of)
  return { name, unit, left, right, others }
}

function withoutEmpty(of: ValuesOf): (name: ContenderName) => readonly number[] | undefined {
  return name => (name === 'empty' ? undefined : of(name))
}

function refusedOf(samples: Samples): ValuesOf {
  return name => roundTrips.flatMap(roundTrip => valuesOf(samples, { init: 'burst', roundTrip, what: 'refused' })(name))
}

function valuesOf(
  samples: Samples,
  { what, ...start }: { readonly init: Init; readonly roundTrip: RoundTrip; readonly what: What },
): ValuesOf {
  return name => samples.of(sampleName({ contender: { name }, ...start }, what))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function sumOrNone(values: readonly number[]): readonly number[] {
  return values.length === 0 ? [] : [sum(values)]
}

function mapped<K extends string | number, V>(keys: readonly K[], value: (key: K) => V): Readonly<Record<K, V>> {
  return Object.fromEntries(keys.map(key => [key, value(key)])) as Record<K, V>
}
