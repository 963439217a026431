import { assert } from '../../shared/errors.ts'
import { uploadPath } from '../../shared/http.ts'
import type { Link } from '../../shared/link.ts'
import { slotOf } from '../../shared/nonce.ts'
import { uploadTokenOf } from '../../shared/received.ts'
import type { CheckedNonce } from '../../shared/redemption/check-nonce.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { Capability } from './capability.ts'

// It is loaded with the first link that takes a file, before its write: no other link needs it.

/** The nonce of such a link, and the API that takes its file. */
interface Upload {
  readonly checked: CheckedNonce
  readonly uploadApi: string
}

/**
 * Returns the right to one upload until `expiresAt`: a page with its token in the fragment, which no server gets, and for programs the
 * token and where to send it. The key of the nonce makes the token, so a repeat gets the same one. No I/O. Throws if the link takes no
 * file, which its nonce rules out.
 */
export function signUpload(
  { maxBytes, receipt }: Link,
  expiresAt: EpochSeconds,
  { checked: { id: linkId, nonce, keys }, uploadApi }: Upload,
): Capability {
  assert(maxBytes !== undefined && receipt, 'a link that takes a file')
  const token = uploadTokenOf(
    { linkId, redemptionId: receipt.redemptionId, maxBytes, expiresAt },
    slotOf(nonce),
    keys.mac,
  )
  const { origin } = new URL(uploadApi)
  return { location: `${origin}${uploadPath}#${token}`, url: `${uploadApi}/received`, expiresAt, token }
}
