import { type Measured, type Row, Samples, type Unit } from '../measurement.ts'
import { ratio } from '../statistics.ts'
import { alternating, startPair, type Subject, type Workbench } from '../workbench.ts'

/** Redemptions in a batch, by the number in flight: Lambda gives an instance one at a time. */
const batches = [
  { inFlight: 1, count: 1000 },
  { inFlight: 64, count: 2000 },
] as const

const warmUp = 1000

/** Measures CPU, latency and store calls of redemptions, in two processes that alternate. */
export async function measureRedemptions(bench: Workbench): Promise<Measured> {
  await using subjects = await startPair(bench, [bench.shipped, bench.baseline])
  const { pair } = subjects
  for (const subject of pair) {
    const nonces = await bench.issue(subject.contender, warmUp)
    await subject.run({ nonces, inFlight: 1, repeats: 1 }, '302')
    // This warms the store, too: while Java compiles, it takes CPU from the measured process.
    await subject.run({ nonces: await bench.issue(subject.contender, warmUp), inFlight: 64, repeats: 1 }, '302')
  }
  const samples = new Samples()
  for (const subject of alternating(pair, bench.rounds)) await redeem(subject, bench, samples)
  const rows = batches.flatMap(({ inFlight }) => [
    rowOf(samples, cpuName(inFlight), 'µs'),
    rowOf(samples, `p50 of a redemption, ${inFlight} in flight`, 'ms'),
    rowOf(samples, `p99 of a redemption, ${inFlight} in flight`, 'ms'),
  ])
  return {
    table: {
      title: 'Redemptions',
      columns: ['shipped', 'baseline'],
      rows: [...rows, rowOf(samples, callsName, 'calls')],
      notes,
    },
    figures: {
      cpuRatio: ratio(samples.of(`shipped ${cpuName(1)}`), samples.of(`baseline ${cpuName(1)}`)),
      callsPerRedemption: meanOf(samples.of(`shipped ${callsName}`)),
    },
  }
}

const cpuName = (inFlight: number) => `CPU of a redemption, ${inFlight} in flight`
const callsName = 'calls to the store for a redemption'

const notes = [
  'CPU is user and system time of the whole process, its threads included. With 64 in flight, the store is the limit.',
]

async function redeem(subject: Subject, bench: Workbench, samples: Samples): Promise<void> {
  const { name } = subject.contender
  let [calls, redemptions] = [0, 0]
  for (const { inFlight, count } of batches) {
    const nonces = await bench.issue(subject.contender, count)
    await bench.store.calls()
    const { cpuUs, requests, p50Ms, p99Ms } = await subject.run({ nonces, inFlight, repeats: 1 }, '302')
    calls += await storeCalls(bench)
    redemptions += requests
    samples.add(`${name} ${cpuName(inFlight)}`, cpuUs / requests)
    samples.add(`${name} p50 of a redemption, ${inFlight} in flight`, p50Ms)
    samples.add(`${name} p99 of a redemption, ${inFlight} in flight`, p99Ms)
    bench.say(`  ${name}, ${inFlight} in flight: ${(cpuUs / requests).toFixed(0)} µs CPU, p50 ${p50Ms.toFixed(2)} ms`)
  }
  samples.add(`${name} ${callsName}`, calls / redemptions)
}

/** Returns the number of calls to the store since the last count, without reads of the secret and signatures by KMS. */
export async function storeCalls({ store }: Pick<Workbench, 'store'>): Promise<number> {
  const { GetSecretValue: _secret, Sign: _kms, ...calls } = await store.calls()
  return Object.values(calls).reduce((sum, count) => sum + count, 0)
}

/** Makes a row of the samples `shipped NAME` and `baseline NAME`. */
export function rowOf(samples: Samples, name: string, unit: Unit): Row {
  return { name, unit, left: samples.of(`shipped ${name}`), right: samples.of(`baseline ${name}`) }
}

/** Returns the mean, not the median: one extra call in one round must show. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
