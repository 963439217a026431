import type { ParseArgsOptionsConfig } from 'node:util'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import type { Settings } from '../../../infra/settings/settings.ts'
import { type EpochMs, plusMs } from '../../../shared/time.ts'
import { type Command, type ExitCode, exitCodes, UsageError, withAllOfAws } from '../../command.ts'
import { wholeNumber } from '../../options.ts'
import { commonOptions, commonUsage, parseWithEnvironment, settingsWith } from '../../settings.ts'
import { ownAccount } from '../../own-account.ts'
import { createSteps, type Steps } from '../deploy/steps.ts'
import {
  copyTable,
  findSource,
  nameOfCopy,
  restoreTime,
  type RestoreSource,
  type RestoreContext,
} from './copy-table.ts'
import { invalidateLinks, waitUntilInvalid } from './invalidate.ts'

/** Minutes a run waits by default: a quarter of an hour for the keys, and the rest for the copy of the table. */
const defaultMinutes = 120
const maxMinutes = 2000

const usage = `once restore [ENVIRONMENT] (--preview | --yes NAME) [--at TIME] [--again] [--minutes N] [-c NAME=VALUE]... [--json]

After the loss of the links table, or if its data is wrong: makes EVERY LINK that was issued so far invalid, and restores a copy
of the table beside it, in which receipts can be read. No link comes back, used or not: issue new ones.

  --preview      print what would be done; change nothing (also --plan)
  --yes NAME     do it for the deployment NAME
  --at TIME      restore the copy to this time, such as 2026-11-24T12:00:00Z (default: the latest that is left)
  --again        invalidate all links once more, also those issued since an earlier run did
  --minutes N    minutes to wait for AWS, 1 to ${maxMinutes} (default ${defaultMinutes})
${commonUsage}

  once restore --preview
  once restore --yes once
  once restore --yes once --at 2026-11-24T12:00:00Z

First the key that links are made with moves to another slot. Then the command waits until every Region has it, and a quarter of an
hour more, because edges keep the keys that they have: a day, if a Region can't be read meanwhile. Issue nothing until it
ends. Only then it restores the table, to another one that no function reads. If it is interrupted or ends with 1, run the same
command again: it goes on. It changes no file; versions of files are in the bucket.
${exitCodes}
`

const restoreOptions = {
  ...commonOptions,
  preview: { type: 'boolean', default: false },
  // Its name in earlier versions.
  plan: { type: 'boolean', default: false },
  yes: { type: 'string' },
  at: { type: 'string' },
  again: { type: 'boolean', default: false },
  minutes: { type: 'string', default: String(defaultMinutes) },
} as const satisfies ParseArgsOptionsConfig

/** `once restore`: makes all links invalid, and restores a copy of the links table. */
export const restore: Command = {
  name: 'restore',
  summary: 'after a loss: make all links invalid, restore a copy of their table',
  usage,
  options: restoreOptions,
  run: withAllOfAws(async (args, ports) => {
    const values = parseWithEnvironment(args, restoreOptions)
    const { yes, at, again, minutes, context: overrides, json } = values
    const preview = values.preview || values.plan
    const settings = settingsWith(overrides)
    checkName({ preview, yes }, settings)
    const wait = wholeNumber(minutes, { option: '--minutes', min: 1, max: maxMinutes })
    const time = at === undefined ? undefined : parseTime(at)
    const names = physicalNames(settings.name, await ownAccount(settings, ports.aws))
    const deadline = plusMs(ports.clock.now(), wait * 60_000)
    const context = { settings, names, ports, at: time, again, deadline }
    const steps = createSteps(ports, json)
    return preview ? printPreview(context, steps) : carryOut(context, steps)
  }),
}

function checkName({ preview, yes }: { preview: boolean; yes: string | undefined }, { name }: Settings): void {
  if (preview === (yes !== undefined)) {
    throw new UsageError(`got ${preview ? '--preview --yes' : 'nothing'}, allowed: one of --preview, --yes NAME`)
  }
  if (yes === undefined || yes === name) return
  throw new UsageError(`--yes: got ${JSON.stringify(yes)}, allowed: ${name}, the name of the deployment`)
}

function parseTime(text: string): EpochMs {
  const isFull = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text)
  const at = isFull ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at as EpochMs
  throw new UsageError(`--at: got ${JSON.stringify(text)}, allowed: a time such as 2026-11-24T12:00:00Z`)
}

async function printPreview(context: RestoreContext, steps: Steps): Promise<ExitCode> {
  const { settings } = context
  const source = await findSource(context)
  steps.print('1. makes every link invalid that was issued so far; issuers must issue new ones', { step: 'links' })
  steps.print('2. waits until no edge and no api accepts one: a quarter of an hour at least', { step: 'wait' })
  const copy =
    source === undefined
      ? 'restores nothing: no home Region has point-in-time recovery or a backup of the table'
      : `restores the table to ${nameOfCopy(context, restoreTime(context, source))} in ${source.region}, for reading receipts`
  steps.print(`3. ${copy}`, { step: 'copy', ...(source && { region: source.region }) })
  for (const line of await lastSteps(context)) steps.print(`then: ${line}`, { next: line })
  steps.print(`to do this: npm run once -- restore --yes ${settings.name}`, {})
  return 0
}

async function carryOut(context: RestoreContext, steps: Steps): Promise<ExitCode> {
  const source = await findSource(context)
  if (source !== undefined) restoreTime(context, source) // throws before anything is changed
  const links = steps.begin('links')
  links(await invalidateLinks(context))
  const wait = steps.begin('wait')
  const { isComplete, found } = await waitUntilInvalid(context)
  wait(isComplete ? found : `not complete: ${found}`)
  if (!isComplete) return goOnLater(context, steps)
  if (!(await restoreCopy(context, source, steps))) return goOnLater(context, steps)
  for (const line of await lastSteps(context)) steps.print(`now: ${line}`, { next: line })
  return 0
}

async function restoreCopy(context: RestoreContext, source: RestoreSource | undefined, steps: Steps): Promise<boolean> {
  const end = steps.begin('copy')
  if (source === undefined) {
    end('nothing to restore: no home Region has point-in-time recovery or a backup of the table')
    return true
  }
  const { name, region, isComplete } = await copyTable(context, source)
  end(isComplete ? `${name} in ${region}` : `not complete: ${name} in ${region} is being restored`)
  if (!isComplete) return false
  const remove = `aws dynamodb delete-table --region ${region} --table-name ${name}`
  steps.print(`it holds receipts beyond their time: when you have read them, ${remove}`, {
    table: name,
    region,
    remove,
  })
  return true
}

function goOnLater({ settings }: RestoreContext, steps: Steps): ExitCode {
  const command = `npm run once -- restore --yes ${settings.name}`
  steps.print(`to go on, run the same command again: ${command}`, { next: command })
  return 1
}

/** What the command leaves to others: it deploys nothing and issues nothing. */
async function lastSteps({ ports, settings, names }: RestoreContext): Promise<readonly string[]> {
  const [home] = settings.homeRegions
  const isLost = (await ports.aws.tables.describe(names.linksTable, home)) === undefined
  return [
    ...(isLost ? [`npm run deploy -- --revert-drift, which makes the table ${names.linksTable} again, empty`] : []),
    'npm run once -- doctor',
    'issue the links again that are still needed',
  ]
}
