import { createHash } from 'node:crypto'
import { inForceMark, inForceSince, isInForceMark } from '../../shared/in-force.ts'
import { secondsOf } from '../../shared/time.ts'
import type { KeysContext, Versions } from './ports.ts'

/**
 * Marks AWSCURRENT as in force with the current time, once every Region's copy has it. All waits for a value to be
 * known start at that time. Rejects if a Region doesn't respond.
 */
export async function markInForce(versions: Versions, { ports, deployment }: KeysContext): Promise<void> {
  if (inForceSince(versions) !== undefined) return
  const regions = deployment.secretRegions ?? deployment.homeRegions
  const copies = await Promise.all(regions.map(region => ports.secret.copyIn(region)))
  if (copies.some(copy => !copyIsCurrent(copy, versions))) return
  const { current, previous, labels } = versions
  // First remove older marks, which would keep old versions with their keys.
  const oldMarks = [...labels].flatMap(([from, all]) => all.filter(isInForceMark).map(label => ({ from, label })))
  for (const { from, label } of oldMarks) await ports.secret.moveLabel(label, { from })
  await ports.secret.moveLabel(inForceMark(secondsOf(ports.clock.now()), previous), { to: current })
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
