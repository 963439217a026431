import { effectOf } from '../shared/redemption/effect-of-error.ts'
import { capabilityEnd } from '../shared/redemption/receipt.ts'
import type { KmsSigningKey } from '../shared/keys.ts'
import type { Link, ReceiptDraft } from '../shared/link.ts'
import { backOff, minAttemptMs } from '../shared/redemption/deadlines.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Region } from '../shared/regions.ts'
import type { Clock, EpochMs } from '../shared/time.ts'
import { type Capability, attachSignature, type Grantee, unsignedCapability } from './capability.ts'
import type { Kms } from './ports.ts'

/** A key in KMS, and the way to ask for its signatures. */
export interface KmsSigner {
  readonly kind: 'kms'
  readonly key: KmsSigningKey
  readonly kms: Kms
}

/** A link that was just taken, what this visitor brought to its receipt, and who is to get its capability. */
export interface ConsumedLink {
  readonly link: Link
  readonly receipt: ReceiptDraft | undefined
  readonly to: Grantee
}

/** The capability, or why there is none. */
export type SigningResult =
  | { readonly kind: 'signed'; readonly capability: Capability }
  | { readonly kind: 'refused'; readonly reason: Reason; readonly cause?: unknown }

/** Until when KMS may be asked. */
export interface Limit {
  readonly clock: Clock
  readonly deadline: EpochMs
}

/** Longest wait for one Region, in milliseconds: three can be asked while a viewer waits. */
const attemptMs = 1000

/**
 * Has KMS sign the capability of a link that is taken. That may take seconds, so the clock is looked at again; and it may
 * fail, which leaves the link used and `unsigned`: a repeat by the same client gets the same policy signed. Never rejects.
 */
export async function signWithKms(
  { link, receipt, to }: ConsumedLink,
  signer: KmsSigner,
  limit: Limit,
): Promise<SigningResult> {
  const unsigned = unsignedCapability(link, signer.key.keyPairId, to)
  const answer = await signatureOf(unsigned.policy, signer, limit)
  const end = capabilityEnd(link, receipt, limit.clock.now())
  if (end === 'expired' || end === 'spent') return { kind: 'refused', reason: end }
  if (answer.kind === 'none') return { kind: 'refused', reason: 'unsigned', cause: answer.cause }
  return { kind: 'signed', capability: attachSignature(unsigned, answer.signature) }
}

/** A signature in base64; without one `cause` is what the Region that was asked last said. */
type Answer =
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'none'; readonly cause: unknown }

/**
 * Asks the nearest Region, after any failure the next, and so on until the deadline, since to sign twice does no harm. A
 * Region that would refuse again isn't asked again.
 */
async function signatureOf(policy: string, { key, kms }: KmsSigner, { clock, deadline }: Limit): Promise<Answer> {
  let cause: unknown
  let regions = kms.regions
  for (let round = 0; regions.length > 0; round += 1) {
    if (round > 0) await backOff(round - 1, { clock, deadline })
    const hopeful: Region[] = []
    for (const region of regions) {
      const timeoutMs = Math.min(attemptMs, deadline - clock.now())
      if (timeoutMs < minAttemptMs) return { kind: 'none', cause }
      try {
        return { kind: 'signature', signature: await kms.sign(policy, key, { region, timeoutMs }) }
      } catch (error) {
        cause = error
        if (effectOf(error) !== 'none-not-retryable') hopeful.push(region)
      }
    }
    regions = hopeful
  }
  return { kind: 'none', cause }
}
