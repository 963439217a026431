import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { missingForDynamodbLocal } from '../emulator/dynamodb/dynamodb-local.ts'
import { measureColdStarts } from './cold-start.ts'
import { measureGrowth } from './growth.ts'
import { measureIssuing } from './issuing/issuing.ts'
import { isBroken, judge } from './limits.ts'
import { measureLoad } from './load.ts'
import type { Figures, Measured } from './measurement.ts'
import { measureMemory } from './memory.ts'
import { type BenchOptions, OptionError, parseOptions, type Section, sections, usage } from './options.ts'
import { measurePaths } from './paths/paths.ts'
import { measureRedemptions } from './redemptions.ts'
import { measureRefusals } from './refusals.ts'
import { render, type Report } from './report.ts'
import { measureSignatures } from './signatures.ts'
import { measureSize } from './size.ts'
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
  issuing: measureIssuing,
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
  const report = await run(options)
  const text = render(report)
  console.log(text)
  if (options.only.length === sections.length) writeFileSync(join(import.meta.dirname, 'results.md'), pageOf(text))
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
  if (isBroken(report.verdicts)) process.exitCode = 1
}

async function run(options: BenchOptions): Promise<Report> {
  const startedAt = performance.now()
  await using closing = new AsyncDisposableStack()
  const bench = closing.adopt(await openWorkbench(options.rounds, say), each => each.close())
  const results: Measured[] = []
  for (const section of options.only) {
    say(section)
    results.push(await measure[section](bench, options))
  }
  const figures: Figures = Object.assign({}, ...results.map(each => each.figures)) as Figures
  const setting = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    rounds: options.rounds,
    seconds: (performance.now() - startedAt) / 1000,
  }
  return { setting, tables: results.map(({ table }) => table), verdicts: judge(figures) }
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

function pageOf(text: string): string {
  return `# Results of the last bench run

\`npm run bench\` writes this page. It needs Java 17 and openssl, and on its first run cmake and g++. It compares the
shipped edge with [a baseline](baseline/main.ts), which is written as the AWS documentation shows, and with fixed limits.
Both are bundled in the same way and call the same Amazon DynamoDB Local through TLS, in processes that alternate. The
baseline has the easier task: it reads no secret and writes no log.

${text}
`
}

main().catch((error: unknown) => {
  const isWrongOption = error instanceof OptionError
  console.error(isWrongOption ? error.message : error)
  process.exitCode = isWrongOption ? 2 : 1
})
