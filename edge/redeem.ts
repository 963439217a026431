import { assert } from '../shared/errors.ts'
import type { Keys, SecretSigningKey } from '../shared/keys.ts'
import type { Link, ReceiptDraft } from '../shared/link.ts'
import { type Ipv4, parseIpv4 } from '../shared/network.ts'
import type { NonceClaims } from '../shared/nonce.ts'
import { checkNonce, type CheckedNonce, refused } from '../shared/redemption/check-nonce.ts'
import { consume } from '../shared/redemption/consume.ts'
import { requestBudgetMs } from '../shared/redemption/deadlines.ts'
import type { UnredeemedKind, Redemption } from '../shared/redemption/link-table.ts'
import {
  type Client,
  capabilityEnd,
  freshClient,
  isSameClient,
  draftReceipt,
  type ReceiptContext,
} from '../shared/redemption/receipt.ts'
import type { Route } from '../shared/route.ts'
import { type Clock, type EpochMs, hasPassed, plusMs } from '../shared/time.ts'
import { signCapability } from './capability.ts'
import { createFormToken, isConfirmed } from './confirmation.ts'
import type { Outcome } from './outcome.ts'
import type { Ports } from './ports.ts'
import { type KmsSigner, type SigningResult, signWithKms } from './sign-with-kms.ts'
import { countUnredeemed, expectedRefusal, type Sight } from './unredeemed.ts'
import type { ClientIdentity, ViewerRequest } from './viewer-request.ts'

/** How an edge redeems: what its deployment and the Region it runs in decide. */
export interface EdgeContext extends Omit<ReceiptContext, 'mac'> {
  /** `http` only for an emulator on a laptop. */
  readonly scheme: 'https' | 'http'
  readonly route: Route
}

/**
 * Spends the nonce and hands out its capability, or says why not.
 *
 * The order is the promise: first what costs nothing, then everything that may fail, then the one write that can't be
 * undone, then only what can't fail. To have KMS sign can: it is done for links with a receipt alone, whose viewer may ask
 * again.
 */
export async function redeem(opening: ViewerRequest, ports: Ports, ways: EdgeContext): Promise<Outcome> {
  const { clock } = ports
  const deadline = plusMs(clock.now(), requestBudgetMs)
  const sight = { ports, route: ways.route, deadline }
  const held = refuseEarly(opening, sight)
  if (held !== undefined) return held
  if (opening.host === undefined) return refused('malformed')
  const admitted = await checkNonce(opening.nonce, ports, isUnsupported)
  if (admitted.kind === 'refused') return admitted
  const { id, nonce, keys } = admitted
  const { flags, homeRegion } = admitted.claims
  const viewer = parseIpv4(opening.address)
  if (viewer === undefined) return refused('address-unsupported', id)
  const signer = signerOf(keys, ports)
  const origin = `${ways.scheme}://${opening.host}`
  // Drawn and hashed only for a link that keeps it.
  const client = flags.receipt ? clientOf(opening, admitted, ports) : undefined
  const visitor = client && { client, viewer, userAgent: opening.userAgent, origin }
  const receipt = visitor && draftReceipt(visitor, nonce, { ...ways, mac: keys.mac })
  const redemption = { id, homeRegion, bound: flags.bound, viewer, ...(receipt && { receipt }) }
  const asks = (flags.confirm || opening.method === 'POST') && !isConfirmed(opening, nonce, clock.now())
  const asked = asks ? await requireConfirmation(opening, { admitted, client, redemption, sight }) : undefined
  if (asked !== undefined) return asked
  const askedAt = clock.now()
  const consumed = await consume(redemption, ports, { regions: ways.route(homeRegion), deadline })
  const storeMs = clock.now() - askedAt
  if (consumed.kind === 'refused') return { ...refused(consumed.reason, id), storeMs }

  const cookie = cookieOf(client ?? opening.client)
  if (cookie !== undefined && reopensInPlayer(opening, admitted, clock.now())) {
    return { kind: 'confirmed', cookie, linkId: id, storeMs }
  }
  const signed = await createCapability(consumed.link, { receipt, viewer, origin, signer, clock, deadline })
  if (signed.kind === 'refused')
    return { ...signed, sameClient: isSameClient(consumed.link, receipt), cookie, linkId: id, storeMs }
  return { kind: 'redeemed', capability: signed.capability, media: flags.media, cookie, linkId: id, storeMs }
}

/** Longest that a browser may take to open the link again after its form, in seconds. */
const reopenSeconds = 60

/** Whether a form's link is opened again for its player: not where it may have expired by then. */
function reopensInPlayer(
  { method, accept }: ViewerRequest,
  { claims: { flags, expiresAt } }: CheckedNonce,
  now: EpochMs,
): boolean {
  const isForm = method === 'POST' && accept === 'html'
  return isForm && flags.media && flags.receipt && !hasPassed(expiresAt, plusMs(now, reopenSeconds * 1000))
}

/** For whom a link was taken, and what signs for it. */
interface SigningRequest {
  readonly receipt: ReceiptDraft | undefined
  readonly viewer: Ipv4
  readonly origin: string
  readonly signer: SecretSigningKey | KmsSigner
  readonly clock: Clock
  readonly deadline: EpochMs
}

/** What a link that was taken is good for, if there is time left for it. */
function createCapability(link: Link, claim: SigningRequest): SigningResult | Promise<SigningResult> {
  const { receipt, viewer, origin, signer, clock, deadline } = claim
  const end = capabilityEnd(link, receipt, clock.now())
  if (end === 'expired' || end === 'spent') return { kind: 'refused', reason: end }
  const to = { viewer, origin, expiresAt: end }
  if (signer.kind === 'kms') return signWithKms({ link, receipt, to }, signer, { clock, deadline })
  return { kind: 'signed', capability: signCapability(link, signer, to) }
}

/** What is never done for a link is not done for what isn't one either, and looks the same. */
function refuseEarly(opening: ViewerRequest, sight: Sight): Outcome | Promise<Outcome> | undefined {
  const { method, nonce, speculative, robot, client } = opening
  const held = async (outcome: Outcome, hold: UnredeemedKind) => ({
    ...outcome,
    ...(await countUnredeemed(nonce, hold, sight)),
  })
  if (method === 'HEAD' || method === 'OPTIONS') return held({ kind: 'probed' }, 'probed')
  if (method !== 'GET' && method !== 'POST') return refused('method-not-allowed')
  // Whoever names a POST is a program on purpose, whatever it is called.
  const isNamed = method === 'POST' && typeof client === 'object' && client.kind === 'idempotency-key'
  if (speculative || (robot && !isNamed)) return held(refused(speculative ? 'speculative' : 'automated'), 'automated')
  return client === 'invalid' ? refused('idempotency-key-invalid') : undefined
}

/** Who is asked, about what. */
interface ConfirmationRequest {
  readonly admitted: CheckedNonce
  readonly client: Client | undefined
  readonly redemption: Redemption
  readonly sight: Sight & { readonly ports: Ports }
}

/**
 * Asks the viewer to confirm, unless the link is known to be none for this viewer. Nothing is to be asked of the client that
 * has confirmed already and comes back to its player.
 */
async function requireConfirmation(
  opening: ViewerRequest,
  { admitted, client, redemption, sight }: ConfirmationRequest,
): Promise<Outcome | undefined> {
  const { id, nonce, claims } = admitted
  const { clock, random } = sight.ports
  const askedAt = clock.now()
  const { flags, expiresAt } = claims
  const against = await expectedRefusal(redemption, sight)
  const now = clock.now()
  const storeMs = now - askedAt
  if (against?.sameClient && flags.media) return undefined
  if (against !== undefined) return { ...refused(against.reason, id), sameClient: against.sameClient, storeMs }
  const cookie = cookieOf(client ?? opening.client) ?? freshClient(random).id
  return {
    kind: 'unconfirmed',
    form: createFormToken(nonce, cookie, now),
    cookie,
    expiresAt,
    media: flags.media,
    linkId: id,
    storeMs,
  }
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

function cookieOf(client: Client | ClientIdentity): string | undefined {
  return typeof client === 'object' && client.kind === 'cookie' ? client.id : undefined
}

/** A browser keeps what it is known by where it may ask again: a page with a film is reloaded, and KMS may not have signed. */
function clientOf({ client, accept }: ViewerRequest, { claims, keys }: CheckedNonce, { random }: Ports): Client {
  if (typeof client === 'object') return client
  const fresh = freshClient(random)
  const mayAskAgain = accept === 'html' && (claims.flags.media || keys.signing.kind === 'kms')
  return mayAskAgain ? { kind: 'cookie', id: fresh.id } : fresh
}
