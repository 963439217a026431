import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { endingWithBench } from './child.ts'
import { bundleTool } from './contenders.ts'
import { type Measured, Samples } from './measurement.ts'
import type { Resident } from './memory-subject.ts'
import { rowOf } from './redemptions.ts'
import { median } from './statistics.ts'
import type { Workbench } from './workbench.ts'

/** Redemptions after which memory is looked at: in every process the first, in the last one all. */
const [early, later, latest] = [10_000, 20_000, 30_000]

/**
 * Resident memory of processes that redeem links, one after the other, and do nothing else. What V8 takes differs from
 * process to process, so there is one a round, and the last goes on to show that it doesn't grow for ever.
 */
export async function measureMemory(bench: Workbench): Promise<Measured> {
  const samples = new Samples()
  const tool = await bundleTool('memory-subject', bench.folder)
  for (let round = 1; round <= bench.rounds; round += 1) {
    const marks = round === bench.rounds ? [early, later, latest] : [early]
    const residents = await watch('shipped', { bench, tool, marks })
    for (const { openings, rss } of residents) samples.add(`shipped ${nameOf(openings)}`, rss / megabyte)
    samples.add(`shipped ${peakName}`, peakOf(residents))
    bench.say(`  shipped: ${residents.map(({ rss }) => (rss / megabyte).toFixed(1)).join(', ')} MB`)
  }
  // No limit depends on the baseline, and it is slow: once, and not far.
  const residents = await watch('baseline', { bench, tool, marks: [early] })
  for (const { openings, rss } of residents) samples.add(`baseline ${nameOf(openings)}`, rss / megabyte)
  samples.add(`baseline ${peakName}`, peakOf(residents))
  const names = [...[0, early, later, latest].map(nameOf), peakName]
  const rows = names.map(name => rowOf(samples, name, 'MB'))
  const after = (openings: number) => median(samples.of(`shipped ${nameOf(openings)}`))
  return {
    table: { title: 'Memory', columns: ['shipped', 'baseline'], rows, notes },
    figures: { rssMb: after(early), rssGrowth: after(latest) / after(later) },
  }
}

const megabyte = 1e6

const nameOf = (openings: number) =>
  openings === 0 ? 'resident when loaded' : `resident after ${openings.toLocaleString('en')} redemptions`

const peakName = 'resident at most'
const peakOf = (residents: readonly Resident[]) => (residents.at(-1)?.peak ?? NaN) / megabyte

const notes = [
  '1 MB is 1e6 bytes. One request is in flight; each round is a new process. Node.js itself uses some 47 MB. The baseline is measured once, up to 10,000.',
  'V8 doubles its young generation once, between 10,000 and 20,000 redemptions. After that, memory stays the same.',
]

async function watch(
  name: 'shipped' | 'baseline',
  { bench, tool, marks }: { bench: Workbench; tool: string; marks: readonly number[] },
): Promise<readonly Resident[]> {
  const contender = bench[name]
  const nonces = await bench.issue(contender, Math.max(...marks))
  const file = join(bench.folder, 'nonces')
  writeFileSync(file, nonces.map(nonce => `${nonce}\n`).join(''))
  const child = spawn(process.execPath, [tool, contender.file, file, ...marks.map(String)], {
    env: bench.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 300_000,
  })
  const end = endingWithBench(child)
  const said = (await text(child.stderr)).trim().split('\n')
  await end()
  if (said.length !== marks.length + 1)
    throw new Error(`a process of ${name} did not come to its end: ${said.join(' ')}`)
  return said.map(line => JSON.parse(line) as Resident)
}
