import { type Measured, type Row, Samples, type Unit } from '../measurement.ts'
import { mintNonces } from '../nonces.ts'
import { median, ratio } from '../statistics.ts'
import { alternating, type Subject, type Workbench } from '../workbench.ts'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleShipped } from '../contenders.ts'

/** Requests in flight in a batch: Lambda gives an instance one at a time. */
const single = 1
const many = 64

/**
 * Measures CPU, latency and store calls of `count` redemptions in each batch, after as many to warm up, in two processes that
 * alternate.
 */
export async function measureRedemptions(bench: Workbench, count = 1000): Promise<Measured> {
  await using closing = new AsyncDisposableStack()
  const pair: Subject[] = []
  for (const contender of [bench.shipped, bench.baseline]) {
    pair.push(closing.adopt(await bench.startSubject(contender), each => each.close()))
  }
  for (const subject of pair) {
    // This warms the store, too: while its code is compiled, it takes CPU from the measured process.
    for (const inFlight of [single, many]) await subject.run({ nonces: mintNonces(count, bench.mac), inFlight })
  }
  const samples = new Samples()
  for (const subject of alternating(pair, bench.rounds)) await redeem(subject, { bench, samples, count })
  const rows = [single, many].flatMap(inFlight => [
    rowOf(samples, cpuName(inFlight), 'µs'),
    rowOf(samples, `p50 of a redemption, ${inFlight} in flight`, 'ms'),
    rowOf(samples, `p99 of a redemption, ${inFlight} in flight`, 'ms'),
  ])
  return {
    table: {
      title: 'Redemptions',
      columns: ['shipped', 'baseline'],
      rows: [...rows, rowOf(samples, callsName, 'calls')],
      notes: redemptionNotes,
    },
    figures: {
      cpuRatio: ratio(samples.of(`shipped ${cpuName(single)}`), samples.of(`baseline ${cpuName(single)}`)),
      callsPerRedemption: meanOf(samples.of(`shipped ${callsName}`)),
    },
  }
}

const cpuName = (inFlight: number) => `CPU of a redemption, ${inFlight} in flight`
const callsName = 'calls to the store for a redemption'

const redemptionNotes = [
  'CPU is user and system time of the whole process, its threads included. With 64 in flight, the store is the limit.',
]

async function redeem(
  subject: Subject,
  { bench, samples, count }: { bench: Workbench; samples: Samples; count: number },
): Promise<void> {
  const { name } = subject.contender
  let calls = 0
  let redemptions = 0
  for (const inFlight of [single, many]) {
    const nonces = mintNonces(count, bench.mac)
    await bench.store.calls()
    const { cpuUs, requests, p50Ms, p99Ms } = await subject.run({ nonces, inFlight })
    calls += await storeCalls(bench)
    redemptions += requests
    samples.add(`${name} ${cpuName(inFlight)}`, cpuUs / requests)
    samples.add(`${name} p50 of a redemption, ${inFlight} in flight`, p50Ms)
    samples.add(`${name} p99 of a redemption, ${inFlight} in flight`, p99Ms)
    bench.say(`  ${name}, ${inFlight} in flight: ${(cpuUs / requests).toFixed(0)} µs CPU, p50 ${p50Ms.toFixed(2)} ms`)
  }
  samples.add(`${name} ${callsName}`, calls / redemptions)
}

/** Returns the number of calls to the store since the last count, without reads of the secret. */
async function storeCalls({ store }: Pick<Workbench, 'store'>): Promise<number> {
  const { GetSecretValue: _secret, ...calls } = await store.calls()
  return Object.values(calls).reduce((sum, count) => sum + count, 0)
}

/** Makes a row of the samples `shipped NAME` and `baseline NAME`. */
function rowOf(samples: Samples, name: string, unit: Unit): Row {
  return { name, unit, values: [samples.of(`shipped ${name}`), samples.of(`baseline ${name}`)] }
}

/** Returns the mean, not the median: one extra call in one round must show. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const execute = promisify(execFile)

/** Number of new processes in a round. Their median is its value, because the machine does other things as well. */
const processes = 10

/** Program of each process: only the import, and the clock around it. */
const source = `const startedAt = performance.now()
const before = process.cpuUsage()
await import(process.argv[2])
const ms = performance.now() - startedAt
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000 }))
`

/**
 * Measures how long each bundle takes to load in a new process, as in every new execution environment: its modules, without
 * what the shipped edge prepares when it is loaded.
 */
export async function measureLoad(bench: Workbench): Promise<Measured> {
  const script = join(bench.folder, 'load.mjs')
  writeFileSync(script, source)
  const load = async (file: string) => {
    const { stdout } = await execute(process.execPath, [script, file], { env: bench.env, timeout: 30_000 })
    return JSON.parse(stdout) as { ms: number; cpuMs: number }
  }
  const loaded = join(bench.folder, 'loaded')
  const pair = [await bundleShipped(loaded, 'edge/function-main.ts'), bench.baseline] as const
  for (const { file } of pair) await load(file)
  const samples = new Samples()
  for (let round = 0; round < bench.rounds; round += 1) {
    const all = new Samples()
    for (const { name, file } of alternating(pair, processes)) {
      const { ms, cpuMs } = await load(file)
      all.add(`${name} ${wall}`, ms)
      all.add(`${name} ${cpu}`, cpuMs)
    }
    for (const { name } of pair) {
      for (const what of [wall, cpu]) samples.add(`${name} ${what}`, median(all.of(`${name} ${what}`)))
    }
    bench.say(
      `  loaded in ${pair.map(({ name }) => `${samples.of(`${name} ${wall}`).at(-1)?.toFixed(1)} ms`).join(', ')}`,
    )
  }
  const rows = [rowOf(samples, wall, 'ms'), rowOf(samples, cpu, 'ms')]
  return {
    table: { title: 'Loading the module', columns: ['shipped', 'baseline'], rows, notes: loadNotes },
    figures: { loadRatio: ratio(samples.of(`shipped ${wall}`), samples.of(`baseline ${wall}`)) },
  }
}

const wall = 'import of the bundle'
const cpu = 'CPU of the import'

const loadNotes = [
  `Each round is the median of ${processes} new processes. Neither the start of Node.js itself is included, nor what the shipped edge prepares before its first request.`,
]
