import { forgottenSeconds } from '../../shared/keys.ts'
import type { KeySlot } from '../../shared/nonce.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { StoredMacKeys } from './secret-value.ts'

/** Makes a MAC key as the secret stores it: 32 unpredictable bytes, in base64. */
export function newMacKey(random: (length: number) => Uint8Array): string {
  return Buffer.from(random(32)).toString('base64')
}

/** Slots are 0 to 15; 0 follows 15. */
const slotCount = 16

/** Times that decide on the next step of the MAC keys. */
export interface RotationTiming {
  readonly now: EpochSeconds
  /** Since when the current MAC keys have been in force in every Region; undefined while that isn't known. */
  readonly since: EpochSeconds | undefined
  /** Longest life of a link, in seconds. */
  readonly maxLinkSeconds: number
}

/**
 * Returns the MAC keys after one more rotation, which takes at most one step, and only once it can't harm any link:
 *
 * - One slot: add a second. Functions accept its nonces, but make none with it.
 * - The newer slot is not `current`: make it `current` once every keyring accepts it.
 * - The newer slot is `current`: replace the older one by the next once its last link has expired.
 *
 * So each function accepts each nonce until its link expires, although edges and apis read a new value at different
 * times. If no step is due, returns the same keys, with `since` for the next rotation.
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

/** Returns the MAC keys of a new deployment: `key` in slot 0. */
export function firstMac(key: string): StoredMacKeys {
  return { current: 0, slots: { 0: key } }
}

/**
 * Returns MAC keys with only `key`, in a slot that is not in `usedSlots`: every older nonce is then refused as forged.
 */
export function macAfterRestore(mac: StoredMacKeys, usedSlots: ReadonlySet<KeySlot>, key: string): StoredMacKeys {
  let current = slotAfter(mac.current)
  while (usedSlots.has(current)) current = slotAfter(current)
  return { current, slots: { [current]: key } }
}

/**
 * Returns whether `next` may replace `mac` while some processes still use `mac`: each must accept nonces of the other.
 * Returns false if the secret was changed after `next` was made from it, as before a restore: `next` would bring back
 * keys that were removed.
 */
export function isCompatible(next: StoredMacKeys, mac: StoredMacKeys): boolean {
  const inBoth = (slot: KeySlot) => next.slots[slot] === mac.slots[slot]
  return inBoth(mac.current) && inBoth(next.current)
}

function slotAfter(slot: KeySlot): KeySlot {
  return (slot + 1) % slotCount
}
