import type { ParseArgsOptionsConfig } from 'node:util'
import { costOf } from '../../../infra/app/cost/cost.ts'
import { costText } from '../../../infra/app/cost/report.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { settingsInForce } from '../../../infra/settings/fixed-settings.ts'
import { type Command, type ExitCode, exitCodes, withAllOfAws } from '../../command.ts'
import { atColumn } from '../../options.ts'
import { commonOptions, commonUsage, parseWithEnvironment, settingsInputWith, settingsOf } from '../../settings.ts'
import type { Assembly } from '../../ports/cdk.ts'
import { shortened } from '../../terminal/text.ts'
import { protectedTablesOf, tablesWhere } from '../table-protection.ts'
import { decideByAccount } from './account-settings.ts'
import { carryOut, synthesise } from './carry-out.ts'
import type { Concern } from './concern.ts'
import { type DeployedState, differingSettings, readDeployed } from './deployed.ts'
import { finish } from './finish.ts'
import { takeLock } from './lock.ts'
import { type Pass, passesTo } from './passes.ts'
import { previewStacks, previewText } from './preview.ts'
import { preflight } from './preflight.ts'
import { refusalsOf } from './refusals.ts'
import { createSteps, type DeployScope, type Steps } from './steps.ts'
import { StoppedError } from './stopped.ts'

const usage = `once deploy [ENVIRONMENT] [--yes] [--new] [--revert-drift] [-c NAME=VALUE]... [--json]

Brings a deployment to its settings: checks the account, shows what would change and what it costs, deploys with the CDK, protects
what holds data, checks the result, and opens a first link. Changes that would break links are refused, with what to do instead.
If it stops or is interrupted, run the same command again: it goes on from there.

  --yes           deploy without a question; without a terminal nothing is deployed otherwise
  --new           make a second deployment in an account that has one of another name
  --revert-drift  also undo what was changed by hand
${atColumn(commonUsage, 18)}

  npm run deploy                                   the deployment of infra/deployment.ts
  npm run deploy -- -c profile=starter             a small one
  once deploy --yes --json -c name=once-eu         another one, for programs: a JSON object a line

The exit code is 1 if nothing was deployed, or not all of it, or if the check finds a problem.
${exitCodes}
`

const deployOptions = {
  ...commonOptions,
  yes: { type: 'boolean', default: false },
  new: { type: 'boolean', default: false },
  'revert-drift': { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** `once deploy`: brings a deployment to its settings. */
export const deploy: Command = {
  name: 'deploy',
  summary: 'deploy, or bring a deployment to its settings',
  usage,
  options: deployOptions,
  run: withAllOfAws(async (args, ports) => {
    const values = parseWithEnvironment(args, deployOptions)
    const written = settingsInputWith(values.context)
    const settings = settingsOf(written)
    const { 'revert-drift': revertDrift } = values
    const steps = createSteps(ports, values.json)
    const signal = ports.interrupts.abortOnInterrupt()
    try {
      return await run({ written, settings, revertDrift, steps, signal, ports }, values)
    } catch (error) {
      return reportStop(error, signal, steps)
    }
  }),
}

type Values = ReturnType<typeof parseWithEnvironment<typeof deployOptions>>

function reportStop(error: unknown, signal: AbortSignal, steps: Steps): ExitCode {
  if (signal.aborted) {
    const todo = 'CloudFormation ends what it has begun; run the same command again to go on'
    steps.print(`interrupted -> ${todo}`, { result: 'interrupted', todo })
    return 1
  }
  if (!(error instanceof StoppedError)) throw error
  const { message, todo } = error
  steps.print(`stopped: ${message} -> ${todo}`, { result: 'stopped', found: message, todo })
  return 1
}

async function run(given: DeployScope, values: Values): Promise<ExitCode> {
  const { steps, signal, ports } = given
  const { name } = given.settings
  const end = steps.begin('account')
  const deployed = await readDeployed(given.settings, ports.aws)
  const { account, stacks } = deployed
  end(`${account}, ${stacks.length === 0 ? 'no stack' : stacks.map(stack => stack.name).join(', ')} of ${name}`)
  if (await isRefused(given, deployed, values.new)) return 1
  const { scope, concerns } = await decideByAccount(given, deployed)
  const assembly = await synthesise(scope, deployed)
  if (!(await isReady(scope, deployed, { assembly, concerns }))) return 1
  const passes = passesTo(scope.settings, deployed)
  await showPreview(scope, deployed, { assembly, passes })
  if (!values.yes && !(await isConfirmed(scope, account, values.context))) return 1
  const lock = await takeLock(scope)
  try {
    const whileLocked = AbortSignal.any([signal, lock.lost])
    const tables = protectedTablesOf(scope.settings, physicalNames(name, account))
    const protectedBefore = await tablesWhere(true, tables, ports.aws)
    await carryOut({ ...scope, signal: whileLocked })
    whileLocked.throwIfAborted()
    // A first deployment may have stopped after its first stack.
    const isFirst = assembly.stacks.some(({ name: stack }) => !deployed.complete.has(stack))
    const input = { settings: scope.settings, account, steps, signal: whileLocked, protectedBefore, isFirst }
    return await finish(input, ports)
  } finally {
    await lock.release()
  }
}

/** Reports the changes that are refused. */
async function isRefused(
  { settings, steps, ports }: DeployScope,
  deployed: DeployedState,
  isNew: boolean,
): Promise<boolean> {
  const refusals = await refusalsOf({ settings, deployed, isNew }, ports)
  for (const { id, found, why, instead } of refusals) {
    steps.print(`refused: ${found}: ${why} -> ${instead}`, { refused: id, found, why, instead })
  }
  if (refusals.length > 0) steps.print('nothing was changed', { result: 'refused' })
  return refusals.length > 0
}

/** Reports what the account lacks, after what is known already. */
async function isReady(
  { settings, steps, ports }: DeployScope,
  deployed: DeployedState,
  { assembly: { stacks }, concerns: known }: { readonly assembly: Assembly; readonly concerns: readonly Concern[] },
): Promise<boolean> {
  const end = steps.begin('preflight')
  const concerns = [...known, ...(await preflight({ settings, deployed, stacks, aws: ports.aws }))]
  const problems = concerns.filter(({ severity }) => severity === 'problem')
  end(`${problems.length} problems, ${concerns.length - problems.length} remarks`)
  for (const { severity, found, todo } of concerns) {
    steps.print(`${severity}: ${found} -> ${todo}`, { [severity]: found, todo })
  }
  if (problems.length > 0) steps.print('nothing was changed', { result: 'not ready' })
  return problems.length === 0
}

/** Shows what would change. Rejects with a `StoppedError` if that would lose something. */
async function showPreview(
  { settings, steps, ports }: DeployScope,
  deployed: DeployedState,
  { assembly, passes }: { readonly assembly: Assembly; readonly passes: readonly Pass[] },
): Promise<void> {
  const end = steps.begin('preview')
  const previews = await previewStacks(assembly.stacks, deployed.stacks, ports.aws)
  end(`${previews.filter(({ kind }) => kind !== 'unchanged').length} of ${previews.length} stacks change`)
  const wanted = settingsInForce(settings)
  for (const change of differingSettings(deployed.inForce ?? wanted, wanted)) {
    const [from, to] = [change.from, change.to].map(value => shortened(value, 100))
    steps.print(`setting: ${change.setting} ${from} -> ${to}`, change)
  }
  steps.print(previewText(previews, passes), { preview: { stacks: previews, passes } })
  steps.print(costText(settings), { cost: costOf(settings, { linksPerRequest: 1 }) })
  const harmful = previews.flatMap(({ stack, harmful: found }) => (deployed.complete.has(stack) ? found : []))
  if (harmful.length === 0) return
  const todo = 'nothing was changed; undo the change of settings or of code that causes this'
  throw new StoppedError(harmful.join('; '), todo)
}

/** Asks whether to deploy. Without a terminal, doesn't. */
async function isConfirmed(
  { settings: { name }, steps, ports }: DeployScope,
  account: string,
  context: readonly string[],
): Promise<boolean> {
  const question = `Deploy ${name} to account ${account}? Type its name, or yes:`
  const answer = ports.ask === undefined ? '' : (await ports.ask(question)).trim()
  if (answer === 'yes' || answer === name) return true
  const environment = context.find(pair => pair.startsWith('environment='))?.replace('environment=', ' ') ?? ''
  steps.print(`nothing was changed; to deploy this: once deploy${environment} --yes`, { result: 'previewed' })
  return false
}
