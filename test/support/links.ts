import { randomBytes } from 'node:crypto'
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
