import type { ParseArgsOptionsConfig } from 'node:util'
import { prices } from '../../../infra/app/cost/prices.ts'
import { plusMs } from '../../../shared/time.ts'
import { type Command, type ExitCode, exitCodes, UsageError, withAllOfAws } from '../../command.ts'
import { atColumn, oneOf, wholeNumber } from '../../options.ts'
import { commonOptions, commonUsage, parseWithEnvironment, settingsWith } from '../../settings.ts'
import { ownAccount } from '../../own-account.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { reasonOf } from '../../terminal/errors.ts'
import { readContext } from './context.ts'
import type { Answer, ProveContext, Question } from './question.ts'
import { questions } from './questions.ts'
import { type Answered, answerLines, markdownReport, type ReportInput, withoutPrivate } from './report.ts'
import { createTrial, deleteTrials, existingTrials } from './trials/stacks.ts'
import { type TrialKind, trialKinds, type TrialResult } from './trials/trials.ts'

/** Minutes to wait by default for what AWS delivers late: log entries, metrics. */
const defaultMinutes = 10
const maxMinutes = 1500

/** Minutes in which throw-away stacks are created, and in which they are deleted: a distribution takes some 10. */
const stackMinutes = 30

const usage = `once prove [ENVIRONMENT] [--also KINDS] [--yes] [--wait MINUTES] [--report FILE] [--clean] [-c NAME=VALUE]... [--json]

Runs after a deployment on a real account, and answers what only AWS can: each question with yes, no or a word, or with why it was not
tried. Each no names what gets around it. It issues some links and opens them itself; where people can help, it shows a QR code.
Then it prints a report to paste into an issue: no account number, link, address or secret is in it.

  --also KINDS    make priced throw-away resources to answer more, and delete them: some of ${trialKinds.join(',')}
  --yes           make them without a question
  --wait MINUTES  wait so long for what AWS delivers late, 0 to ${maxMinutes} (default ${defaultMinutes})
  --report FILE   also write the report to this new file
  --clean         only delete throw-away resources that an earlier run left
${atColumn(commonUsage, 18)}

  once prove
  once prove --also ipv6,memory --report proof.md
  once prove --clean

The exit code is 1 if something that the deployment relies on is "no", or with --clean if something is left.
${exitCodes}
`

const proveOptions = {
  ...commonOptions,
  also: { type: 'string' },
  yes: { type: 'boolean', default: false },
  wait: { type: 'string', default: String(defaultMinutes) },
  report: { type: 'string' },
  clean: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** `once prove`: answers by a deployment what only AWS and real clients can. */
export const prove: Command = {
  name: 'prove',
  summary: 'answer by a deployment what only AWS can, for a report',
  usage,
  options: proveOptions,
  run: withAllOfAws(async (args, ports) => {
    const values = parseWithEnvironment(args, proveOptions)
    const settings = settingsWith(values.context)
    const also = kindsIn(values.also)
    const minutes = wholeNumber(values.wait, { option: '--wait', min: 0, max: maxMinutes })
    await ownAccount(settings, ports.aws)
    if (values.clean) return clean(settings.name, also, ports)
    if (values.report !== undefined && (await ports.disk.stat(values.report)) !== undefined) {
      throw new UsageError(`--report: got ${JSON.stringify(values.report)}, which exists, allowed: a new file`)
    }
    const signal = ports.interrupts.abortOnInterrupt()
    try {
      if (also.length > 0 && !(await isAllowed(also, { name: settings.name, yes: values.yes }, ports))) return 1
      const results = new Map<TrialKind, TrialResult>()
      const context = await readContext({ settings, signal, minutes, results }, ports)
      const answered = await answerAll(context, { also, results })
      const day = new Date(ports.clock.now()).toISOString().slice(0, 10)
      return await print({ settings, answered, secrets: context.secrets, day }, values, ports)
    } catch (error) {
      if (!signal.aborted) throw error
      ports.print('interrupted -> once prove asks all again')
      return 1
    }
  }),
}

function kindsIn(text: string | undefined): readonly TrialKind[] {
  const given = text === undefined ? [] : text.split(',')
  return [...new Set(given.map(kind => oneOf(kind, '--also', trialKinds)))]
}

async function clean(deployment: string, also: readonly TrialKind[], ports: DeploymentPorts): Promise<ExitCode> {
  if (also.length > 0) throw new UsageError('--clean: got it with --also, allowed: one of them')
  const left = await deleteTrials(deployment, ports, plusMs(ports.clock.now(), stackMinutes * 60_000))
  ports.print(
    left.length === 0 ? 'no throw-away resource is left' : `left: ${left.join(', ')} -> later: once prove --clean`,
  )
  return left.length === 0 ? 0 : 1
}

/** Says what throw-away resources cost, and asks. Without a terminal, `--yes` is needed. */
async function isAllowed(
  also: readonly TrialKind[],
  { name, yes }: { name: string; yes: boolean },
  ports: DeploymentPorts,
) {
  const { ask, info, print } = ports
  const left = await existingTrials(name, ports)
  if (left.length > 0) {
    print(`an earlier run left ${left.map(stack => stack.name).join(', ')} -> once prove --clean`)
    return false
  }
  info(trialCosts(also))
  if (yes || (ask !== undefined && (await ask('Create them? Type yes:')).trim() === 'yes')) return true
  print('nothing was created; to create them, add --yes')
  return false
}

interface ConfirmedTrials {
  readonly also: readonly TrialKind[]
  readonly results: Map<TrialKind, TrialResult>
}

/** Creates throw-away stacks, asks every question, and deletes the stacks, also if it is interrupted or fails. */
async function answerAll(context: ProveContext, { also, results }: ConfirmedTrials): Promise<readonly Answered[]> {
  const { settings, ports, signal } = context
  const deployment = settings.name
  const waitUntil = plusMs(ports.clock.now(), stackMinutes * 60_000)
  try {
    const run = { deployment, ports, signal, waitUntil }
    const notMade = (error: unknown) =>
      ({ kind: 'missing', why: `the throw-away resources could not be made: ${reasonOf(error)}` }) as const
    await Promise.all(also.map(async kind => results.set(kind, await createTrial(kind, run).catch(notMade))))
    const answered: Answered[] = []
    for (const question of questions) {
      signal.throwIfAborted()
      if (ports.progress === undefined) ports.info(`${question.id}: ${question.asks}`)
      else ports.progress(question.asks)
      const answer = await answerOf(question, context)
      answered.push({ question, answer, isRelied: question.isRelied(settings) })
    }
    return answered
  } finally {
    ports.progress?.('')
    if (also.length > 0) await deleteAll(deployment, ports)
  }
}

async function answerOf(question: Question, context: ProveContext): Promise<Answer> {
  try {
    return await question.answer(context)
  } catch (error) {
    context.signal.throwIfAborted()
    return { kind: 'failed', why: reasonOf(error) }
  }
}

/** Never rejects: a failure must not hide the answers. */
async function deleteAll(deployment: string, ports: DeploymentPorts): Promise<void> {
  const until = plusMs(ports.clock.now(), stackMinutes * 60_000)
  const left = await deleteTrials(deployment, ports, until).catch((error: unknown) => [reasonOf(error)])
  if (left.length > 0) ports.info(`left: ${left.join(', ')} -> later: once prove --clean`)
}

async function print(
  input: ReportInput,
  { json, report }: { readonly json: boolean; readonly report?: string | undefined },
  ports: DeploymentPorts,
): Promise<ExitCode> {
  const markdown = markdownReport(input)
  if (report !== undefined) await write(report, markdown, ports)
  ports.print(json ? jsonReport(input) : `${answerLines(input)}\n\n${markdown.trimEnd()}`)
  return exitCodeOf(input.answered)
}

async function write(file: string, text: string, { disk }: DeploymentPorts): Promise<void> {
  const output = await disk.create(file)
  if (output === undefined)
    throw new UsageError(`--report: got ${JSON.stringify(file)}, which exists, allowed: a new file`)
  await output.write(Buffer.from(text))
  await output.close()
}

function jsonReport({ answered, day, secrets }: ReportInput): string {
  const answers = answered.map(({ question: { id, asks, source }, answer, isRelied }) => {
    const texts = Object.entries(answer).map(([name, text]) => [name, withoutPrivate(text, secrets)])
    return { id, asks, source, isRelied, ...Object.fromEntries(texts) }
  })
  return JSON.stringify({ day, answers }, null, 2)
}

function exitCodeOf(answered: readonly Answered[]): ExitCode {
  if (answered.some(({ answer, isRelied }) => answer.kind === 'no' && isRelied)) return 1
  return answered.some(({ answer }) => answer.kind === 'failed') ? 2 : 0
}

/** Requests that a question sends to its throw-away distribution, at most. */
const requests = 10

const dollars: Readonly<Record<TrialKind, number>> = {
  ipv6: requests * (prices.cloudFrontRequests + prices.cloudFrontFunctions),
  memory: 0,
  strong: 0,
  plan: prices.planFree,
}

const notes: Readonly<Record<TrialKind, string>> = {
  ipv6: 'a distribution with a function; some 15 minutes',
  memory:
    'a disabled distribution and a function that is never called; CloudFront keeps copies of it for hours, so --clean is needed later',
  strong: 'a table in three Regions, which stays empty',
  plan: 'a distribution, a web ACL and a subscription of the free plan, which ends at once, says CloudFront; CLOUDFORMATION MAY WAIT UNTIL THE END OF THE MONTH, and until then they can not be deleted',
}

/** Says what throw-away resources are and what they cost by list price, one line each. */
export function trialCosts(kinds: readonly TrialKind[]): string {
  const lines = kinds.map(kind => `  ${kind.padEnd(8)}${dollarText(dollars[kind])}  ${notes[kind]}`)
  return ['Throw-away resources, deleted at the end:', ...lines].join('\n')
}

function dollarText(amount: number): string {
  return amount === 0 ? 'free' : amount < 0.01 ? 'less than $0.01' : `$${amount.toFixed(2)}`
}
