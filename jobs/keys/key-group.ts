import { type EpochSeconds, hasPassed, plusSeconds, rfc3339 } from '../../shared/time.ts'
import { maxKeysInGroup, pollMs, settleSeconds } from './periods.ts'
import type { KeysContext, KeyGroup, TimeLeft } from './ports.ts'

/** Attempts to change a group that others change at the same time. */
const maxAttempts = 5

/** Milliseconds before its own timeout at which an invocation stops waiting: longer than its last calls may take. */
const reserveMs = 60_000

/** Returns the deployment's key group. Rejects if there is none. */
export async function keyGroupOf({ ports, deployment }: KeysContext): Promise<KeyGroup> {
  const group = await ports.cloudfront.keyGroup(deployment.name)
  if (group === undefined) throw new Error(`there is no key group ${deployment.name}`)
  return group
}

/** Adds a public key to the group unless it is in it. If the group is full, rejects without a change. */
export async function addToKeyGroup(keyId: string, context: KeysContext): Promise<KeyGroup> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const group = await keyGroupOf(context)
    if (group.keyIds.includes(keyId)) return group
    assertRoom(group)
    await context.ports.cloudfront.updateKeyGroup(group, [...group.keyIds, keyId])
  }
  throw new Error(`others changed key group ${context.deployment.name} ${maxAttempts} times in a row`)
}

/** Throws if the group is full. `advice` ends the error's message. */
export function assertRoom({ name, keyIds }: KeyGroup, advice = ''): void {
  if (keyIds.length < maxKeysInGroup) return
  throw new Error(`key group ${name} holds ${keyIds.length} public keys, allowed: ${maxKeysInGroup}${advice}`)
}

/** What is still missing until every edge of CloudFront verifies with a key; `text` is for people. */
export interface PendingChange {
  readonly missing: 'key' | 'deployment' | 'time'
  readonly text: string
}

/** A public key, and when the version of the secret was made that names it, if that may have been just now. */
export interface NamedKey {
  readonly keyId: string
  readonly namedAt?: EpochSeconds | undefined
}

/**
 * Waits until every edge of CloudFront verifies with a public key: the key is in the group, all distributions that
 * trust the group are deployed, and `settleSeconds` have passed since the group's last change and since `namedAt`. Returns
 * undefined then, or what is still missing if the key isn't in the group or this invocation's time ends. A later call
 * continues from there.
 */
export async function waitUntilServed(
  key: NamedKey,
  context: KeysContext,
  timeLeft: TimeLeft,
): Promise<PendingChange | undefined> {
  for (;;) {
    const pending = await pendingChange(key, context)
    if (pending === undefined || pending.missing === 'key' || timeLeft() < reserveMs + pollMs) return pending
    await context.ports.clock.pause(pollMs)
  }
}

async function pendingChange({ keyId, namedAt }: NamedKey, context: KeysContext): Promise<PendingChange | undefined> {
  const { clock, cloudfront } = context.ports
  const group = await keyGroupOf(context)
  const { name, modifiedAt } = group
  if (!group.keyIds.includes(keyId)) return { missing: 'key', text: `public key ${keyId} in key group ${name}` }
  const late = (await cloudfront.distributionsOf(group.id)).filter(({ deployed }) => !deployed)
  if (late.length > 0) return { missing: 'deployment', text: `deployment of ${late.map(({ id }) => id).join(', ')}` }
  // A retirement that has read the secret before may still remove a key that was in the group: it lasts no longer than this.
  const changedAt = namedAt === undefined || namedAt < modifiedAt ? modifiedAt : namedAt
  const settledAt = plusSeconds(changedAt, settleSeconds)
  if (hasPassed(settledAt, clock.now())) return undefined
  return { missing: 'time', text: `${rfc3339(settledAt)}, when key group ${name} has reached every edge` }
}
