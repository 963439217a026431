import { createHmac, randomBytes } from 'node:crypto'
import { parseAddress } from '../../../shared/address.ts'
import {
  bindsWithoutClient,
  isClientBound,
  type Link,
  linkIdOf,
  type Receipt,
  type ReceiptDraft,
  type RedemptionId,
} from '../../../shared/link.ts'
import { mintNonce, type Nonce, type NonceFlags } from '../../../shared/nonce.ts'
import { downloadPath, type ObjectKey } from '../../../shared/object-key.ts'
import type { Redemption } from '../../../shared/redemption/link-table.ts'
import { type EpochMs, type EpochSeconds, plusSeconds } from '../../../shared/time.ts'
import { testKeys } from '../keys/keys.ts'

/** Time at which every test clock starts, in epoch milliseconds: 2026-11-24T12:00:00Z. */
export const noon = 1_795_521_600_000 as EpochMs

/** Returns the epoch second that is `seconds` after `noon`. */
export function secondsFromNoon(seconds: number): EpochSeconds {
  return (noon / 1000 + seconds) as EpochSeconds
}

/** Flags of a link without options. */
export const plain: NonceFlags = {
  confirm: false,
  receipt: false,
  bound: false,
  media: false,
  client: false,
  passphrase: false,
  extended: false,
  upload: false,
}

/**
 * Makes a link that expires an hour after `noon`, with its nonce. With a `network` it is bound, with a `state` it keeps
 * a receipt; the nonce has flags for `confirm`, `media`, a binding to the client, `passphraseHash`, `maxUses` and `maxBytes`, too.
 */
export function makeLink(fields: Partial<Link> = {}, flags: Partial<NonceFlags> = {}): { nonce: Nonce; link: Link } {
  const { expiresAt = secondsFromNoon(3600), homeRegion = 'us-east-1' } = fields
  const has = (name: keyof Link) => fields[name] !== undefined
  const options = {
    bound: has('network'),
    receipt: has('state'),
    confirm: has('confirm'),
    media: has('media'),
    client: isClientBound(fields.bind ?? 'exact'),
    passphrase: has('passphraseHash'),
    extended: has('maxUses'),
    upload: has('maxBytes'),
  }
  const claims = { flags: { ...plain, ...options, ...flags }, homeRegion, expiresAt }
  const nonce = mintNonce(claims, randomBytes(16), testKeys.mac)
  const link: Link = {
    id: linkIdOf(nonce),
    key: 'report.pdf' as ObjectKey,
    homeRegion,
    issuedAt: secondsFromNoon(0),
    expiresAt,
    purgeAt: plusSeconds(expiresAt, 3605),
    urlSeconds: 30,
    bind: 'exact',
    ...fields,
  }
  return { nonce, link }
}

/** The path and query, without a signature, under which `makeLink`'s object is delivered by default. */
export const reportPath = downloadPath({ key: 'report.pdf' as ObjectKey })

/** A redemption, without a receipt, of a link that is bound to no network and no client, by a viewer at 203.0.113.7. */
export function redemptionOf({ id, homeRegion }: Pick<Link, 'id' | 'homeRegion'>): Redemption {
  return { id, homeRegion, bound: false, viewer: parseAddress('203.0.113.7'), binds: bindsWithoutClient }
}

/** Makes the receipt draft of one client's redemption; every call is another client. */
export function makeDraft(fields: Partial<ReceiptDraft> = {}): ReceiptDraft {
  const random = () => randomBytes(16).toString('base64url')
  return {
    redemptionId: random() as RedemptionId,
    edgeRegion: 'eu-west-1',
    viewer: '203.0.113.0/24',
    userAgent: 'curl',
    addressHash: random(),
    prefixHash: random(),
    ...fields,
  }
}

/** Makes one of several uses, by another client each time, `seconds` after noon, of a link with the default `urlSeconds`. */
export function makeUse(seconds: number, draft = makeDraft()): Receipt {
  return { ...draft, redeemedAt: secondsFromNoon(seconds), urlExpiresAt: secondsFromNoon(seconds + 30) }
}

/** Makes a genuine nonce with another flag byte or Region code, as an issuer of a newer version would. */
export function futureNonce({ flags, region }: { flags?: number; region?: number }): Nonce {
  const bytes = Buffer.from(makeLink().nonce, 'base64url')
  if (flags !== undefined) bytes.writeUInt8(flags, 1)
  if (region !== undefined) bytes.writeUInt8(region, 2)
  const key = testKeys.mac.bySlot.get(testKeys.mac.current)!
  bytes.set(createHmac('sha256', key.secret).update(bytes.subarray(0, 23)).digest().subarray(0, 9), 23)
  return bytes.toString('base64url') as Nonce
}
