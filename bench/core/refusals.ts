import { type Measured, Samples } from '../measurement.ts'
import { mintUnknown, type UnknownKind, unknownKinds } from '../nonces.ts'
import { rowOf, storeCalls } from './redemptions.ts'
import { ratio } from '../statistics.ts'
import type { Run } from '../subject.ts'
import { alternating, startPair, type Subject, type Workbench } from '../workbench.ts'

/** Kinds of refused nonces: unknown ones, and those of used links. */
type Kind = UnknownKind | 'spent'

const kinds: readonly Kind[] = [...unknownKinds, 'spent']

/** Status that each must send. The baseline can't distinguish the kinds: to it, all are missing items. */
const expected = {
  shipped: { forged: '404', malformed: '404', expired: '403', spent: '403' },
  baseline: { forged: '403', malformed: '403', expired: '403', spent: '403' },
} as const

/** Nonces of one kind in a batch, and requests for each if the store isn't called: enough to measure. */
const [count, repeatsWithoutStore] = [500, 100]

/** Rounds that don't count: a refusal is so short that Node.js has compiled all of it only after some 100,000. */
const warmUpRounds = 2

/** Measures refusals per second of CPU, and the calls to the store of each. */
export async function measureRefusals(bench: Workbench): Promise<Measured> {
  await using subjects = await startPair(bench, [bench.shipped, bench.baseline])
  const { pair } = subjects
  const [samples, warmUp] = [new Samples(), new Samples()]
  for (const subject of alternating(pair, warmUpRounds)) await refuseAllKinds(subject, bench, warmUp)
  for (const subject of alternating(pair, bench.rounds)) await refuseAllKinds(subject, bench, samples)
  const [rates, calls] = [kinds.map(rateName), kinds.map(callsName)]
  const unknownCalls = unknownKinds.flatMap(kind => samples.of(`shipped ${callsName(kind)}`))
  return {
    table: {
      title: 'Refusals',
      columns: ['shipped', 'baseline'],
      rows: [
        ...rates.map(name => rowOf(samples, name, 'per CPU second')),
        ...calls.map(name => rowOf(samples, name, 'calls')),
      ],
      notes: ['A CPU second is one second of one core. Higher is better.'],
    },
    figures: {
      forgedCpuRatio: ratio(samples.of(`baseline ${rateName('forged')}`), samples.of(`shipped ${rateName('forged')}`)),
      callsOfUnknown: unknownCalls.reduce((sum, value) => sum + value, 0),
    },
  }
}

const rateName = (kind: Kind) => `${kind} nonces refused`
const callsName = (kind: Kind) => `calls to the store for a nonce that is ${kind}`

async function refuseAllKinds(subject: Subject, bench: Workbench, samples: Samples): Promise<void> {
  const { name } = subject.contender
  const rates: string[] = []
  for (const kind of kinds) {
    const { run, calls } = await refuse(subject, bench, kind)
    const perSecond = run.requests / (run.cpuUs / 1e6)
    samples.add(`${name} ${rateName(kind)}`, perSecond)
    samples.add(`${name} ${callsName(kind)}`, calls / run.requests)
    rates.push(`${kind} ${perSecond.toFixed(0)}`)
  }
  bench.say(`  ${name}, refused per CPU second: ${rates.join(', ')}`)
}

async function refuse(subject: Subject, bench: Workbench, kind: Kind): Promise<{ run: Run; calls: number }> {
  const { name } = subject.contender
  const nonces = kind === 'spent' ? await useLinks(subject, bench) : mintUnknown(kind, count, bench.mac)
  const repeats = name === 'shipped' && kind !== 'spent' ? repeatsWithoutStore : 1
  await bench.store.calls()
  const run = await subject.run({ nonces, inFlight: 1, repeats }, expected[name][kind])
  return { run, calls: await storeCalls(bench) }
}

/** Issues and redeems links. Returns their nonces. */
async function useLinks(subject: Subject, bench: Workbench): Promise<readonly string[]> {
  const nonces = await bench.issue(subject.contender, count)
  await subject.run({ nonces, inFlight: 8, repeats: 1 }, '302')
  return nonces
}
