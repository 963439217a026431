import type { ParseArgsOptionsConfig } from 'node:util'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { plusMs } from '../../../shared/time.ts'
import { type Command, type ExitCode, exitCodes, UsageError, withAllOfAws } from '../../command.ts'
import { wholeNumber } from '../../options.ts'
import { commonOptions, commonUsage, parseWithEnvironment, settingsWith } from '../../settings.ts'
import { ownAccount } from '../../own-account.ts'
import { table } from '../../terminal/text.ts'
import { deleteDeployment } from './delete-deployment.ts'
import { inventoryOf } from './inventory.ts'
import type { InventoryItem } from './inventory-item.ts'

/** Minutes a run waits by default: the deletion of a distribution takes half an hour, that of a VPC longer. */
const defaultMinutes = 60
const maxMinutes = 600

const usage = `once teardown [ENVIRONMENT] (--preview | --verify | --yes NAME) [--minutes N] [-c NAME=VALUE]... [--json]

Deletes a deployment for good: its links, its keys and ALL FILES in its bucket. This can't be undone.

  --preview      print what exists; change nothing (also --plan)
  --yes NAME     delete the deployment NAME
  --verify       check all Regions for anything that is left; change nothing
  --minutes N    minutes to wait for AWS, 1 to ${maxMinutes} (default ${defaultMinutes})
${commonUsage}

  once teardown --preview
  npm run destroy -- --yes once
  once teardown --verify

CloudFront keeps replicas of the edge function for some hours, so the first run leaves the function, which costs nothing. Run
the same command again later, until nothing is left. With a plan of CloudFront, the distribution can't be deleted before the
plan has ended: free at once, says CloudFront (CloudFormation may wait), the others after the billing cycle. These stay: KMS keys, which wait a week for their
deletion, and DynamoDB's backups of deleted tables, kept for 35 days, both not billed; the role by which API Gateway writes
logs, which belongs to the account; and what cdk bootstrap created (stack CDKToolkit), which a teardown needs.

The exit code is 1 if something is left: with --yes what a teardown can still delete, with --verify what is billed. --preview
always ends with 0.
${exitCodes}
`

const teardownOptions = {
  ...commonOptions,
  preview: { type: 'boolean', default: false },
  // Its name in earlier versions.
  plan: { type: 'boolean', default: false },
  verify: { type: 'boolean', default: false },
  yes: { type: 'string' },
  minutes: { type: 'string', default: String(defaultMinutes) },
} as const satisfies ParseArgsOptionsConfig

/** `once teardown`: deletes a deployment, or finds what is left of one. */
export const teardown: Command = {
  name: 'teardown',
  summary: 'delete a deployment, or find what is left of one',
  usage,
  options: teardownOptions,
  run: withAllOfAws(async (args, ports) => {
    const options = parseOptions(args)
    const settings = settingsWith(options.context)
    const { name } = settings
    if (options.yes !== undefined && options.yes !== name) {
      throw new UsageError(`--yes: got ${JSON.stringify(options.yes)}, allowed: ${name}, the name of the deployment`)
    }
    const account = await ownAccount(settings, ports.aws)
    const scope = { aws: ports.aws, settings, names: physicalNames(name, account), account }
    const until = plusMs(ports.clock.now(), options.minutes * 60_000)
    const items = options.yes === undefined ? await inventoryOf(scope) : await deleteDeployment(scope, ports, until)
    const report = { deployment: name, account, items: items.map(toJson) }
    ports.print(options.json ? JSON.stringify(report, null, 2) : asText(items, `${name} in account ${account}`))
    if (!options.json) ports.print(advice(options, items, name))
    return exitCode(options, items)
  }),
}

type Options = ReturnType<typeof parseOptions>

function parseOptions(args: readonly string[]) {
  const { preview, plan, verify, yes, ...rest } = parseWithEnvironment(args, teardownOptions)
  const given = { preview: preview || plan, verify, yes: yes !== undefined }
  const actions = (Object.keys(given) as (keyof typeof given)[]).filter(action => given[action])
  const [action, ...others] = actions
  if (action === undefined || others.length > 0) {
    const got = actions.map(each => `--${each}`).join(' ') || 'nothing'
    throw new UsageError(`got ${got}, allowed: one of --preview, --verify, --yes NAME`)
  }
  const minutes = wholeNumber(rest.minutes, { option: '--minutes', min: 1, max: maxMinutes })
  return { ...rest, action, yes, minutes }
}

function toJson({ kind, name, region, billed, removal, note }: InventoryItem): object {
  return { kind, name, region, billed, goes: removal, note }
}

function asText(items: readonly InventoryItem[], where: string): string {
  if (items.length === 0) return `nothing is left of ${where}`
  const billed = items.filter(each => each.billed).length
  return `${table(rowsOf(items))}\n\n${items.length} resources of ${where}, ${billed} of them billed`
}

/** Returns table rows; items that differ only in their Region share a row. */
function rowsOf(items: readonly InventoryItem[]): readonly (readonly string[])[] {
  const rows = new Map<string, { readonly cells: readonly string[]; readonly regions: string[] }>()
  for (const { kind, name, region, billed, note } of items) {
    const cells = [kind, billed ? 'billed' : '-', note === '' ? name : `${name} (${note})`]
    const row = rows.get(cells.join(' ')) ?? { cells, regions: [] }
    row.regions.push(region)
    rows.set(cells.join(' '), row)
  }
  return [...rows.values()].map(({ cells, regions }) => [...cells, regions.join(', ')])
}

function advice({ action }: Options, items: readonly InventoryItem[], name: string): string {
  const command = `npm run destroy -- --yes ${name}`
  const isLeft = items.some(({ removal }) => removal === 'now')
  if (action === 'preview')
    return isLeft ? `to delete all this, with all files: ${command}` : 'there is nothing to delete'
  if (!isLeft) return 'there is nothing more to delete'
  if (items.some(({ billed }) => billed)) return `run this until nothing is left: ${command}`
  return `nothing is billed any more; to delete the rest, in some hours: ${command}`
}

function exitCode({ action }: Options, items: readonly InventoryItem[]): ExitCode {
  if (action === 'preview') return 0
  if (action === 'verify') return items.some(({ billed }) => billed) ? 1 : 0
  return items.some(({ removal }) => removal === 'now') ? 1 : 0
}
