import { createHash } from 'node:crypto'
import { type EpochSeconds, secondsOf } from '../shared/time.ts'
import type { KeysContext, Versions } from './ports.ts'

/**
 * A staging label of AWSCURRENT: since when every Region's copy has had that version, and which version was before it.
 * A version's own dates don't say that: it is made long before it becomes current. Nor does DescribeSecret's `InSync`,
 * which only says that a copy exists (AWS, "DescribeSecret").
 */
const pattern = /^in-force-since-(\d{1,11})-after-([\w-]+)$/

/**
 * Returns since when AWSCURRENT has been in force in every Region; undefined while that isn't known. A label counts
 * only with the AWSPREVIOUS that it names: if an operator makes an older version current again, its old label must not
 * count.
 */
export function inForceSince({ current, previous = 'none', labels }: Versions): EpochSeconds | undefined {
  const found = (labels.get(current) ?? []).map(label => pattern.exec(label)).find(match => match?.[2] === previous)
  return found ? (Number(found[1]) as EpochSeconds) : undefined
}

/**
 * Marks AWSCURRENT as in force with the current time, once every Region's copy has it. All waits for a value to be
 * known start at that time. Rejects if a Region doesn't respond.
 */
export async function markInForce(versions: Versions, { ports, deployment }: KeysContext): Promise<void> {
  if (inForceSince(versions) !== undefined) return
  const regions = deployment.secretRegions ?? deployment.homeRegions
  const copies = await Promise.all(regions.map(region => ports.secret.copyIn(region)))
  if (copies.some(copy => !copyIsCurrent(copy, versions))) return
  const { current, previous = 'none', labels } = versions
  // First remove older marks, which would keep old versions with their keys.
  const oldMarks = [...labels].flatMap(([from, all]) =>
    all.filter(label => pattern.test(label)).map(label => ({ from, label })),
  )
  for (const { from, label } of oldMarks) await ports.secret.moveLabel(label, { from })
  await ports.secret.moveLabel(`in-force-since-${secondsOf(ports.clock.now())}-after-${previous}`, { to: current })
}

/**
 * Returns whether a Region's copy is up to date with the primary. After an operator makes an older version current
 * again, a copy that lags may still have that version from before, as AWSCURRENT after another AWSPREVIOUS.
 */
function copyIsCurrent(copy: Pick<Versions, 'current' | 'previous'>, { current, previous }: Versions): boolean {
  return copy.current === current && (copy.previous === undefined || copy.previous === previous)
}

/**
 * Returns the id of the version that replaces `version` outside of a rotation: always the same. If two processes put it
 * at once, Secrets Manager accepts the first, and rejects the second as another text for the same version.
 */
export function nextVersionId(version: string): string {
  return createHash('sha256').update(`after ${version}`).digest('hex').slice(0, 32)
}
