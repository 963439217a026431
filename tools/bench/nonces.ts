import { randomBytes } from 'node:crypto'
import { type Link, linkIdOf } from '../../shared/link.ts'
import { type MacKeys, mintNonce, type Nonce, noFlags } from '../../shared/nonce.ts'
import { parseObjectKey } from '../../shared/object-key.ts'
import type { Region } from '../../shared/regions.ts'
import { type EpochMs, plusSeconds, secondsOf } from '../../shared/time.ts'

/** Region of the bench: the only home Region, and that of its edge. */
export const region: Region = 'us-east-1'

const daySeconds = 24 * 3600

/** Makes the nonces of `count` links that live for a day, as the api does. */
export function mintNonces(count: number, keys: MacKeys): readonly Nonce[] {
  const expiresAt = plusSeconds(secondsOf(Date.now() as EpochMs), daySeconds)
  return Array.from({ length: count }, () =>
    mintNonce({ flags: noFlags, homeRegion: region, expiresAt }, randomBytes(16), keys),
  )
}

/** Makes a live link with an object key of usual length. */
export function sampleLink(keys: MacKeys): Link {
  const key = parseObjectKey('releases/2026/11/handbook-of-the-edge-en.pdf')
  const [nonce] = mintNonces(1, keys)
  if (key === undefined || nonce === undefined) throw new Error('the object key of the bench is invalid')
  const issuedAt = secondsOf(Date.now() as EpochMs)
  const expiresAt = plusSeconds(issuedAt, daySeconds)
  const times = { issuedAt, expiresAt, purgeAt: plusSeconds(expiresAt, 3605), urlSeconds: 30 }
  return { id: linkIdOf(nonce), key, homeRegion: region, bind: 'exact', ...times }
}
