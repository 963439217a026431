import { admit, type Refused, refused } from '../shared/admission.ts'
import { assert } from '../shared/assert.ts'
import { consume } from '../shared/consume.ts'
import { endOfCapability } from '../shared/end-of-capability.ts'
import type { Keys, SecretSigningKey } from '../shared/keys.ts'
import type { LinkId } from '../shared/link.ts'
import { parseIpv4 } from '../shared/network.ts'
import type { NonceClaims } from '../shared/nonce.ts'
import { patienceMs } from '../shared/patience.ts'
import { type Client, freshClient, receiptOf, type Registrar } from '../shared/receipt.ts'
import type { Route } from '../shared/route.ts'
import type { EpochMs } from '../shared/time.ts'
import { type Capability, signCapability } from './capability.ts'
import type { Opening } from './parse.ts'
import type { Ports } from './ports.ts'
import { type KmsSigner, type Signed, signWithKms } from './sign-with-kms.ts'

/** How an edge redeems: what its deployment and the Region it runs in decide. */
export interface Ways extends Omit<Registrar, 'mac'> {
  /** `http` only for an emulator on a laptop. */
  readonly scheme: 'https' | 'http'
  readonly route: Route
}

/** What becomes of one opening of a link. `storeMs` is as in the log; `cause` is the error behind a refusal, if any. */
export type Outcome =
  | { readonly kind: 'redeemed'; readonly capability: Capability; readonly linkId: LinkId; readonly storeMs: number }
  | (Refused & { readonly storeMs?: number; readonly cause?: unknown })
  /** A HEAD or OPTIONS was answered, the same for every link. */
  | { readonly kind: 'described' }

/**
 * Spends the nonce and hands out its capability, or says why not.
 *
 * The order is the promise: first what costs nothing, then everything that may fail, then the one write that can't be
 * undone, then only what can't fail. To have KMS sign can: it is done for links with a receipt alone, whose viewer may ask
 * again.
 */
export async function redeem(opening: Opening, ports: Ports, ways: Ways): Promise<Outcome> {
  const { clock } = ports
  const deadline = (clock.now() + patienceMs) as EpochMs

  if (opening.method === 'HEAD' || opening.method === 'OPTIONS') return { kind: 'described' }
  if (opening.method !== 'GET') return refused('method-not-allowed')
  if (opening.speculative) return refused('speculative')
  if (opening.client === 'invalid') return refused('idempotency-key-invalid')

  if (opening.host === undefined) return refused('malformed')
  const admitted = await admit(opening.nonce, ports, isUnsupported)
  if (admitted.kind === 'refused') return admitted
  const { id, nonce, keys } = admitted
  const { flags, homeRegion } = admitted.claims
  const viewer = parseIpv4(opening.address)
  if (viewer === undefined) return refused('address-unsupported', id)
  const signer = signerOf(keys, ports)

  const origin = `${ways.scheme}://${opening.host}`
  // Drawn and hashed only for a link that keeps it.
  const visitor = () => ({ client: clientOf(opening, ports), viewer, userAgent: opening.userAgent, origin })
  const receipt = flags.receipt ? receiptOf(visitor(), nonce, { ...ways, mac: keys.mac }) : undefined
  const redemption = { id, homeRegion, bound: flags.bound, viewer, ...(receipt && { receipt }) }
  const askedAt = clock.now()
  const consumed = await consume(redemption, ports, { regions: ways.route(homeRegion), deadline })
  const storeMs = clock.now() - askedAt
  if (consumed.kind === 'refused') return { ...refused(consumed.reason, id), storeMs }

  const { link } = consumed
  const end = endOfCapability(link, receipt, clock.now())
  if (end === 'expired' || end === 'spent') return { ...refused(end, id), storeMs }
  const to = { viewer, origin, expiresAt: end }
  const signed: Signed =
    signer.kind === 'secret'
      ? { kind: 'signed', capability: signCapability(link, signer, to) }
      : await signWithKms({ link, receipt, to }, signer, { clock, deadline })
  if (signed.kind === 'refused') return { ...signed, linkId: id, storeMs }
  return { kind: 'redeemed', capability: signed.capability, linkId: id, storeMs }
}

/** KMS may fail after the write, and only the client of a receipt may ask again. */
function isUnsupported({ flags }: NonceClaims, { signing }: Keys): boolean {
  return signing.kind === 'kms' && !flags.receipt
}

/** What is going to sign; throws if there is no way to, so it comes before the write. */
function signerOf({ signing }: Keys, { kms }: Ports): SecretSigningKey | KmsSigner {
  if (signing.kind === 'secret') return signing
  assert(kms, 'an edge whose secret names a key in KMS can ask KMS')
  return { kind: 'kms', key: signing, kms }
}

function clientOf({ client }: Opening, { random }: Ports): Client {
  return typeof client === 'object' ? client : freshClient(random)
}
