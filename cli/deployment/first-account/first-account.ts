import type { ParseArgsOptionsConfig } from 'node:util'
import { costOf } from '../../../infra/app/cost/cost.ts'
import { inDollars, sumOf } from '../../../infra/app/cost/report.ts'
import { regionsOf } from '../../../infra/settings/settings.ts'
import { type Command, type ExitCode, exitCodes, UsageError } from '../../command.ts'
import { contextOption } from '../../options.ts'
import { ownAccount } from '../../own-account.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { contextUsage, parseWithEnvironment, settingsWith } from '../../settings.ts'
import { reasonOf } from '../../terminal/errors.ts'
import { redact } from '../../terminal/text.ts'
import { trialCosts } from '../prove/prove.ts'
import { endProgress, type Progress, readProgress, saveProgress } from './progress.ts'
import { firstAccountReport, privateWords } from './report.ts'
import { nothingLeft, type StepName, steps, type StepScope, trialsOfProve } from './steps.ts'

/** The file of the current folder that gets the report. */
const reportFile = 'first-account.md'

const usage = `once first-account [ENVIRONMENT] [--yes] [--remove] [-c NAME=VALUE]...

Makes an account a test of this project: deploys the profile starter under a drawn name, runs once doctor and once prove, deploys again
with another tag, and deletes all of it. Then it writes a report for a public issue to ${reportFile}: no account number, host, link,
address or name is in it. If it stops or is interrupted, run the same command again: it goes on from there.

  --yes          begin without a question; without a terminal nothing is begun otherwise
  --remove       leave out the steps that are left, delete what was deployed, and report
${contextUsage}

  npm run first-account                              in one Region
  npm run first-account -- -c profile=standard       in two
  once first-account --remove                        for those who have had enough

The exit code is 1 if it has to be run again, or if a step found a problem.
${exitCodes}
`

const firstAccountOptions = {
  ...contextOption,
  yes: { type: 'boolean', default: false },
  remove: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** `once first-account`: deploys, checks, asks, deploys again and deletes, for a report. */
export const firstAccount: Command = {
  name: 'first-account',
  summary: 'try all of it in an account once, delete it, and report',
  usage,
  options: firstAccountOptions,
  async run(args, clonePorts) {
    const { yes, remove, context } = parseWithEnvironment(args, firstAccountOptions)
    const fixed = context.find(pair => /^(name|tags)=/.test(pair))
    if (fixed !== undefined) throw new UsageError(`-c: got ${fixed}, allowed: settings other than name and tags`)
    const aws = await clonePorts.aws.all()
    const ports = { ...clonePorts, aws }
    const begun = await readProgress(ports)
    if (begun === undefined && remove) {
      ports.print('nothing has begun in this clone; docs/prove.md says how to delete what another one has left')
      return 0
    }
    const signal = ports.interrupts.abortOnInterrupt()
    try {
      const progress = await (begun === undefined ? begin(context, yes, ports) : goOn(begun, context, ports))
      if (progress === undefined) return 1
      return await carryOut({ progress, aws, signal, ports: clonePorts }, remove, ports)
    } catch (error) {
      if (!signal.aborted) throw error
      ports.print(`interrupted -> ${howToGoOn}`)
      return 1
    }
  },
}

const howToGoOn = 'run the same command again to go on; npm run first-account -- --remove deletes all of it'
const solveFirst = `solve what is said here, then ${howToGoOn}`

/** Draws a name, asks, and writes the first progress. Resolves to undefined if the answer is no. */
async function begin(given: readonly string[], yes: boolean, ports: DeploymentPorts): Promise<Progress | undefined> {
  const { disk, clock, random, print, ask } = ports
  const context = given.some(pair => pair.startsWith('profile=')) ? [...given] : ['profile=starter', ...given]
  const name = `first-${Buffer.from(random(4)).toString('hex')}`
  const settings = settingsWith([...context, `name=${name}`])
  if ((await disk.stat(reportFile)) !== undefined) {
    throw new UsageError(`${reportFile}: got a file of this name, allowed: none, since the report gets it`)
  }
  const account = await ownAccount(settings, ports.aws)
  const all = Object.values(steps)
  const { idle } = sumOf(costOf(settings, { linksPerRequest: 1 }))
  print(
    `Deploys ${name} to account ${account}, in ${regionsOf(settings).join(', ')}, and deletes it. Use an account in which nothing else runs.
${all.map(({ title, minutes }) => `  ${title}: ${minutes} minutes`).join('\n')}
That is ${all.reduce((sum, { minutes }) => sum + minutes, 0)} minutes, as we expect; nothing has been measured on AWS yet.
By list price it costs ${inDollars(idle / 30)} dollars a day until it is deleted, and less than a cent to prove.
${trialCosts(trialsOfProve)}`,
  )
  if (!yes && (ask === undefined || (await ask('Begin? Type yes:')).trim() !== 'yes')) {
    print('nothing was begun; to begin without a question, add --yes')
    return undefined
  }
  const day = new Date(clock.now()).toISOString().slice(0, 10)
  const progress = { account, name, context, day, runs: {}, results: {}, stops: [], words: [] }
  if (await saveProgress(progress, ports, true)) return progress
  throw new UsageError('got a run that another process has begun meanwhile, allowed: one in a clone')
}

/** Checks that the same is to go on, in the same account. */
async function goOn(begun: Progress, given: readonly string[], { aws, info }: DeploymentPorts): Promise<Progress> {
  const { account, name, context } = begun
  const other = given.find(pair => !context.includes(pair))
  if (other !== undefined) {
    throw new UsageError(`-c: got ${other}, allowed: ${context.join(' ')}, with which ${name} began (--remove ends it)`)
  }
  await ownAccount({ account }, aws)
  info(`going on with ${name}`)
  return begun
}

/** Carries out the steps that are not done, then reports. The progress stays until nothing has to be deleted later. */
async function carryOut(start: StepScope, removes: boolean, ports: DeploymentPorts): Promise<ExitCode> {
  const { info, clock, print } = ports
  let { progress } = start
  const save = async (changes: Partial<Progress>) => {
    const found = await privateWords(progress, ports.aws).catch(() => [])
    progress = { ...progress, ...changes, words: [...new Set([...progress.words, ...found])] }
    await saveProgress(progress, ports)
  }
  const open = (Object.keys(steps) as StepName[]).filter(step => !removes && progress.results[step] === undefined)
  for (const step of new Set<StepName>([...open, 'teardown'])) {
    const { title, run } = steps[step]
    info(`step: ${title}`)
    const startedAt = clock.now()
    await save({ runs: { ...progress.runs, [step]: (progress.runs[step] ?? 0) + 1 } })
    const stop = (lines: readonly string[]) =>
      save({ stops: [...progress.stops, ...lines.map(line => `${title}: ${redact(line)}`)] })
    const ended = await run({ ...start, progress }).catch(async (error: unknown) => {
      if (start.signal.aborted) throw error
      await stop([reasonOf(error)])
      info(`stopped: ${title} -> ${solveFirst}`)
      throw error
    })
    const { isDone, isWell, text, lines } = ended
    if (!isDone) {
      await stop(lines)
      print(`stopped: ${title} -> ${solveFirst}`)
      return 1
    }
    const minutes = (clock.now() - startedAt) / 60_000
    await save({ results: { ...progress.results, [step]: { isWell, text, lines: lines.map(redact), minutes } } })
  }
  return report(progress, ports)
}

async function report(progress: Progress, ports: DeploymentPorts): Promise<ExitCode> {
  const { print, disk } = ports
  const text = await firstAccountReport(progress, ports)
  print(text.trimEnd())
  await disk.writePrivate(reportFile, text, { replace: false })
  print(`read ${reportFile}, then paste it into an issue`)
  if (progress.results['teardown']?.text === nothingLeft) await endProgress(ports)
  else print('in some hours, delete what is left, which is not billed: npm run first-account -- --remove')
  return Object.values(progress.results).every(({ isWell }) => isWell) ? 0 : 1
}
