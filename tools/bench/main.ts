import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { measureEdge } from './edge/edge.ts'
import { edgeFigures, edgeTables } from './edge/tables.ts'
import { measureLoad, measureRedemptions } from './core/sections.ts'
import { edgeLimits, isBroken, judge } from './limits.ts'
import type { Figures, Measured, Row } from './measurement.ts'
import { render, type Report } from './report.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

/** Longest run, in minutes; then the bench ends with all processes that it started. */
const limitMinutes = 30

/** The sections of a run on a whole core, in their order. */
const sections = [measureSize, measureLoad, measureRedemptions]

/** Options of the command line. */
interface BenchOptions {
  readonly rounds: number
  /** Whether cold starts at the edge's real size are measured, and nothing else. */
  readonly edge: boolean
}

/** What `npm run bench -- --help` prints. */
const usage = `npm run bench -- [--edge] [--rounds N]

Compares the shipped edge with a baseline, written as the AWS documentation shows, and with fixed limits: size, loading,
redemptions.

  --rounds N   number of measurements of each, in turn (default 5, or 15 with --edge; 1 to 50)
  --edge       instead, start functions as Lambda@Edge does, in 0.072 of a CPU and 20 ms from their store (Linux, root)

Exit code 1: a limit is broken, or something that the bench needs is missing; 2: the command line is wrong.
`

/** Parses the command line. Ends with 2 if it is malformed, and names the option, its value and what is allowed. */
function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { help, edge, rounds = edge ? '15' : '5' } = parseStrictly(args)
  if (help) return 'help'
  const count = Number(rounds)
  if (/^\d+$/.test(rounds) && count >= 1 && count <= 50) return { rounds: count, edge }
  return refuse(`--rounds: got ${JSON.stringify(rounds)}, allowed: a whole number from 1 to 50`)
}

function parseStrictly(args: readonly string[]) {
  try {
    const options = {
      rounds: { type: 'string' },
      edge: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    } as const
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function refuse(commandLine: string): never {
  console.error(commandLine)
  process.exit(2)
}

const say = (line: string) => void process.stderr.write(`${line}\n`)

/** Measures, prints the results, and fails if a limit is broken. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') return void process.stdout.write(usage)
  endInTime()
  const startedAt = performance.now()
  const measured = options.edge ? await runEdge(options.rounds) : await run(options.rounds)
  console.log(render({ setting: settingOf(options, startedAt), ...measured }))
  if (isBroken(measured.verdicts)) process.exitCode = 1
}

/** What a run found. */
type Run = Pick<Report, 'tables' | 'verdicts'>

async function run(rounds: number): Promise<Run> {
  await using closing = new AsyncDisposableStack()
  const bench = closing.adopt(await openWorkbench(rounds, say), each => each.close())
  const results: Measured[] = []
  for (const measure of sections) results.push(await measure(bench))
  const figures: Figures = Object.assign({}, ...results.map(each => each.figures)) as Figures
  return { tables: results.map(({ table }) => table), verdicts: judge(figures) }
}

async function runEdge(rounds: number): Promise<Run> {
  const samples = await measureEdge(rounds, say)
  return { tables: edgeTables(samples), verdicts: judge(edgeFigures(samples), edgeLimits) }
}

function settingOf({ rounds }: BenchOptions, startedAt: number): Report['setting'] {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    rounds,
    seconds: (performance.now() - startedAt) / 1000,
  }
}

/** Ends this process, and so all others, at a signal or after the longest run. */
function endInTime(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const tooLong = () => {
    say(`the bench took more than ${limitMinutes} minutes`)
    process.exit(1)
  }
  setTimeout(tooLong, limitMinutes * 60_000).unref()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})

/** Measures the bytes of both bundles, uncompressed and gzipped. */
async function measureSize({ shipped, baseline }: Pick<Workbench, 'shipped' | 'baseline'>): Promise<Measured> {
  const row = (name: string, sizeOf: (code: string) => number): Row => ({
    name,
    unit: 'bytes',
    values: [[sizeOf(shipped.code)], [sizeOf(baseline.code)]],
  })
  const minified = row('bundle, minified', code => Buffer.byteLength(code))
  const gzipped = row('bundle, minified and gzipped', code => gzipSync(code).length)
  return {
    table: { title: 'Size', columns: ['shipped', 'baseline'], rows: [minified, gzipped], notes: [] },
    figures: { bundleBytes: Buffer.byteLength(shipped.code) },
  }
}
