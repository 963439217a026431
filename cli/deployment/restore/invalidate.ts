import { createHash } from 'node:crypto'
import { edgeStackRegion, secretRegionsOf } from '../../../infra/settings/settings.ts'
import { keysWaitSeconds, maxKeysAgeSeconds } from '../../../shared/secrets/keys.ts'
import type { Region } from '../../../shared/regions.ts'
import { type EpochMs, plusMs } from '../../../shared/time.ts'
import type { SecretVersion } from '../../ports/aws-restore.ts'
import type { RestoreContext } from './copy-table.ts'

/** Milliseconds between two looks at the copies of the secret. */
const pollMs = 15_000

/**
 * Time beyond the longest for which an edge or api uses the keys that it has, in seconds: for requests that have begun, and for
 * clocks that are off.
 */
const marginSeconds = 5 * 60

/**
 * Replaces the MAC key, so that every link issued before is invalid; does it once, however often the command is run again. Resolves
 * to what it did.
 */
export async function invalidateLinks({ ports, names, again }: RestoreContext): Promise<string> {
  const { restores } = ports.aws
  const version = await restores.secretVersion(names.secret, edgeStackRegion)
  if (version === undefined) throw new Error(`${names.secret} is not in ${edgeStackRegion}: run npm run deploy first`)
  if (!again && isInvalidation(version)) {
    return `done already at ${new Date(version.createdAt).toISOString()}; --again does it once more`
  }
  const slot = await restores.invalidateLinks(names.keysFunction('invalidate-links'), edgeStackRegion)
  return `every link issued before now is invalid; new links use key slot ${slot}`
}

/**
 * Whether the function that invalidates links made this version: its id has 32 characters, those of rotations have 36. The id of
 * the first keys has 32 too, but follows from the version before (jobs/keys/custom-resource.ts).
 */
function isInvalidation({ current, previous }: SecretVersion): boolean {
  const next = previous && createHash('sha256').update(`after ${previous}`).digest('hex').slice(0, 32)
  return /^[0-9a-f]{32}$/.test(current) && current !== next
}

/**
 * Waits until every copy of the secret has the new key, and then until no edge and no api can use the old one any more: a quarter of
 * an hour, or a day if a Region could not be read meanwhile, because edges near it may not have read it either. Never goes on
 * while a copy is old or can't be read. Ends without completion at the deadline. Returns whether links are invalid everywhere by
 * now, and what was found.
 */
export async function waitUntilInvalid(
  context: RestoreContext,
): Promise<{ readonly isComplete: boolean; readonly found: string }> {
  const { ports, deadline } = context
  let seenAt: EpochMs | undefined
  let waitSeconds = keysWaitSeconds + marginSeconds
  for (;;) {
    const late = await lateCopies(context)
    if (late.some(({ isUnread }) => isUnread)) waitSeconds = maxKeysAgeSeconds + marginSeconds
    const now = ports.clock.now()
    seenAt = late.length === 0 ? (seenAt ?? now) : undefined
    const until = seenAt === undefined ? undefined : plusMs(seenAt, waitSeconds * 1000)
    if (until !== undefined && now >= until) {
      return { isComplete: true, found: 'no edge and no api accepts an older link any more' }
    }
    if (now >= deadline) return { isComplete: false, found: reasonToWait(late, until) }
    await ports.clock.pause(pollMs)
  }
}

interface LateCopy {
  readonly region: Region
  /** Whether the Region didn't respond. */
  readonly isUnread: boolean
}

async function lateCopies({ ports, settings, names }: RestoreContext): Promise<readonly LateCopy[]> {
  const { restores } = ports.aws
  const primary = await restores.secretVersion(names.secret, edgeStackRegion)
  const read = async (region: Region): Promise<readonly LateCopy[]> => {
    try {
      const copy = await restores.secretVersion(names.secret, region)
      return copy?.current === primary?.current ? [] : [{ region, isUnread: false }]
    } catch {
      return [{ region, isUnread: true }]
    }
  }
  return (await Promise.all(secretRegionsOf(settings).slice(1).map(read))).flat()
}

function reasonToWait(late: readonly LateCopy[], until: EpochMs | undefined): string {
  if (until !== undefined) return `older links may be accepted until ${new Date(until).toISOString()}`
  return late
    .map(({ region, isUnread }) =>
      isUnread ? `the copy of the keys in ${region} can't be read` : `the copy of the keys in ${region} is old`,
    )
    .join('; ')
}
