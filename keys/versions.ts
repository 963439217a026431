import { createHash } from 'node:crypto'
import { type EpochSeconds, secondsOf } from '../shared/time.ts'
import type { KeysContext, Versions } from './ports.ts'

/**
 * A staging label on AWSCURRENT that says since when every Region's copy has had that version, and which one it came
 * after. A version's own dates don't say so: it is made long before it is switched to, and DescribeSecret's `InSync`
 * promises no more than that a copy exists (AWS, "DescribeSecret").
 */
const pattern = /^in-force-since-(\d{1,11})-after-([\w-]+)$/

/**
 * Since when AWSCURRENT has been in force everywhere, or undefined while nobody knows. A label counts only with the
 * AWSPREVIOUS it was given with: when somebody goes back to an older version by hand, that one's old label must not.
 */
export function inForceSince({ current, previous = 'none', labels }: Versions): EpochSeconds | undefined {
  const found = (labels.get(current) ?? []).map(label => pattern.exec(label)).find(match => match?.[2] === previous)
  return found ? (Number(found[1]) as EpochSeconds) : undefined
}

/**
 * Notes that AWSCURRENT is in force everywhere, once it is: the clock of everything that waits for a value to be known
 * starts here. Rejects when a Region can't be asked.
 */
export async function markInForce(versions: Versions, { ports, deployment }: KeysContext): Promise<void> {
  if (inForceSince(versions) !== undefined) return
  const regions = deployment.secretRegions ?? deployment.homeRegions
  const copies = await Promise.all(regions.map(region => ports.secret.copyIn(region)))
  if (copies.some(copy => !copyIsCurrent(copy, versions))) return
  const { current, previous = 'none', labels } = versions
  // Off with those of before first: they would keep old versions alive, keys and all.
  const old = [...labels].flatMap(([from, all]) =>
    all.filter(each => pattern.test(each)).map(label => ({ from, label })),
  )
  for (const { from, label } of old) await ports.secret.moveLabel(label, { from })
  await ports.secret.moveLabel(`in-force-since-${secondsOf(ports.clock.now())}-after-${previous}`, { to: current })
}

/**
 * Whether a Region's copy is as the primary is. One that lags has AWSCURRENT from before when somebody has gone back to it,
 * and is still to go through what came between: there it came after another version.
 */
function copyIsCurrent(copy: Pick<Versions, 'current' | 'previous'>, { current, previous }: Versions): boolean {
  return copy.current === current && (copy.previous === undefined || copy.previous === previous)
}

/**
 * The id of the version that takes the place of another outside of a rotation: always the same for that one. Of two that
 * are put at once Secrets Manager takes the first, and refuses the second as one more text for the same version.
 */
export function nextVersionId(version: string): string {
  return createHash('sha256').update(`after ${version}`).digest('hex').slice(0, 32)
}
