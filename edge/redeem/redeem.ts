import type { Link } from '../../shared/link.ts'
import { consume, consumeSteps } from '../../shared/redemption/consume.ts'
import { countRefusedUse } from '../../shared/redemption/count-refused-use.ts'
import type { GuessResult } from '../../shared/redemption/reserve-try.ts'
import { capabilityEnd, isFirstAddress, isSameClient } from '../../shared/redemption/receipt.ts'
import { type EpochMs, hasPassed, plusMs } from '../../shared/time.ts'
import { signCapability } from './capability.ts'
import type { Outcome } from './outcome.ts'
import type { EdgeContext } from '../ports.ts'
import type { PreparedRedemption } from './prepare.ts'
import { type SigningResult, signWithKms } from './sign-with-kms.ts'

/**
 * Consumes the link and hands out its capability, or says why not. Counts the refusal of a used link, unless this client itself
 * had used it.
 */
export async function redeem(prepared: PreparedRedemption, context: EdgeContext): Promise<Outcome> {
  const outcome = await consumeAndSign(prepared, context)
  if (outcome.kind === 'refused' && !outcome.sameClient) {
    const { ports, route } = context
    await countRefusedUse(outcome.reason, prepared.redemption, { ...ports, route, deadline: prepared.deadline })
  }
  return outcome
}

/**
 * Consumes the link and hands out its capability, or says why not.
 *
 * The order is the promise: `prepare` has done everything that may fail, so after the one write that can't be undone comes
 * only what can't fail. KMS can: it signs only for links with a receipt, whose client may ask again.
 */
async function consumeAndSign(prepared: PreparedRedemption, context: EdgeContext): Promise<Outcome> {
  const { redemption, cookie, media, mayReopen, deadline, question, compare } = prepared
  const { id: linkId, homeRegion, receipt, passphraseHash } = redemption
  const { ports, route } = context
  const { clock } = ports
  const startedAt = clock.now()
  const options = { regions: route(homeRegion), deadline }
  const consumed: GuessResult =
    compare && passphraseHash !== undefined
      ? await compare({ ...redemption, passphraseHash }, { ...ports, steps: consumeSteps }, options)
      : await consume(redemption, ports, options)
  const known = { cookie, linkId, storeMs: clock.now() - startedAt }
  if (consumed.kind === 'refused') {
    // If this request used the link, only the id that it was given opens the link again.
    const isKept = question || consumed.reason === 'outcome-unknown'
    return { ...consumed, ...known, question, cookie: isKept ? cookie : undefined }
  }

  if (cookie !== undefined && mayReopen && !expiresSoon(consumed.link, clock.now())) {
    return { kind: 'confirmed', ...known, cookie }
  }
  const signed = await createCapability(consumed.link, prepared, context)
  if (signed.kind === 'refused') return { ...signed, ...known, sameClient: isSameClient(consumed.link, receipt) }
  return { kind: 'redeemed', capability: signed.capability, media, file: consumed.link, ...known }
}

/** Longest that a browser may take to open the link again after its form, in seconds. */
const reopenSeconds = 60

/** Whether a link may have expired before a browser opens it again. */
function expiresSoon({ expiresAt }: Link, now: EpochMs): boolean {
  return hasPassed(expiresAt, plusMs(now, reopenSeconds * 1000))
}

/** Signs for a consumed link if there is time left: the write may have taken seconds. */
function createCapability(
  link: Link,
  { redemption: { receipt, viewer }, origin, signer, secret, deadline }: PreparedRedemption,
  { ports: { clock }, ipv6, deliveriesTable }: EdgeContext,
): SigningResult | Promise<SigningResult> {
  const end = capabilityEnd(link, receipt, clock.now())
  if (end === 'expired' || end === 'spent') return { kind: 'refused', reason: end }
  const isLogged = deliveriesTable !== undefined
  const to = { viewer, isFirst: isFirstAddress(link, receipt), ipv6, secret, isLogged, origin, expiresAt: end }
  if (signer.kind === 'kms') return signWithKms({ link, receipt, to }, signer, { clock, deadline })
  return { kind: 'signed', capability: signCapability(link, signer, to) }
}
