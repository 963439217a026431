import type { PhysicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { UsageError } from '../../command.ts'
import type { TableSource } from '../../ports/aws-restore.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { restoredPrefix } from '../names.ts'

/** What the steps of a restore need. */
export interface RestoreContext {
  readonly settings: Settings
  readonly names: PhysicalNames
  readonly ports: Pick<DeploymentPorts, 'aws' | 'clock'>
  /** The time to which a copy of the table is restored. @default the latest */
  readonly at: EpochMs | undefined
  /** Whether to invalidate links even if the current keys already do. */
  readonly again: boolean
  /** When to stop waiting. */
  readonly deadline: EpochMs
}

/** Milliseconds between two looks at a table that is being restored. */
const pollMs = 15_000

/** A home Region, and what the table can be restored from there. */
export interface RestoreSource {
  readonly region: Region
  readonly source: TableSource
}

/** Returns what the links table can be restored from: in the first home Region that has anything; undefined if none has. */
export async function findSource({ ports, settings, names }: RestoreContext): Promise<RestoreSource | undefined> {
  for (const region of settings.homeRegions) {
    const source = await ports.aws.restores.source(names.linksTable, region)
    if (source !== undefined) return { region, source }
  }
  return undefined
}

/** Returns the time to restore. Throws a `UsageError` if it is outside of the range that the source covers. */
export function restoreTime({ at }: Pick<RestoreContext, 'at'>, { source }: RestoreSource): EpochMs {
  if (source.kind === 'backup') {
    if (at === undefined) return source.at
    throw new UsageError(`--at: got ${text(at)}, allowed: nothing, because of a deleted table only the end is left`)
  }
  if (at === undefined) return source.to
  if (at >= source.from && at <= source.to) return at
  throw new UsageError(`--at: got ${text(at)}, allowed: ${text(source.from)} to ${text(source.to)}`)
}

const text = (at: number) => new Date(at).toISOString()

/** Returns the name of the copy for a time, the same in each run, such as `once-links-restored-20261124T120000Z`. */
export function nameOfCopy({ names }: Pick<RestoreContext, 'names'>, at: EpochMs): string {
  return `${restoredPrefix(names)}${text(at).replaceAll(/[-:]|\.\d+/g, '')}`
}

/** Returns the copy that an earlier run began after it had invalidated all links: without a time, each run would begin another. */
async function earlierCopy(context: RestoreContext, { region, source }: RestoreSource): Promise<string | undefined> {
  const { ports, names, at } = context
  if (at !== undefined || source.kind === 'backup') return undefined
  const version = await ports.aws.restores.secretVersion(names.secret, edgeStackRegion)
  const oldest = nameOfCopy(context, version?.createdAt ?? ports.clock.now())
  const found = await ports.aws.tables.named(restoredPrefix(names), region)
  return found.toSorted().find(name => name >= oldest) // names sort by time
}

/**
 * Restores the links table to another one, which no function reads: receipts can be read there, and no link of it can be used. An
 * earlier run's copy goes on. Ends without completion at the deadline. Returns the copy, and whether it is complete.
 */
export async function copyTable(
  context: RestoreContext,
  from: RestoreSource,
): Promise<{ readonly region: Region; readonly name: string; readonly isComplete: boolean }> {
  const { ports, settings, names, deadline } = context
  const { tables, restores } = ports.aws
  const { region, source } = from
  const at = restoreTime(context, from)
  const name = (await earlierCopy(context, from)) ?? nameOfCopy(context, at)
  if ((await tables.describe(name, region)) === undefined) {
    const kmsKey = settings.encryption === 'customer' ? `alias/${settings.name}` : undefined
    await restores.copy(names.linksTable, region, { source, at, name, kmsKey })
  }
  for (;;) {
    const isComplete = (await tables.describe(name, region))?.status === 'ACTIVE'
    if (isComplete || ports.clock.now() >= deadline) return { region, name, isComplete }
    await ports.clock.pause(pollMs)
  }
}
