import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { stacksOf } from '../../../infra/placement/placement.ts'
import type { Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { AssembledStack } from '../../ports/cdk.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { protectedTablesOf, type RegionTable, setProtection, tablesWhere, type TurnScope } from '../table-protection.ts'
import type { Steps } from './steps.ts'
import { StoppedError } from './stopped.ts'

/** What the end of a deployment protects. */
export interface Protection {
  readonly settings: Settings
  readonly account: string
  readonly steps: Steps
  readonly signal: AbortSignal
  /** The tables whose deletion protection was on before the deployment. */
  readonly protectedBefore: readonly RegionTable[]
}

/**
 * Protects what a deployment has, when all of it exists: each replica of its tables from deletion, each stack from termination. Prints
 * which tables it changed, and which of them had had their protection. Rejects with a `StoppedError` if a table can't be changed now.
 */
export async function protect({ steps, ...protection }: Protection, ports: DeploymentPorts): Promise<void> {
  const endOfTables = steps.begin('table protection')
  endOfTables(await protectTables(protection, ports))
  const endOfStacks = steps.begin('termination protection')
  endOfStacks(await protectStacks(protection, ports))
}

/**
 * Gives the tables the protection that the settings say; returns what it did. An update may have taken it: AWS's pages don't say what
 * becomes of a property that a template omits.
 */
async function protectTables(
  { settings, account, signal, protectedBefore }: Omit<Protection, 'steps'>,
  ports: DeploymentPorts,
): Promise<string> {
  const isOn = settings.deletionProtection
  const all = protectedTablesOf(settings, physicalNames(settings.name, account))
  const changed = await tablesWhere(!isOn, all, ports.aws)
  await turnProtection(changed, isOn, { ports, signal })
  const again = isOn ? changed.filter(table => isAmong(table, protectedBefore)) : []
  const others = changed.filter(table => !again.includes(table))
  return [
    isOn ? 'on' : 'off, as the settings say',
    ...(others.length === 0 ? [] : [`turned ${isOn ? 'on' : 'off'}: ${labelOf(others)}`]),
    ...(again.length === 0 ? [] : [`turned on again, after an update took it: ${labelOf(again)}`]),
  ].join('; ')
}

/** Turns termination protection of all stacks on, if the settings want it; returns what it did. */
async function protectStacks(
  { settings, account }: Pick<Protection, 'settings' | 'account'>,
  { aws }: DeploymentPorts,
): Promise<string> {
  if (!settings.deletionProtection) return 'off, as the settings say'
  const stacks = stacksOf(settings, physicalNames(settings.name, account))
  const found = await Promise.all(stacks.map(({ name, region }) => aws.stacks.describe(name, region)))
  const open = found.filter(stack => stack !== undefined).filter(stack => !stack.isProtected)
  for (const stack of open) await aws.stacks.protect(stack)
  return `on (${open.length} stacks had none)`
}

/** Turns the deletion protection of tables on or off. Rejects with a `StoppedError` if another change of one doesn't end. */
export async function turnProtection(tables: readonly RegionTable[], isOn: boolean, scope: TurnScope): Promise<void> {
  const done = await Promise.all(tables.map(table => setProtection(table, isOn, scope)))
  const late = tables.filter((_, index) => done[index] !== true)
  if (late.length === 0) return
  const found = `deletion protection can't be turned ${isOn ? 'on' : 'off'}: DynamoDB still changes ${labelOf(late)}`
  throw new StoppedError(found, 'run this again when it has ended')
}

/**
 * Turns the deletion protection off of what the next update of a stack removes: tables, and replicas. If one stays, because the update
 * fails, a later deployment removes it or, if its settings have it, protects it at its end.
 */
export async function unprotectRemoved({ name, region, template }: AssembledStack, scope: TurnScope): Promise<void> {
  const { stacks } = scope.ports.aws
  const deployed = await stacks.describe(name, region)
  const before = deployed === undefined ? [] : tablesIn(await stacks.template(deployed))
  const after = tablesIn(template)
  const removed = before.filter(table => !isAmong(table, after))
  await turnProtection(removed, false, scope)
}

/** A resource of a template; if it is a table, with what this reads of it. */
interface TemplateResource {
  readonly Type: string
  readonly Properties: { readonly TableName: string; readonly Replicas: readonly { readonly Region: Region }[] }
}

/** Returns each replica of the tables in a template, which is JSON text. */
function tablesIn(template: string): readonly RegionTable[] {
  const { Resources } = JSON.parse(template) as { readonly Resources: Readonly<Record<string, TemplateResource>> }
  const tables = Object.values(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable')
  return tables.flatMap(({ Properties: { TableName: name, Replicas } }) =>
    Replicas.map(({ Region: region }) => ({ name, region })),
  )
}

function isAmong({ name, region }: RegionTable, tables: readonly RegionTable[]): boolean {
  return tables.some(table => table.name === name && table.region === region)
}

function labelOf(tables: readonly RegionTable[]): string {
  return tables.map(({ name, region }) => `${name} in ${region}`).join(', ')
}
