import { assert } from '../../shared/errors.ts'
import { macAfterRestore, newMacKey } from './mac-rotation.ts'
import type { KeysContext } from './ports.ts'
import { readKeys, readValue, writeValue } from './secret-value.ts'

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
 * are invalid too. The signing key stays, so capabilities live as long as before. A former key for links without a receipt
 * (`withoutReceipt`) goes: none of these links is valid any more, and no new ones are issued while there is such a key.
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
