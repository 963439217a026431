import { randomBytes } from 'node:crypto'
import { type Link, linkIdOf } from '../shared/link.ts'
import { type MacKeys, macKeyOf, mintNonce, type Nonce, type NonceFlags } from '../shared/nonce.ts'
import { parseObjectKey } from '../shared/object-key.ts'
import { type EpochMs, type EpochSeconds, plusSeconds, secondsOf } from '../shared/time.ts'
import { type LinkKind, linkKinds } from './link-kinds.ts'
import { region } from './store/store.ts'

/** A live link with its nonce. */
export interface Minted {
  readonly nonce: Nonce
  readonly link: Link
}

/** Kinds of nonces that the edge must refuse without a call to the store. */
export const unknownKinds = ['forged', 'malformed', 'expired'] as const

/** Why the edge refuses a nonce before it calls the store. */
export type UnknownKind = (typeof unknownKinds)[number]

const noFlags: NonceFlags = {
  confirm: false,
  receipt: false,
  bound: false,
  media: false,
  client: false,
  passphrase: false,
}
const daySeconds = 24 * 3600

/** Makes `count` links that live for a day, as the api does. */
export function mintLinks(count: number, keys: MacKeys, kind: LinkKind = 'plain'): readonly Minted[] {
  const { flags, fields, ...object } = linkKinds[kind]
  const issuedAt = secondsOf(Date.now() as EpochMs)
  const key = parseObjectKey(object.key)
  if (key === undefined) throw new Error('the object key of the bench is invalid')
  return Array.from({ length: count }, () => {
    const expiresAt = plusSeconds(issuedAt, daySeconds)
    const nonce = mint(expiresAt, keys, flags)
    const purgeAt = plusSeconds(expiresAt, 3605)
    const times = { issuedAt, expiresAt, purgeAt, urlSeconds: 30 }
    return { nonce, link: { id: linkIdOf(nonce), key, homeRegion: region, bind: 'exact', ...times, ...fields } }
  })
}

/** Makes `count` nonces of one kind, without links. */
export function mintUnknown(kind: UnknownKind, count: number, keys: MacKeys): readonly string[] {
  const now = secondsOf(Date.now() as EpochMs)
  const otherKeys = { current: keys.current, bySlot: new Map([[keys.current, macKeyOf(randomBytes(32))]]) }
  const make = {
    forged: () => mint(plusSeconds(now, daySeconds), otherKeys),
    malformed: () => `${mint(plusSeconds(now, daySeconds), keys).slice(0, -1)}!`,
    expired: () => mint(plusSeconds(now, -daySeconds), keys),
  }[kind]
  return Array.from({ length: count }, make)
}

function mint(expiresAt: EpochSeconds, keys: MacKeys, flags: Partial<NonceFlags> = {}): Nonce {
  return mintNonce({ flags: { ...noFlags, ...flags }, homeRegion: region, expiresAt }, randomBytes(16), keys)
}
