import { linkIdOf, type LinkId } from '../shared/link.ts'
import { parseIpv4 } from '../shared/network.ts'
import { parseNonce, verifyNonce } from '../shared/nonce.ts'
import type { Reason } from '../shared/refusal.ts'
import { type EpochMs, hasPassed, secondsOf } from '../shared/time.ts'
import { type Capability, signCapability } from './capability.ts'
import { consume } from './consume.ts'
import type { Opening } from './parse.ts'
import type { Ports } from './ports.ts'

/** What becomes of one opening of a link. */
export type Outcome =
  | { readonly kind: 'redeemed'; readonly capability: Capability; readonly linkId: LinkId }
  | { readonly kind: 'refused'; readonly reason: Reason; readonly linkId?: LinkId }
  /** A HEAD or OPTIONS was answered, the same for every link. */
  | { readonly kind: 'described' }

/** All the time a viewer waits: 4 s, of which the last 300 ms are kept for the answer. */
const patienceMs = 4000 - 300

/**
 * Spends the nonce and hands out its capability, or says why not.
 *
 * The order is the promise: first what costs nothing, then everything that may fail, then the one write that can't be
 * undone, then only what can't fail. `scheme` is the one under which the distribution is served.
 */
export async function redeem(opening: Opening, ports: Ports, scheme: 'https' | 'http'): Promise<Outcome> {
  const { clock, keyring } = ports
  const startedAt = clock.now()

  if (opening.method === 'HEAD' || opening.method === 'OPTIONS') return { kind: 'described' }
  if (opening.method !== 'GET') return refused('method-not-allowed')
  if (opening.speculative) return refused('speculative')

  const parsed = parseNonce(opening.nonce)
  if (parsed === undefined || opening.host === undefined) return refused('malformed')
  const keys = await keyring.current()
  const claims = verifyNonce(parsed, keys.mac)
  if (claims === 'forged' || claims === 'unsupported') return refused(claims)

  const id = linkIdOf(parsed.nonce)
  const { flags, homeRegion, expiresAt } = claims
  if (flags.confirm || flags.receipt || flags.media) return refused('unsupported', id)
  if (hasPassed(expiresAt, clock.now())) return refused('expired', id)
  const viewer = parseIpv4(opening.address)
  if (viewer === undefined) return refused('address-unsupported', id)

  const redemption = { id, homeRegion, bound: flags.bound, viewer, now: secondsOf(clock.now()) }
  const consumed = await consume(redemption, ports, (startedAt + patienceMs) as EpochMs)
  if (consumed.kind === 'refused') return refused(consumed.reason, id)

  // The write may have taken seconds: the condition held when it was sent, not necessarily now.
  const now = clock.now()
  if (hasPassed(consumed.link.expiresAt, now)) return refused('expired', id)
  const origin = `${scheme}://${opening.host}`
  return {
    kind: 'redeemed',
    capability: signCapability(consumed.link, keys.signing, { viewer, origin, now }),
    linkId: id,
  }
}

function refused(reason: Reason, linkId?: LinkId): Outcome {
  return linkId === undefined ? { kind: 'refused', reason } : { kind: 'refused', reason, linkId }
}
