import { type Measured, Samples } from './measurement.ts'
import { rowOf } from './redemptions.ts'
import { median } from './statistics.ts'
import type { Subject, Workbench } from './workbench.ts'

/** Redemptions after which memory is looked at. */
const marks = [10_000, 20_000] as const

/** Redemptions in one command: few, so that the events made for it weigh nothing. */
const batchSize = 250

/** Resident memory of a process that redeems 20,000 links, one after the other; every round is a process of its own. */
export async function measureMemory(bench: Workbench): Promise<Measured> {
  const samples = new Samples()
  const { shipped, baseline } = bench
  // The baseline needs the better part of a minute, and no limit depends on it: it is watched once.
  for (const contender of bench.rounds === 1 ? [shipped, baseline] : [shipped, baseline, shipped]) {
    await using subjects = new AsyncDisposableStack()
    const subject = subjects.adopt(await bench.startSubject(contender), each => each.close())
    await watch(subject, bench, samples)
  }
  const rows = [startName, ...marks.map(rssName), peakName].map(name => rowOf(samples, name, 'MB'))
  const [early = [], late = []] = marks.map(mark => samples.of(`shipped ${rssName(mark)}`))
  const growth = late.map((value, round) => value / (early[round] ?? NaN))
  return {
    table: { title: 'Memory', columns: ['shipped', 'baseline'], rows, notes },
    figures: { rssMb: median(early), rssGrowth: median(growth) },
  }
}

const startName = 'resident when loaded'
const peakName = 'resident at most'
const rssName = (redemptions: number) => `resident after ${redemptions.toLocaleString('en')} redemptions`

const notes = [
  'MB of 1e6 bytes; one in flight; shipped in two processes, the baseline in one; some 60 MB are Node.js and the bench.',
]

async function watch(subject: Subject, bench: Workbench, samples: Samples): Promise<void> {
  const { name } = subject.contender
  const note = (what: string, bytes: number) => samples.add(`${name} ${what}`, bytes / 1e6)
  note(startName, (await subject.memory()).rss)
  let done = 0
  for (const mark of marks) {
    while (done < mark) {
      const nonces = await bench.issue(subject.contender, Math.min(batchSize, mark - done))
      await subject.run({ nonces, inFlight: 1, repeats: 1 }, '302')
      done += nonces.length
    }
    note(rssName(mark), (await subject.memory()).rss)
  }
  const { rss, maxRss } = await subject.memory()
  note(peakName, maxRss)
  bench.say(`  ${name}: ${(rss / 1e6).toFixed(1)} MB after ${done} redemptions`)
}
