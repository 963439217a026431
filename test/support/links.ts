import { createHmac, randomBytes } from 'node:crypto'
import { type Link, linkIdOf } from '../../shared/link.ts'
import { mintNonce, type Nonce, type NonceFlags } from '../../shared/nonce.ts'
import type { ObjectKey } from '../../shared/object-key.ts'
import type { EpochMs, EpochSeconds } from '../../shared/time.ts'
import { testKeys } from './keys.ts'

/** When every test with a clock of its own begins: 2026-11-24T12:00:00Z. */
export const noon = 1_795_521_600_000 as EpochMs

/** The second at `noon`, and seconds around it. */
export function secondsFromNoon(seconds: number): EpochSeconds {
  return (noon / 1000 + seconds) as EpochSeconds
}

/** Nothing asked for: a plain link. */
export const plain: NonceFlags = { confirm: false, receipt: false, bound: false, media: false }

/** A link that expires an hour after `noon`, with its nonce. What a link is `bound` to follows from its network. */
export function makeLink(fields: Partial<Link> = {}, flags: Partial<NonceFlags> = {}): { nonce: Nonce; link: Link } {
  const { expiresAt = secondsFromNoon(3600), homeRegion = 'us-east-1' } = fields
  const claims = { flags: { ...plain, bound: fields.network !== undefined, ...flags }, homeRegion, expiresAt }
  const nonce = mintNonce(claims, randomBytes(16), testKeys.mac)
  const link: Link = {
    id: linkIdOf(nonce),
    key: 'report.pdf' as ObjectKey,
    homeRegion,
    issuedAt: secondsFromNoon(0),
    expiresAt,
    urlSeconds: 30,
    bind: 'exact',
    ...fields,
  }
  return { nonce, link }
}

/** A nonce as an issuer of a newer version would make it: genuine, with a flag byte or Region code of its own. */
export function futureNonce({ flags, region }: { flags?: number; region?: number }): Nonce {
  const bytes = Buffer.from(makeLink().nonce, 'base64url')
  if (flags !== undefined) bytes.writeUInt8(flags, 1)
  if (region !== undefined) bytes.writeUInt8(region, 2)
  const key = testKeys.mac.bySlot.get(testKeys.mac.current)!
  bytes.set(createHmac('sha256', key).update(bytes.subarray(0, 23)).digest().subarray(0, 9), 23)
  return bytes.toString('base64url') as Nonce
}
