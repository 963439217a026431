import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleShipped } from '../contenders.ts'
import { type Measured, Samples } from '../measurement.ts'
import { rowOf } from './redemptions.ts'
import { median, ratio } from '../statistics.ts'
import { alternating, type Workbench } from '../workbench.ts'

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
    for (const { name } of pair) for (const what of [wall, cpu]) addMedian(samples, all, `${name} ${what}`)
    bench.say(
      `  loaded in ${pair.map(({ name }) => `${samples.of(`${name} ${wall}`).at(-1)?.toFixed(1)} ms`).join(', ')}`,
    )
  }
  const rows = [rowOf(samples, wall, 'ms'), rowOf(samples, cpu, 'ms')]
  return {
    table: { title: 'Loading the module', columns: ['shipped', 'baseline'], rows, notes },
    figures: { loadRatio: ratio(samples.of(`shipped ${wall}`), samples.of(`baseline ${wall}`)) },
  }
}

const wall = 'import of the bundle'
const cpu = 'CPU of the import'

const notes = [
  `Each round is the median of ${processes} new processes. Neither the start of Node.js itself is included, nor what the shipped edge prepares before its first request.`,
]

function addMedian(samples: Samples, all: Samples, name: string): void {
  samples.add(name, median(all.of(name)))
}
