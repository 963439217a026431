import type { ParseArgsOptionsConfig } from 'node:util'
import type { Settings } from '../../../infra/settings.ts'
import { type Command, type ExitCode, exitCodes } from '../../command.ts'
import { commonOptions, commonUsage, parseStrictly, settingsWith } from '../../options.ts'
import type { Assembly } from '../../ports/cdk.ts'
import type { Ports } from '../../ports/ports.ts'
import { type DeployedState, readDeployed } from './deployed.ts'
import { deployStacks } from './deploy-stacks.ts'
import { finish } from './finish.ts'
import { asContext, mergeContext, type Pass, passesTo } from './passes.ts'
import { harmfulReplacements, planStacks } from './plan.ts'
import { planText } from './plan-text.ts'
import { preflight } from './preflight.ts'
import { droppedApis } from './refused-changes.ts'
import { deleteRetired, unprotectDroppedApis } from './retired-stacks.ts'
import { refusalsOf } from './refusals.ts'
import { createSteps, type Steps } from './steps.ts'
import { StoppedError } from './stopped.ts'

const usage = `once deploy [--yes] [--new] [--revert-drift] [--first-link] [-c NAME=VALUE]... [--json]

Brings a deployment to its settings: checks the account, shows what would change and what it costs, deploys with the CDK, protects
what holds data, checks the result, and opens a first link. Changes that would break links are refused, with what to do instead.
If it stops or is interrupted, run the same command again: it goes on from there.

  --yes           deploy without a question; without a terminal nothing is deployed otherwise
  --new           make a second deployment in an account that has one of another name
  --revert-drift  also undo what was changed by hand
  --first-link    open a first link also if this is not the first deployment
${commonUsage}

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
  'first-link': { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** `once deploy`: brings a deployment to its settings. */
export const deploy: Command = {
  name: 'deploy',
  summary: 'deploy, or bring a deployment to its settings',
  usage,
  options: deployOptions,
  async run(args, ports) {
    const values = parseStrictly(args, deployOptions)
    const context = mergeContext(values.context ?? [])
    const settings = settingsWith(context)
    const steps = createSteps(ports, values.json)
    const signal = ports.interrupts.abortOnInterrupt()
    try {
      return await run({ values, context, settings, steps, signal, ports })
    } catch (error) {
      return reportStop(error, signal, steps)
    }
  },
}

interface Run {
  readonly values: ReturnType<typeof parseStrictly<typeof deployOptions>>
  readonly context: readonly string[]
  readonly settings: Settings
  readonly steps: Steps
  readonly signal: AbortSignal
  readonly ports: Ports
}

function reportStop(error: unknown, signal: AbortSignal, steps: Steps): ExitCode {
  if (signal.aborted) {
    const todo = 'CloudFormation ends what it has begun; run the same command again to go on'
    steps.print(`interrupted -> ${todo}`, { result: 'interrupted', todo })
    return 1
  }
  if (!(error instanceof StoppedError)) throw error
  steps.print(`stopped: ${error.message} -> ${error.todo}`, {
    result: 'stopped',
    found: error.message,
    todo: error.todo,
  })
  return 1
}

async function run({ values, ...scope }: Run): Promise<ExitCode> {
  const { settings, steps, ports } = scope
  const end = steps.begin('account')
  const deployed = await readDeployed(settings, ports.aws)
  end(
    `${deployed.account}, ${deployed.stacks.length === 0 ? 'no stacks' : `${deployed.stacks.length} stacks`} of ${settings.name}`,
  )
  if (await isRefused({ values, ...scope }, deployed)) return 1
  const assembly = await synth({ values, ...scope }, deployed, [])
  if (!(await isReady({ values, ...scope }, deployed, assembly))) return 1
  const passes = passesTo(settings, deployed)
  if (!(await isConfirmed({ values, ...scope }, deployed, { assembly, passes }))) return 1
  await deployAll({ values, ...scope }, deployed, passes)
  const isFirst = deployed.settings === undefined || values['first-link']
  return finish({ settings, account: deployed.account, steps, signal: scope.signal, isFirst }, ports)
}

/** Reports the changes that are refused. */
async function isRefused({ values, settings, steps, ports }: Run, deployed: DeployedState): Promise<boolean> {
  const refusals = await refusalsOf({ settings, deployed, isNew: values.new }, ports)
  for (const { id, found, why, instead } of refusals) {
    steps.print(`refused: ${found}: ${why} -> ${instead}`, { refused: id, found, why, instead })
  }
  if (refusals.length > 0) steps.print('nothing was changed', { result: 'refused' })
  return refusals.length > 0
}

async function synth(
  { context, settings, steps, signal, ports }: Run,
  deployed: DeployedState,
  more: readonly string[],
): Promise<Assembly> {
  const end = steps.begin('synthesis')
  const isProtected = settings.deletionProtection ? deployed.stacks.filter(stack => stack.isProtected) : []
  const assembly = await ports.cdk.synth({
    context: mergeContext(context, more),
    protectedStacks: isProtected.map(({ name }) => name),
    signal,
  })
  end(assembly.stacks.map(({ name }) => name).join(', '))
  return assembly
}

/** Reports what the account lacks. */
async function isReady(
  { settings, steps, ports }: Run,
  deployed: DeployedState,
  { stacks }: Assembly,
): Promise<boolean> {
  const end = steps.begin('preflight')
  const concerns = await preflight({ settings, deployed, stacks, aws: ports.aws })
  const problems = concerns.filter(({ severity }) => severity === 'problem')
  end(`${problems.length} problems, ${concerns.length - problems.length} remarks`)
  for (const { severity, found, todo } of concerns) {
    steps.print(`${severity}: ${found} -> ${todo}`, { [severity]: found, todo })
  }
  if (problems.length > 0) steps.print('nothing was changed', { result: 'not ready' })
  return problems.length === 0
}

interface Planned {
  readonly assembly: Assembly
  readonly passes: readonly Pass[]
}

/** Shows the plan and asks for a confirmation. */
async function isConfirmed(
  { values, settings, steps, ports }: Run,
  deployed: DeployedState,
  planned: Planned,
): Promise<boolean> {
  const end = steps.begin('plan')
  const plans = await planStacks(planned.assembly.stacks, deployed.stacks, ports.aws)
  const changed = plans.filter(({ kind }) => kind !== 'unchanged').length
  end(`${changed} of ${plans.length} stacks change`)
  steps.print(planText(plans, planned.passes), { plan: { stacks: plans, passes: planned.passes } })
  const harmful = harmfulReplacements(plans)
  if (harmful.length > 0) {
    throw new StoppedError(
      harmful.join('; '),
      'nothing was changed; undo the change of settings or of code that causes this',
    )
  }
  if (values.yes) return true
  const question = `Deploy ${settings.name} to account ${deployed.account}? Type its name, or yes:`
  const answer = ports.ask === undefined ? '' : (await ports.ask(question)).trim()
  if (answer === 'yes' || answer === settings.name) return true
  steps.print('nothing was changed; to deploy this: once deploy --yes', { result: 'planned' })
  return false
}

async function deployAll(scope: Run, deployed: DeployedState, passes: readonly Pass[]): Promise<void> {
  const { settings, steps, signal, ports, values } = scope
  const stackScope = { name: settings.name, account: deployed.account, home: settings.homeRegions[0], ports, signal }
  const dropped = deployed.settings === undefined ? [] : droppedApis(deployed.settings, settings)
  await unprotectDroppedApis(dropped, stackScope)
  let names = new Set<string>()
  for (const [index, { purpose, overrides }] of passes.entries()) {
    if (passes.length > 1)
      steps.print(`pass ${index + 1} of ${passes.length}: ${purpose}`, { pass: index + 1, purpose })
    const assembly = await synth(scope, await readDeployed(settings, ports.aws), asContext({ ...overrides }))
    names = new Set(assembly.stacks.map(({ name }) => name))
    const revertDrift = values['revert-drift'] && index === 0
    await deployStacks(assembly, { ...stackScope, steps, revertDrift })
  }
  const retired = deployed.stacks.filter(({ name }) => !names.has(name))
  await deleteRetired(retired, { ...stackScope, steps })
}
