import { effectOf, isThrottled } from '../../shared/effect-of-error.ts'
import { capabilityEnd } from '../../shared/redemption/receipt.ts'
import type { KmsSigningKey } from '../../shared/keys.ts'
import type { Link, ReceiptDraft } from '../../shared/link.ts'
import { minAttemptMs } from '../../shared/limits.ts'
import { backOff } from '../../shared/redemption/deadlines.ts'
import type { SigningResult } from '../../shared/redemption/redeem.ts'
import type { Region } from '../../shared/regions.ts'
import type { Clock, EpochMs } from '../../shared/time.ts'
import { type Capability, attachSignature, type Grantee, unsignedCapability } from './capability.ts'
import type { Kms } from '../ports.ts'

/** A key in KMS, and the port that signs with it. */
export interface KmsSigner {
  readonly kind: 'kms'
  readonly key: KmsSigningKey
  readonly kms: Kms
}

/** A link that was just consumed, this viewer's draft of its receipt, and who gets the capability. */
export interface ConsumedLink {
  readonly link: Link
  readonly receipt: ReceiptDraft | undefined
  readonly to: Grantee
}

/** When the attempts must end. */
export interface Limit {
  readonly clock: Clock
  readonly deadline: EpochMs
}

/** Timeout of one attempt: three fit into the time that a viewer waits. */
const attemptMs = 1000

/**
 * Has KMS sign the capability of a consumed link. Never rejects. Signing may take seconds, so the end is checked again
 * after it. If signing fails, the link stays used and the reason is `unsigned`; when the same client repeats its
 * request, the same policy is signed.
 */
export async function signWithKms(
  { link, receipt, to }: ConsumedLink,
  signer: KmsSigner,
  limit: Limit,
): Promise<SigningResult<Capability>> {
  const unsigned = unsignedCapability(link, signer.key.keyPairId, to)
  const result = await requestSignature(unsigned.policy, signer, limit)
  const end = capabilityEnd(link, receipt, limit.clock.now())
  if (end === 'expired' || end === 'spent') return { kind: 'refused', reason: end }
  if (result.kind === 'failed') return { kind: 'refused', reason: 'unsigned', cause: result.cause }
  return { kind: 'signed', signed: attachSignature(unsigned, result.signature) }
}

/** A signature in base64; or the error of the last attempt, undefined if there was no time for one. */
type SignatureResult =
  | { readonly kind: 'signed'; readonly signature: string }
  | { readonly kind: 'failed'; readonly cause: unknown }

/**
 * Requests a signature from the nearest Region, after a failure from the next, round after round until the deadline.
 * Signing twice does no harm. A Region that would refuse again gets no second request. If KMS throttles, more than one round
 * takes a retry of the process's budget.
 */
async function requestSignature(
  policy: string,
  { key, kms }: KmsSigner,
  { clock, deadline }: Limit,
): Promise<SignatureResult> {
  let cause: unknown
  let regions = kms.regions
  for (let round = 0; regions.length > 0; round += 1) {
    if (round > 0) {
      if (isThrottled(cause) && !kms.retries.spend()) return { kind: 'failed', cause }
      await backOff(round - 1, { clock, deadline })
    }
    const retryable: Region[] = []
    for (const region of regions) {
      const timeoutMs = Math.min(attemptMs, deadline - clock.now())
      if (timeoutMs < minAttemptMs) return { kind: 'failed', cause }
      try {
        const signature = await kms.sign(policy, key, { region, timeoutMs })
        kms.retries.earn()
        return { kind: 'signed', signature }
      } catch (error) {
        cause = error
        if (effectOf(error) !== 'none-not-retryable') retryable.push(region)
      }
    }
    regions = retryable
  }
  return { kind: 'failed', cause }
}
