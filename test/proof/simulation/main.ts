import { parseArgs } from 'node:util'
import { runCampaign } from '../campaign/command.ts'
import { removals as campaignRemovals } from '../campaign/removals.ts'
import { leastSample, wholeSample } from '../campaign/run.ts'
import { simulateInParallel } from './pool.ts'
import { removals } from './removals.ts'
import { explain, type Failure, type Range, simulate, type Tally } from './simulate.ts'
import { subjectWithout } from './subject.ts'

const usage = `npm run simulate -- [--schedules N] [--seed S] [--only I] [--without GUARD] [--full] [--json]
npm run simulate -- --campaign LINKS [--sample N] [--seed S] [--without GUARD] [--json]

Runs the real edge and api on virtual time, over simulated tables and a network that fails.

  --schedules N    number of schedules (default 20000)
  --full           plays 2,000,000 schedules
  --seed S         a whole number; the same seed plays the same schedules (default: another one each time)
  --only I         plays the I-th schedule of the seed alone, and prints its events if it fails
  --without GUARD  removes a guard first, to show its purpose; stops at the first schedule that fails
                   ${removals.map(({ name }) => name).join(', ')}
  --json           prints the result as one JSON object

With --campaign, LINKS people get a link by mail or push notification, for example 1e7 (${wholeSample} to 1000000000). The
real edge serves a sample of them, over tables, Lambda, KMS and Secrets Manager with AWS's limits, scaled to the sample.
Prints what viewers meet, beside the forecast of the model in docs/scale.md. Takes some minutes.

  --sample N       links that are played (default ${wholeSample}, at least ${leastSample}); fewer than the default make a shorter
                   campaign with the same rates
  --seed S         default 1
  --without GUARD  ${campaignRemovals.map(({ name }) => name).join(', ')}
`

/** The parsed command line. */
interface Request extends Range {
  readonly json: boolean
  readonly without: string | undefined
  readonly alone: boolean
}

/** A parsed command line with --campaign. */
interface CampaignRequest {
  readonly campaign: Parameters<typeof runCampaign>[0]
  readonly json: boolean
  readonly without: string | undefined
}

function parseRequest(args: readonly string[]): Request | CampaignRequest | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      schedules: { type: 'string' },
      seed: { type: 'string' },
      campaign: { type: 'string' },
      sample: { type: 'string' },
      only: { type: 'string' },
      without: { type: 'string' },
      full: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { json, without, seed: seedText } = values
  if (values.campaign !== undefined) {
    refuse(['schedules', 'only', 'full'], 'not allowed with --campaign', values)
    const recipients = wholeNumber('campaign', values.campaign, [wholeSample, 1e9])
    const sample = wholeNumber('sample', values.sample ?? String(wholeSample), [leastSample, recipients])
    return { campaign: { recipients, sample, seed: wholeNumber('seed', seedText ?? '1') }, json, without }
  }
  refuse(['sample'], 'only allowed with --campaign', values)
  const schedules = wholeNumber('schedules', values.schedules ?? (values.full ? '2000000' : '20000'))
  const only = values.only === undefined ? undefined : wholeNumber('only', values.only)
  const range = only === undefined ? { from: 0, to: schedules } : { from: only, to: only + 1 }
  const seed = wholeNumber('seed', seedText ?? String(Date.now() % 2 ** 31))
  return { ...range, seed, json, without, alone: only !== undefined }
}

/** Throws an error that names the first of `names` that the command line has. */
function refuse(names: readonly string[], reason: string, values: Readonly<Record<string, unknown>>): void {
  const given = names.find(name => values[name] !== undefined && values[name] !== false)
  if (given !== undefined) throw new Error(`--${given}: ${reason}`)
}

function wholeNumber(name: string, text: string, range?: readonly [least: number, most: number]): number {
  const [least, most] = range ?? [0, Infinity]
  const number = Number(text)
  if (/^\d{1,10}$|^[1-9]e\d$/.test(text) && number >= least && number <= most) return number
  const allowed = range === undefined ? 'a whole number' : `a whole number from ${least} to ${most}`
  throw new Error(`--${name}: got ${JSON.stringify(text)}, allowed: ${allowed}`)
}

async function main(): Promise<void> {
  const request = parseRequest(process.argv.slice(2))
  if (request === 'help') return void process.stdout.write(usage)
  if ('campaign' in request) {
    if (!(await runCampaign(request.campaign, request))) process.exitCode = 1
    return
  }
  const { json, without, alone, ...range } = request
  const subject = await subjectWithout(without)
  const tally =
    without === undefined && !alone
      ? await simulateInParallel(range, ({ schedules }) => json || reportProgress(schedules, range))
      : await simulate(subject, range, without !== undefined)
  const failures = distinct(tally.failures)
  const stories = await Promise.all(failures.map(failure => explain(failure, subject)))
  if (json) console.log(JSON.stringify({ ...tally, seed: range.seed, failures, stories }))
  else console.log([...stories, summaryOf(tally, range.seed)].join('\n\n'))
  if (failures.length > 0) process.exitCode = 1
}

/** Returns the first failure of each promise. */
function distinct(failures: readonly Failure[]): readonly Failure[] {
  return [...new Map(failures.toReversed().map(failure => [failure.promise, failure])).values()]
}

function reportProgress(schedules: number, { from, to }: Range): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${schedules} of ${to - from} schedules`)
}

function summaryOf(
  { schedules, failures, kinds, answers, faults, bindings, revocations, lockOuts }: Tally,
  seed: number,
): string {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  return [
    `${schedules} schedules, seed ${seed}: ${failures.length} broke a promise`,
    `  played    ${list(kinds)}`,
    `  answers   ${list(answers)}`,
    `  faults    ${list(faults)}`,
    `  granted   ${list(bindings)}`,
    `  revoked   ${list(revocations)}`,
    `  lock-outs ${list(lockOuts)} (of links without a receipt, by the response to the request that used them)`,
  ].join('\n')
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
