import type { KeySlot } from '../shared/nonce.ts'
import type { EpochSeconds } from '../shared/time.ts'
import { forgottenSeconds } from './periods.ts'
import type { StoredMacKeys } from './secret-value.ts'

/** A MAC key as the secret spells it: 32 bytes that nobody can predict, in base64. */
export function newMacKey(random: (length: number) => Uint8Array): string {
  return Buffer.from(random(32)).toString('base64')
}

/** Slots are numbered 0 to 15, and 0 comes after 15. */
const slotCount = 16

/** What decides when the MAC keys go on. */
export interface RotationTiming {
  readonly now: EpochSeconds
  /** Since when the present MAC keys have been in force everywhere; undefined while that isn't known. */
  readonly since: EpochSeconds | undefined
  /** Longest life of a link, in seconds. */
  readonly maxLinkSeconds: number
}

/**
 * The MAC keys after one more rotation, one step at a time, each no sooner than nobody can be hurt by it:
 *
 * - One slot: a second is added. It is accepted, and no nonce is made with it.
 * - The newer slot waits: it becomes `current` once every keyring accepts it.
 * - The newer slot is `current`: the older one makes room for the next once its last link has expired.
 *
 * So a nonce made anywhere is accepted everywhere until its link expires, though edges and apis learn of a new value at
 * different times. Otherwise the same keys, with `since` for the next rotation.
 */
export function nextMac(
  mac: StoredMacKeys,
  { now, since, maxLinkSeconds }: RotationTiming,
  newKey: () => string,
): StoredMacKeys {
  const { current, slots } = mac
  const unchanged = since === undefined ? { current, slots } : { current, slots, since }
  const next = slotAfter(current)
  if (Object.keys(slots).length === 1) return { current, slots: { ...slots, [next]: newKey() } }
  if (since === undefined) return unchanged
  const accepted = now >= since + forgottenSeconds
  if (next in slots) return accepted ? { current: next, slots } : unchanged
  const outlived = now >= since + forgottenSeconds + maxLinkSeconds
  return outlived ? { current, slots: { [current]: slots[current] ?? '', [next]: newKey() } } : unchanged
}

/** The first MAC key of a deployment. */
export function firstMac(key: string): StoredMacKeys {
  return { current: 0, slots: { 0: key } }
}

/** One new MAC key in a slot that none of `held` uses: every nonce made before is then forged. */
export function macAfterRestore(mac: StoredMacKeys, held: ReadonlySet<KeySlot>, key: string): StoredMacKeys {
  let current = slotAfter(mac.current)
  while (held.has(current)) current = slotAfter(current)
  return { current, slots: { [current]: key } }
}

/**
 * Whether `next` may take the place of `mac` while some processes still have the latter: each accepts what the other
 * makes. It isn't so when the secret was changed after `next` was made from it, as by a restore: `next` would bring
 * back keys that were thrown away.
 */
export function isCompatible(next: StoredMacKeys, mac: StoredMacKeys): boolean {
  const inBoth = (slot: KeySlot) => next.slots[slot] === mac.slots[slot]
  return inBoth(mac.current) && inBoth(next.current)
}

function slotAfter(slot: KeySlot): KeySlot {
  return (slot + 1) % slotCount
}
