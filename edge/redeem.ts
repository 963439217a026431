import { consume } from '../shared/consume.ts'
import { linkIdOf, type LinkId } from '../shared/link.ts'
import { parseIpv4 } from '../shared/network.ts'
import { parseNonce, verifyNonce } from '../shared/nonce.ts'
import { type Client, endForVisitor, receiptOf, type Registrar } from '../shared/receipt.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Route } from '../shared/route.ts'
import { type EpochMs, hasPassed, plusSeconds, secondsOf } from '../shared/time.ts'
import { type Capability, signCapability } from './capability.ts'
import type { Opening } from './parse.ts'
import type { Ports } from './ports.ts'

/** How an edge redeems: what its deployment and the Region it runs in decide. */
export interface Ways extends Omit<Registrar, 'mac'> {
  /** `http` only for an emulator on a laptop. */
  readonly scheme: 'https' | 'http'
  readonly route: Route
}

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
 * undone, then only what can't fail.
 */
export async function redeem(opening: Opening, ports: Ports, ways: Ways): Promise<Outcome> {
  const { clock, keyring } = ports
  const deadline = (clock.now() + patienceMs) as EpochMs

  if (opening.method === 'HEAD' || opening.method === 'OPTIONS') return { kind: 'described' }
  if (opening.method !== 'GET') return refused('method-not-allowed')
  if (opening.speculative) return refused('speculative')
  if (opening.client === 'invalid') return refused('idempotency-key-invalid')

  const parsed = parseNonce(opening.nonce)
  if (parsed === undefined || opening.host === undefined) return refused('malformed')
  const keys = await keyring.current()
  const claims = verifyNonce(parsed, keys.mac)
  if (claims === 'forged' || claims === 'unsupported') return refused(claims)

  const id = linkIdOf(parsed.nonce)
  const { flags, homeRegion, expiresAt } = claims
  if (flags.confirm || flags.media) return refused('unsupported', id)
  if (hasPassed(expiresAt, clock.now())) return refused('expired', id)
  const viewer = parseIpv4(opening.address)
  if (viewer === undefined) return refused('address-unsupported', id)

  const origin = `${ways.scheme}://${opening.host}`
  // Drawn and hashed only for a link that keeps it.
  const visitor = () => ({ client: clientOf(opening, ports), viewer, userAgent: opening.userAgent, origin })
  const receipt = flags.receipt ? receiptOf(visitor(), parsed.nonce, { ...ways, mac: keys.mac }) : undefined
  const redemption = { id, homeRegion, bound: flags.bound, viewer, ...(receipt && { receipt }) }
  const consumed = await consume(redemption, ports, { regions: ways.route(homeRegion), deadline })
  if (consumed.kind === 'refused') return refused(consumed.reason, id)

  // The write may have taken seconds: the condition held when it was sent, not necessarily now.
  const { link } = consumed
  const now = clock.now()
  if (hasPassed(link.expiresAt, now)) return refused('expired', id)
  const end = receipt ? endForVisitor(link, receipt) : plusSeconds(secondsOf(now), link.urlSeconds)
  if (end === undefined || hasPassed(end, now)) return refused('spent', id)
  const capability = signCapability(link, keys.signing, { viewer, origin, expiresAt: end })
  return { kind: 'redeemed', capability, linkId: id }
}

function clientOf({ client }: Opening, { random }: Ports): Client {
  if (typeof client === 'object') return client
  return { kind: 'fresh', id: Buffer.from(random(16)).toString('base64url') }
}

function refused(reason: Reason, linkId?: LinkId): Outcome {
  return linkId === undefined ? { kind: 'refused', reason } : { kind: 'refused', reason, linkId }
}
