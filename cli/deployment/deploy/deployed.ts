import { parseJsonObject } from '../../../client/problem.ts'
import type { FixedSettings } from '../../../infra/settings/fixed-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion, regionsOf, type Settings } from '../../../infra/settings/settings.ts'
import { isRegion, type Region } from '../../../shared/regions.ts'
import { ownAccount } from '../../own-account.ts'
import type { DeployedStack, Stack } from '../../ports/aws-stacks.ts'
import type { Aws } from '../../ports/ports.ts'
import { allRegions, kindOfStack } from '../names.ts'
import { wasComplete } from './stack-status.ts'

/** What AWS has of a deployment before a command changes it. */
export interface DeployedState {
  readonly account: string
  /** Undefined before the stack in us-east-1 was complete for the first time. */
  readonly settings: FixedSettings | undefined
  /** Every setting that has a value, as the output `Settings` has them; undefined before, and of versions that had none. */
  readonly inForce: SettingsInForce | undefined
  /** What shows that keys in KMS sign, or are kept after they did, as versions before this one could have it; undefined if nothing does. */
  readonly kmsSigning: string | undefined
  /** All stacks of the deployment that are not deleted. */
  readonly stacks: readonly DeployedStack[]
  /** The names of the stacks that were ever complete. */
  readonly complete: ReadonlySet<string>
  /** The Regions of the table's replicas; empty without a table. */
  readonly replicas: readonly Region[]
  /** The names of other deployments in the account. */
  readonly others: readonly string[]
}

/** Reads what AWS has of a deployment, in all Regions in which one may have stacks. Rejects with a `UsageError` in another account than the settings name. */
export async function readDeployed(settings: Settings, aws: Aws): Promise<DeployedState> {
  const { name, homeRegions } = settings
  const account = await ownAccount(settings, aws)
  const names = physicalNames(name, account)
  const all = (await Promise.all(allRegions(settings).map(region => stacksIn(region, settings, aws))))
    .flat()
    .filter(({ status }) => status !== 'DELETE_COMPLETE')
  const ours = all.filter(stack => kindOfStack(stack, name) !== undefined)
  const stacks = await describeAll(ours, aws)
  const first = stacks.find(stack => stack.name === names.regionStack(edgeStackRegion))
  const deployed = parseDeployed(first?.outputs['Deployment'])
  const home = deployed?.homeRegions[0] ?? homeRegions[0]
  // Without a stack there, the account may not even have the Region.
  const hasHome = stacks.some(({ region }) => region === home)
  const table = hasHome ? await aws.tables.describe(names.linksTable, home) : undefined
  return {
    account,
    settings: deployed,
    inForce: settingsIn(first?.outputs ?? {}),
    kmsSigning: kmsSigningIn(stacks),
    stacks,
    complete: await completeOf(stacks, aws),
    replicas: (table?.replicas ?? []).filter(isRegion),
    others: await othersIn(all, name, aws),
  }
}

/**
 * Returns the stacks of a Region. In a Region that the settings don't use, AWS may refuse to list them, as by a policy of an
 * organization: then the account can't have deployed there either.
 */
async function stacksIn(region: Region, settings: Settings, aws: Aws): Promise<readonly Stack[]> {
  try {
    return await aws.stacks.all(region)
  } catch (error) {
    if (!regionsOf(settings).includes(region)) return []
    const bootstrap = await aws.prerequisites.bootstrap(region)
    if (bootstrap.kind === 'disabled') return []
    throw error
  }
}

async function describeAll(stacks: readonly Stack[], aws: Aws): Promise<readonly DeployedStack[]> {
  const found = await Promise.all(stacks.map(({ name, region }) => aws.stacks.describe(name, region)))
  return found.filter(stack => stack !== undefined)
}

async function completeOf(stacks: readonly DeployedStack[], aws: Aws): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    stacks.map(async stack => {
      const known = wasComplete(stack.status)
      return (known ?? (await aws.stacks.wasComplete(stack))) ? [stack.name] : []
    }),
  )
  return new Set(found.flat())
}

/** Reads the settings that earlier versions had in the output `Deployment`, and their output for the id of each such key. */
function kmsSigningIn(stacks: readonly DeployedStack[]): string | undefined {
  const outputs = stacks.flatMap(stack => Object.entries(stack.outputs))
  const found = outputs.flatMap(([name, text]) => {
    if (name.startsWith('SignerKey')) return [`output ${name}`]
    const { signer, kmsKeysKept } = name === 'Deployment' ? parseJsonObject(text) : {}
    const kept = Array.isArray(kmsKeysKept) && kmsKeysKept.length > 0
    return [
      ...(signer === 'kms' ? ['signer "kms"'] : []),
      ...(kept ? [`kmsKeysKept ${JSON.stringify(kmsKeysKept)}`] : []),
    ]
  })
  return found.length === 0 ? undefined : `deployed with ${found.join(', ')}`
}

const suffix = `-${edgeStackRegion}`

/** Returns the names of the other deployments: their stacks in us-east-1 have the output `Deployment`. */
async function othersIn(all: readonly Stack[], name: string, aws: Aws): Promise<readonly string[]> {
  const candidates = all.filter(
    stack => stack.region === edgeStackRegion && stack.name.endsWith(suffix) && stack.name !== `${name}${suffix}`,
  )
  const found = await describeAll(candidates, aws)
  return found.flatMap(({ outputs }) => parseDeployed(outputs['Deployment'])?.name ?? [])
}

/** Settings by their names, as `settingsInForce` returns them. */
export type SettingsInForce = Readonly<Record<string, unknown>>

/** Returns all settings of a deployment from the outputs of its stack in us-east-1; undefined if they don't say. */
export function settingsIn({ Settings: text }: Readonly<Record<string, string>>): SettingsInForce | undefined {
  return text === undefined ? undefined : parseJsonObject(text)
}

/** Returns the settings that differ, with both values as JSON; `nothing` for none. */
export function differingSettings(
  deployed: SettingsInForce,
  wanted: SettingsInForce,
): readonly { readonly setting: string; readonly from: string; readonly to: string }[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(deployed)])].flatMap(setting => {
    const [from, to] = [deployed, wanted].map(values => JSON.stringify(values[setting]) ?? 'nothing') as [
      string,
      string,
    ]
    return from === to ? [] : [{ setting, from, to }]
  })
}

/** Parses the output; undefined if there is none, or it is none of ours. */
export function parseDeployed(text: string | undefined): FixedSettings | undefined {
  if (text === undefined) return undefined
  const value = parseJsonObject(text)
  const isOurs = typeof value['name'] === 'string' && Array.isArray(value['homeRegions'])
  if (!isOurs) return undefined
  return { leavingRegions: [], ...value } as unknown as FixedSettings
}
