import { hasPassed, plusSeconds, rfc3339 } from '../shared/time.ts'
import { maxKeysInGroup, pollMs, settleSeconds } from './periods.ts'
import type { KeysContext, KeyGroup, TimeLeft } from './ports.ts'

/** How often a group is changed again when somebody else has changed it meanwhile. */
const tries = 5

/** How long before its own end an invocation stops waiting, in milliseconds: longer than its last calls may take. */
const stopMs = 60_000

/** The deployment's key group; rejects when there is none. */
export async function keyGroupOf({ ports, deployment }: KeysContext): Promise<KeyGroup> {
  const group = await ports.cloudfront.keyGroup(deployment.name)
  if (group === undefined) throw new Error(`there is no key group ${deployment.name}`)
  return group
}

/** Adds a public key to the group, if it isn't in it. Rejects, having changed nothing, when the group is full. */
export async function addToKeyGroup(keyId: string, context: KeysContext): Promise<KeyGroup> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const group = await keyGroupOf(context)
    if (group.keyIds.includes(keyId)) return group
    assertRoom(group)
    await context.ports.cloudfront.updateKeyGroup(group, [...group.keyIds, keyId])
  }
  throw new Error(`key group ${context.deployment.name} was changed by others ${tries} times in a row`)
}

/** Throws when no key can be added. */
export function assertRoom({ name, keyIds }: KeyGroup, why = ''): void {
  if (keyIds.length < maxKeysInGroup) return
  throw new Error(`key group ${name} holds ${keyIds.length} public keys, allowed: ${maxKeysInGroup}${why}`)
}

/** What must still happen before every edge of CloudFront knows a group as it is now. */
export interface PendingChange {
  readonly missing: 'key' | 'deployment' | 'time'
  readonly text: string
}

/**
 * Waits until every edge of CloudFront verifies by a public key: the key is in the group, all distributions that trust
 * the group are deployed, and `settleSeconds` have passed since the group's last change. Gives what is still missing
 * when this invocation's time is over; what is done by then counts the next time.
 */
export async function waitUntilServed(
  keyId: string,
  context: KeysContext,
  timeLeft: TimeLeft,
): Promise<PendingChange | undefined> {
  for (;;) {
    const unserved = await whatIsMissing(keyId, context)
    if (unserved === undefined || unserved.missing === 'key' || timeLeft() < stopMs + pollMs) return unserved
    await context.ports.clock.pause(pollMs)
  }
}

async function whatIsMissing(keyId: string, context: KeysContext): Promise<PendingChange | undefined> {
  const { clock, cloudfront } = context.ports
  const group = await keyGroupOf(context)
  const { name, modifiedAt } = group
  if (!group.keyIds.includes(keyId)) return { missing: 'key', text: `public key ${keyId} in key group ${name}` }
  const late = (await cloudfront.distributionsOf(group.id)).filter(({ deployed }) => !deployed)
  if (late.length > 0) return { missing: 'deployment', text: `deployment of ${late.map(({ id }) => id).join(', ')}` }
  const settledAt = plusSeconds(modifiedAt, settleSeconds)
  if (hasPassed(settledAt, clock.now())) return undefined
  return { missing: 'time', text: `${rfc3339(settledAt)}, when key group ${name} has reached every edge` }
}
