import { assert } from '../shared/errors.ts'
import { macAfterRestore, newMacKey } from './mac-rotation.ts'
import type { KeysContext } from './ports.ts'
import { readKeys, readValue, writeValue } from './secret-value.ts'

/** What the operator sends: `{"invalidateLinks": true}`, so that nobody does this by mistake. */
export interface InvalidateLinksEvent {
  readonly invalidateLinks?: unknown
}

/** The slot of the only MAC key there is now. */
export interface LinksInvalidated {
  readonly keySlot: number
}

/**
 * Makes every link that was ever issued dead: before a backup of the table is put back, which would bring used links
 * back. The MAC key is replaced by a new one in a new slot, so each nonce of before is refused as forged, as soon as a
 * process has read the new keys: within ten minutes, or within a day where it can't read them. Links that an api issues
 * until then are dead too. The signing key stays: capabilities live as long as they did.
 *
 * A rotation that is under way ends in an error; it can be started anew.
 */
export async function invalidateLinks(event: InvalidateLinksEvent, { ports }: KeysContext): Promise<LinksInvalidated> {
  if (event?.invalidateLinks !== true)
    throw new Error('event: allowed: {"invalidateLinks": true}, which kills every link')
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
