import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { missingForDynamodbLocal } from '../emulator/dynamodb/dynamodb-local.ts'
import { measureColdStarts } from './core/cold-start.ts'
import { measureEdge } from './edge/edge.ts'
import { drawColdStarts } from './edge/picture.ts'
import { coldStartFigures, edgeFigures, edgeTables } from './edge/tables.ts'
import { measureGrowth } from './core/growth.ts'
import { measureIssuing } from './core/issuing/issuing.ts'
import { edgeLimits, isBroken, judge } from './limits.ts'
import { measureLoad } from './core/load.ts'
import { type Figures, type Measured, Samples } from './measurement.ts'
import { measureMemory } from './core/memory.ts'
import { type BenchOptions, OptionError, parseOptions, type Section, sections, usage } from './options.ts'
import { type PagePart, partText, replacePart } from './page.ts'
import { measurePaths } from './core/paths/paths.ts'
import { measureRedemptions } from './core/redemptions.ts'
import { measureRefusals } from './core/refusals.ts'
import { render, type Report } from './report.ts'
import { measureSignatures } from './core/signatures.ts'
import { measureSize } from './core/size.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

/** Longest run, in minutes; then the bench ends with all processes that it started. */
const limitMinutes = 30

const measure: Readonly<Record<Section, (bench: Workbench, options: BenchOptions) => Promise<Measured>>> = {
  size: measureSize,
  load: measureLoad,
  cpu: measureRedemptions,
  refusals: measureRefusals,
  memory: measureMemory,
  cold: measureColdStarts,
  signatures: measureSignatures,
  paths: measurePaths,
  issuing: bench => measureIssuing(bench),
  growth: (bench, { links }) => measureGrowth(bench, links),
}

const say = (line: string) => void process.stderr.write(`${line}\n`)

/** Runs the chosen sections, prints and stores their results, and fails if a limit is broken. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') return void process.stdout.write(usage)
  const missing = missingForDynamodbLocal()
  if (missing !== undefined) throw new Error(`the bench needs Amazon DynamoDB Local: ${missing}`)
  endInTime()
  const startedAt = performance.now()
  const { tables, verdicts, isWhole, picture } = options.edge ? await runEdge(options) : await run(options)
  const report = { setting: settingOf(options, startedAt), tables, verdicts }
  const text = render(report)
  console.log(text)
  if (isWhole) writePart(options.edge ? 'edge' : 'core', text)
  if (picture !== undefined) writeFileSync(join(import.meta.dirname, '../docs/pictures/cold-start.svg'), picture)
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
  if (isBroken(report.verdicts)) process.exitCode = 1
}

/** What a run found. */
interface Run extends Pick<Report, 'tables' | 'verdicts'> {
  /** Whether it measured everything, so that the page of results may show it. */
  readonly isWhole: boolean
  /** SVG of the cold starts. */
  readonly picture?: string
}

async function run(options: BenchOptions): Promise<Run> {
  await using closing = new AsyncDisposableStack()
  const bench = closing.adopt(await openWorkbench(options.rounds, say), each => each.close())
  const results: Measured[] = []
  for (const section of options.only) {
    say(section)
    results.push(await measure[section](bench, options))
  }
  const figures: Figures = Object.assign({}, ...results.map(each => each.figures)) as Figures
  const isWhole = options.only.length === sections.length
  return { tables: results.map(({ table }) => table), verdicts: judge(figures), isWhole }
}

async function runEdge({ rounds }: BenchOptions): Promise<Run> {
  const result = await measureEdge(rounds, say)
  if (result.kind === 'missing') {
    say(`MISSING: nothing is measured, because ${result.missing}`)
    const tables = edgeTables(new Samples(), `MISSING: ${result.missing}`)
    return { tables, verdicts: judge({}, edgeLimits), isWhole: false }
  }
  const { samples } = result
  const verdicts = judge(edgeFigures(samples), edgeLimits)
  return { tables: edgeTables(samples), verdicts, isWhole: true, picture: drawColdStarts(coldStartFigures(samples)) }
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

function writePart(part: PagePart, text: string): void {
  const file = join(import.meta.dirname, 'results.md')
  writeFileSync(file, replacePart(readFileSync(file, 'utf8'), part, partText(part, text)))
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
  const isWrongOption = error instanceof OptionError
  console.error(isWrongOption ? error.message : error)
  process.exitCode = isWrongOption ? 2 : 1
})
