import type { Rights } from './callers.ts'

/** What the model knows of a link. */
export interface KnownLink {
  readonly id: string
  readonly nonce: string
  /** Its issuer; undefined if it was issued before there were issuers. */
  readonly owner: string | undefined
  readonly key: string
  readonly reference: string | undefined
  readonly keepsReceipt: boolean
  /** Why every exchange of it is refused before a write; undefined if it can be exchanged. */
  readonly refusal?: string | undefined
  /** Its `own` of the caller that issued it, then. */
  readonly own?: string | undefined
  /** The caller that issued it. */
  readonly issuedBy: string
  state: 'live' | 'used' | 'revoked' | 'gone'
  /** Who used it, and with which Idempotency-Key. */
  usedBy?: string
}

/** Returns whether a key is among those of a caller. */
export function isOwnKey(key: string, { prefixes }: Rights): boolean {
  return prefixes.some(prefix => key.slice(0, prefix.length) === prefix)
}

/** Returns whether a caller may know that a link exists. */
export function isVisible(link: Pick<KnownLink, 'owner' | 'own' | 'key'>, rights: Rights): boolean {
  if (rights.own !== undefined && link.own !== rights.own) return false
  return (rights.ofAll === true || link.owner === rights.owner) && isOwnKey(link.key, rights)
}

/** Returns whether nothing is hidden from a caller, so that it may learn what became of a link that is gone. */
export function seesEverything({ ofAll, prefixes }: Rights): boolean {
  return ofAll === true && prefixes.includes('')
}

/** Returns the reason for which a caller is refused before anything else; undefined if it may go on. */
export function refusalOf(rights: Rights | undefined, verb: Rights['verbs'][number]): string | undefined {
  if (rights === undefined) return 'not-an-issuer'
  return rights.verbs.includes(verb) ? undefined : 'verb-not-allowed'
}
