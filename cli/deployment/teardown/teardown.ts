import type { ParseArgsOptionsConfig } from 'node:util'
import { physicalNames } from '../../../infra/physical-names.ts'
import { plusMs } from '../../../shared/time.ts'
import { type Command, type ExitCode, exitCodes, UsageError } from '../../command.ts'
import { commonOptions, commonUsage, parseStrictly, settingsWith, wholeNumber } from '../../options.ts'
import type { Ports } from '../../ports/ports.ts'
import { table } from '../../terminal/text.ts'
import { deleteDeployment } from './delete-deployment.ts'
import type { InventoryItem, InventoryScope } from './inventory-item.ts'
import { inventoryOf } from './inventory.ts'

/** How long a run waits when it isn't told, in minutes: a distribution takes half an hour to be deleted, a VPC more. */
const defaultMinutes = 60
const mostMinutes = 600

const usage = `once teardown (--plan | --verify | --yes NAME) [--minutes N] [-c NAME=VALUE]... [--json]

Takes a deployment down for good: its links, its keys and ALL FILES in its bucket. Nothing of it can be had back.

  --plan         print what there is and touch nothing
  --yes NAME     do it; NAME is that of the deployment
  --verify       look in all Regions whether anything is left, and touch nothing
  --minutes N    wait so long for AWS, 1 to ${mostMinutes} (default ${defaultMinutes})
${commonUsage}

  once teardown --plan
  npm run destroy -- --yes once
  once teardown --verify

CloudFront keeps copies of the edge function for some hours, so the first run leaves it and its stack behind; neither
costs anything. Run the same command again then, until nothing is left. What stays after that: keys of KMS, which wait a
week for their deletion, and backups that DynamoDB makes of deleted tables, for 35 days, neither billed; the role by which
API Gateway writes logs, which is the account's; and what cdk bootstrap made (stack CDKToolkit), which deletes all this.

Left is, with --yes, what can still be taken down, and with --verify what is billed; --plan always ends with 0.
${exitCodes}
`

const teardownOptions = {
  ...commonOptions,
  plan: { type: 'boolean', default: false },
  verify: { type: 'boolean', default: false },
  yes: { type: 'string' },
  minutes: { type: 'string', default: String(defaultMinutes) },
} as const satisfies ParseArgsOptionsConfig

/** `once teardown`: takes a deployment down, and finds what is left of one. */
export const teardown: Command = {
  name: 'teardown',
  summary: 'take a deployment down, or find what is left of one',
  usage,
  options: teardownOptions,
  async run(args, ports) {
    const options = parseOptions(args)
    const settings = settingsWith(options.context)
    const { name } = settings
    if (options.yes !== undefined && options.yes !== name) {
      throw new UsageError(`--yes: got ${JSON.stringify(options.yes)}, allowed: ${name}, the name of the deployment`)
    }
    const account = await ports.aws.account()
    const subject = { aws: ports.aws, settings, names: physicalNames(name, account) }
    const items = options.yes === undefined ? await inventoryOf(subject) : await act(subject, ports, options.minutes)
    const report = { deployment: name, account, items: items.map(shown) }
    ports.print(options.json ? JSON.stringify(report, null, 2) : asText(items, `${name} in account ${account}`))
    if (!options.json) ports.print(advice(options, items, name))
    return exitCode(options, items)
  },
}

interface Options {
  readonly action: 'plan' | 'verify' | 'yes'
  readonly yes: string | undefined
  readonly minutes: number
  readonly context: readonly string[]
  readonly json: boolean
}

function parseOptions(args: readonly string[]): Options {
  const { plan, verify, yes, minutes, context, json } = parseStrictly(args, teardownOptions)
  const given = { plan, verify, yes: yes !== undefined }
  const actions = (Object.keys(given) as (keyof typeof given)[]).filter(action => given[action])
  const [action, ...others] = actions
  if (action === undefined || others.length > 0) {
    const got = actions.map(each => `--${each}`).join(' ') || 'nothing'
    throw new UsageError(`got ${got}, allowed: one of --plan, --verify, --yes NAME`)
  }
  return {
    action,
    yes,
    minutes: wholeNumber(minutes, { option: '--minutes', min: 1, max: mostMinutes }),
    context: context ?? [],
    json,
  }
}

function act(subject: InventoryScope, ports: Ports, minutes: number): Promise<readonly InventoryItem[]> {
  return deleteDeployment(subject, ports, plusMs(ports.clock.now(), minutes * 60_000))
}

/** What is told of an item. */
function shown({ kind, name, region, billed, removal: goes, note }: InventoryItem): object {
  return { kind, name, region, billed, goes, note }
}

function asText(items: readonly InventoryItem[], where: string): string {
  if (items.length === 0) return `nothing is left of ${where}`
  const billed = items.filter(each => each.billed).length
  return `${table(rowsOf(items))}\n\n${items.length} things of ${where}, ${billed} of them billed`
}

/** What is called the same in many Regions is one row. */
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
  const open = items.some(({ removal: goes }) => goes === 'now')
  if (action === 'plan') return open ? `to take all that down, with all files: ${command}` : 'nothing is to be done'
  if (!open) return 'nothing is to be done any more'
  if (items.some(({ billed }) => billed)) return `run this until nothing is left: ${command}`
  return `nothing is billed any more; in some hours, for the rest: ${command}`
}

function exitCode({ action }: Options, items: readonly InventoryItem[]): ExitCode {
  if (action === 'plan') return 0
  if (action === 'verify') return items.some(({ billed }) => billed) ? 1 : 0
  return items.some(({ removal: goes }) => goes === 'now') ? 1 : 0
}
