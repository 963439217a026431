import type { PhysicalNames } from '../../infra/placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../infra/settings/settings.ts'
import type { Region } from '../../shared/regions.ts'
import { unlessAborted } from '../../client/abortable.ts'
import type { Aws, DeploymentPorts } from '../ports/ports.ts'

/** A table in one Region. Each replica of a table has a protection of its own. */
export interface RegionTable {
  readonly name: string
  readonly region: Region
}

/** What it takes to turn the protection of a table on or off. */
export interface TurnScope {
  readonly ports: Pick<DeploymentPorts, 'aws' | 'clock'>
  /** Ends the waiting. @default none */
  readonly signal?: AbortSignal
}

/** Milliseconds between two reads of a table that changes. */
const pollMs = 5_000

/** Most reads of such a table: five minutes in all. */
const maxPolls = 60

/** Returns the tables of a deployment that are protected from deletion: each replica of that of links, and the state of each api. */
export function protectedTablesOf(settings: Settings, names: PhysicalNames): readonly RegionTable[] {
  return [
    ...settings.homeRegions.map(region => ({ name: names.linksTable, region })),
    ...apiRegionsOf(settings).map(region => ({ name: names.apiStateTable, region })),
  ]
}

/** Returns those of the tables that exist and whose deletion protection is on, or off. */
export async function tablesWhere(
  isOn: boolean,
  tables: readonly RegionTable[],
  aws: Pick<Aws, 'tables'>,
): Promise<readonly RegionTable[]> {
  const found = await Promise.all(tables.map(({ name, region }) => aws.tables.describe(name, region)))
  return tables.filter((_, index) => found[index]?.deletionProtected === isOn)
}

/**
 * Turns the deletion protection of a table on or off, if it exists and has the other, and waits for the end of the change: meanwhile
 * DynamoDB refuses more. If another change goes on, waits for its end first. Returns false if that takes longer than five minutes.
 */
export async function setProtection(
  { name, region }: RegionTable,
  isOn: boolean,
  { ports, signal }: TurnScope,
): Promise<boolean> {
  const { tables } = ports.aws
  let isSent = false
  for (let poll = 1; poll <= maxPolls; poll += 1) {
    const table = await tables.describe(name, region)
    if (table === undefined) return true
    const isSet = table.deletionProtected === isOn
    if (isSet && (!isSent || table.status === 'ACTIVE')) return true
    isSent ||= await (isOn ? tables.protect(name, region) : tables.unprotect(name, region))
    await unlessAborted(ports.clock.pause(pollMs), signal)
  }
  return false
}
