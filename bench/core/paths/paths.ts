import { join } from 'node:path'
import { bundleBaseline, bundleShipped, type Contender } from '../../contenders.ts'
import { type Figures, type Measured, type Row, Samples } from '../../measurement.ts'
import { meanOf, rowOf, storeCalls } from '../redemptions.ts'
import { ratio } from '../../statistics.ts'
import type { FunctionResponse } from '../../subject.ts'
import { region } from '../../store/store.ts'
import { alternating, sectionTables, startPair, type Subject, type Workbench } from '../../workbench.ts'
import { kmsKeyId, kmsSecretName } from '../../store/kms.ts'
import { type Path, paths, type Step } from './path.ts'

/** Links in a batch: fewer where each takes KMS 10 ms. */
const [usualLinks, kmsLinks] = [200, 60]

/** Batches that don't count. */
const warmUpBatches = 2

/** Measures all requests of viewers but plain redemptions, and the exchange. */
export async function measurePaths(bench: Workbench): Promise<Measured> {
  return measureBatches(bench, ({ shipped }) => (shipped === 'edge with KMS' ? kmsLinks : usualLinks))
}

/** Measures all paths; `linksOf` returns the number of links in a batch. Rejects if a response is not as expected. */
export async function measureBatches(bench: Workbench, linksOf: (path: Path) => number): Promise<Measured> {
  const samples = new Samples()
  const contendersOf = await bundlePaths(bench)
  for (const path of paths) {
    await using subjects = await startPair(bench, contendersOf(path))
    const use = (subject: Subject, kept: Samples) =>
      usePath(path, { subject, bench, samples: kept, count: linksOf(path) })
    for (const subject of alternating(subjects.pair, warmUpBatches)) await use(subject, new Samples())
    for (const subject of alternating(subjects.pair, bench.rounds)) await use(subject, samples)
  }
  const steps = paths.flatMap(path => path.steps)
  const rows = steps.flatMap(step => rowsOf(step, samples))
  return {
    table: { title: 'Other paths', columns: ['shipped', 'baseline'], rows, notes },
    figures: figuresOf(steps, samples),
  }
}

const cpuName = ({ name }: Step) => `CPU: ${name}`
const p50Name = ({ name }: Step) => `p50: ${name}`
const callsName = ({ name }: Step) => `calls to the store: ${name}`

const notes = [
  'One request is in flight. The baseline is [written as the AWS documentation shows](baseline/paths.ts). Links to confirm keep a receipt, as they do by default: the one call of our confirmation page also counts the request, that of the baseline only reads. The exchange uses the SDK on both sides.',
]

function rowsOf(step: Step, samples: Samples): readonly Row[] {
  return [
    rowOf(samples, cpuName(step), 'µs'),
    rowOf(samples, p50Name(step), 'ms'),
    rowOf(samples, callsName(step), 'calls'),
  ]
}

function figuresOf(steps: readonly Step[], samples: Samples): Figures {
  const cpuRatio = (figure: Step['figure']) => {
    const names = steps.filter(step => step.figure === figure).map(cpuName)
    return Math.max(...names.map(name => ratio(samples.of(`shipped ${name}`), samples.of(`baseline ${name}`))))
  }
  return {
    pathCpuRatio: cpuRatio('pathCpuRatio'),
    pageCpuRatio: cpuRatio('pageCpuRatio'),
    exchangeCpuRatio: cpuRatio('exchangeCpuRatio'),
    callsPerPath: meanOf(steps.flatMap(step => samples.of(`shipped ${callsName(step)}`))),
  }
}

/** Returns what makes the two contenders of a path. The baseline has a function for each. */
async function bundlePaths({ folder }: Workbench): Promise<(path: Path) => readonly [Contender, Contender]> {
  const [bucket, table] = ['content', sectionTables.shippedPaths]
  const bundle = (name: string, settings: Parameters<typeof bundleShipped>[2]) =>
    bundleShipped(join(folder, `paths-${name}`), table, settings)
  const baseline = await bundleBaseline(join(folder, 'paths-baseline'), sectionTables.baselinePaths, {
    entry: 'paths.ts',
    kmsKeyId,
    bucket,
  })
  const shipped = {
    edge: await bundle('edge', {}),
    'edge with KMS': await bundle('kms', { secretName: kmsSecretName, signer: 'kms' }),
    exchange: await bundle('exchange', {
      entry: 'api/exchange-main.ts',
      env: { BUCKET: bucket, BUCKET_REGION: region },
    }),
  }
  return path => [shipped[path.shipped], { ...baseline, handler: path.baseline }]
}

interface Use {
  readonly subject: Subject
  readonly bench: Workbench
  readonly samples: Samples
  /** Number of links. */
  readonly count: number
}

/** Issues links and sends each step's requests for all of them, step after step. */
async function usePath({ links, steps }: Path, { subject, bench, samples, count }: Use): Promise<void> {
  const { name } = subject.contender
  const nonces = await bench.issue(subject.contender, count, links)
  let earlier: readonly FunctionResponse[] = nonces.map(() => ({}))
  for (const step of steps) {
    const events = nonces.map((nonce, index) => step.eventOf(nonce, earlier[index] ?? {}))
    await bench.store.calls()
    const { cpuUs, p50Ms, responses } = await subject.run({ events, inFlight: 1, repeats: 1 }, step.status)
    const calls = await storeCalls(bench)
    if (!responses.every((response, index) => step.isComplete(response, earlier[index] ?? {})))
      throw new Error(`${step.name}: a response of ${name} lacks what its client needs`)
    earlier = responses
    samples.add(`${name} ${cpuName(step)}`, cpuUs / count)
    samples.add(`${name} ${p50Name(step)}`, p50Ms)
    samples.add(`${name} ${callsName(step)}`, calls / count)
    bench.say(`  ${name}, ${step.name}: ${(cpuUs / count).toFixed(0)} µs CPU, p50 ${p50Ms.toFixed(2)} ms`)
  }
}
