import { assert } from '../../shared/errors.ts'
import { maxCapabilitySeconds } from '../../shared/limits.ts'
import { forgottenSeconds } from '../../shared/secrets/keys.ts'
import type { KeySlot } from '../../shared/nonce.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { KeysContext } from './ports.ts'
import { readKeys, readValue, type StoredMacKeys, writeValue } from './secret-value.ts'

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
 * - The newer slot is `current`: replace the older one by the next once its last link has expired, and the last upload that such a link
 *   began: its token is made with the slot of the nonce, and lives as long as a capability.
 *
 * So each function accepts each nonce until its link expires, and each token until its upload ends, although edges and apis read a new
 * value at different times. If no step is due, returns the same keys, with `since` for the next rotation.
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
  const outlived = now >= since + forgottenSeconds + maxLinkSeconds + maxCapabilitySeconds
  return outlived ? { current, slots: { [current]: slots[current] ?? '', [next]: newKey() } } : unchanged
}

/** Returns the MAC keys of a new deployment: `key` in slot 0. */
export function firstMac(key: string): StoredMacKeys {
  return { current: 0, slots: { 0: key } }
}

/**
 * Returns MAC keys with only `key`, in a slot that is not in `usedSlots`: every older nonce is then refused as forged.
 */
function macAfterRestore(mac: StoredMacKeys, usedSlots: ReadonlySet<KeySlot>, key: string): StoredMacKeys {
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

/** Event that an operator sends, `{"invalidateLinks": true}`: explicit, so that it isn't sent by mistake. */
export interface InvalidateLinksEvent {
  readonly invalidateLinks?: unknown
}

/** Result: the slot of the only MAC key. */
export interface LinksInvalidated {
  readonly keySlot: number
}

/**
 * Invalidates every link that was ever issued, for use before a backup of the table is restored, which would make used
 * links live again. Replaces the MAC key by a new one in a new slot. Once a process has read it, it refuses each older
 * nonce as forged: within ten minutes, or within a day if it can't read the secret. Links that an api issues until then
 * are invalid too. The signing key stays, so capabilities live as long as before.
 *
 * A rotation under way ends in an error and can be started again. Throws for any other event.
 */
export async function invalidateLinks(event: InvalidateLinksEvent, { ports }: KeysContext): Promise<LinksInvalidated> {
  if (event?.invalidateLinks !== true)
    throw new Error('event: allowed: {"invalidateLinks": true}, which invalidates every link')
  const { secret, random } = ports
  const { current, pending } = await secret.versions()
  const value = readKeys((await secret.read(current))?.text, 'AWSCURRENT')
  const next = readValue((pending === undefined ? undefined : await secret.read(pending))?.text ?? '')
  const slots = [value, ...(next === 'placeholder' ? [] : [next])].flatMap(({ mac }) => Object.keys(mac.slots))
  const mac = macAfterRestore(value.mac, new Set(slots.map(Number)), newMacKey(random))
  const version = Buffer.from(random(16)).toString('hex')
  const put = await secret.put(writeValue({ signing: value.signing, mac }), { version, label: 'AWSCURRENT' })
  assert(put === 'put', 'no two versions get the same random id')
  return { keySlot: mac.current }
}
