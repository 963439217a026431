import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { endingWithBench } from '../child.ts'
import { bundleTool } from '../contenders.ts'
import { type Measured, Samples } from '../measurement.ts'
import type { Resident } from './memory-subject.ts'
import { rowOf } from './redemptions.ts'
import { median } from '../statistics.ts'
import type { Workbench } from '../workbench.ts'

/** Redemptions after which memory is measured: in every process the first number, in the last one all. */
const [early, later, latest] = [10_000, 20_000, 30_000]

/**
 * Measures the resident memory of processes that only redeem links, one after the other. V8's memory differs between
 * processes, so each round has a new one. The last one continues, to show that memory stops growing.
 */
export async function measureMemory(bench: Workbench): Promise<Measured> {
  const samples = new Samples()
  const tool = await bundleTool('core/memory-subject', bench.folder)
  for (let round = 1; round <= bench.rounds; round += 1) {
    const marks = round === bench.rounds ? [early, later, latest] : [early]
    const residents = await measureProcess('shipped', { bench, tool, marks })
    for (const { redemptions, rss } of residents) samples.add(`shipped ${nameOf(redemptions)}`, rss / megabyte)
    samples.add(`shipped ${peakName}`, peakOf(residents))
    bench.say(`  shipped: ${residents.map(({ rss }) => (rss / megabyte).toFixed(1)).join(', ')} MB`)
  }
  // No limit depends on the baseline, and it is slow: so it runs once, up to the first mark.
  const residents = await measureProcess('baseline', { bench, tool, marks: [early] })
  for (const { redemptions, rss } of residents) samples.add(`baseline ${nameOf(redemptions)}`, rss / megabyte)
  samples.add(`baseline ${peakName}`, peakOf(residents))
  const names = [...[0, early, later, latest].map(nameOf), peakName]
  const rows = names.map(name => rowOf(samples, name, 'MB'))
  const after = (redemptions: number) => median(samples.of(`shipped ${nameOf(redemptions)}`))
  return {
    table: { title: 'Memory', columns: ['shipped', 'baseline'], rows, notes },
    figures: { rssMb: after(early), rssGrowth: after(latest) / after(later) },
  }
}

const megabyte = 1e6

const nameOf = (redemptions: number) =>
  redemptions === 0 ? 'resident when loaded' : `resident after ${redemptions.toLocaleString('en')} redemptions`

const peakName = 'resident at most'
const peakOf = (residents: readonly Resident[]) => (residents.at(-1)?.peak ?? NaN) / megabyte

const notes = [
  '1 MB is 1e6 bytes. One request is in flight; each round is a new process. Node.js itself uses some 47 MB. The baseline is measured once, up to 10,000.',
  'Processes differ: V8 compiles on other threads, and doubles its young generation once, mostly after 10,000 redemptions.',
]

async function measureProcess(
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
  const lines = (await text(child.stderr)).trim().split('\n')
  await end()
  if (lines.length !== marks.length + 1)
    throw new Error(`a process of ${name} ended before its last mark: ${lines.join(' ')}`)
  return lines.map(line => JSON.parse(line) as Resident)
}
