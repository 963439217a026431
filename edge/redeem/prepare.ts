import { type Address, parseAddress } from '../../shared/address.ts'
import { assert } from '../../shared/errors.ts'
import type { Keys, SecretSigningKey, SigningKey } from '../../shared/keys.ts'
import { type Bind, bindsWithoutClient } from '../../shared/link.ts'
import { isIpv6 } from '../../shared/network.ts'
import type { NonceClaims } from '../../shared/nonce.ts'
import { hashPassphrase } from '../../shared/passphrase-hash.ts'
import { type CheckedNonce, checkNonce, refused } from '../../shared/redemption/check-nonce.ts'
import { countRefusedUse } from '../../shared/redemption/count-refused-use.ts'
import { requestBudgetMs } from '../../shared/redemption/deadlines.ts'
import type { Redemption, UnredeemedKind } from '../../shared/redemption/link-table.ts'
import { type Client, clientSecret, draftReceipt, freshClient } from '../../shared/redemption/receipt.ts'
import { type EpochMs, plusMs } from '../../shared/time.ts'
import type { ClientSecret } from './binding.ts'
import { createFormToken, isConfirmed } from './confirmation.ts'
import type { Guess } from './guess.ts'
import type { Outcome, PageForm, Question } from './outcome.ts'
import type { EdgeContext, Ports } from '../ports.ts'
import type { KmsSigner } from './sign-with-kms.ts'
import { countUnredeemed, expectedResult } from './unredeemed.ts'
import type { ViewerRequest } from './viewer-request.ts'

/** A redemption in which only the write, the clock and KMS can still say no. */
export interface PreparedRedemption {
  readonly kind: 'prepared'
  readonly redemption: Redemption & { readonly viewer: Address }
  /** `https://` and the host that the viewer asked. */
  readonly origin: string
  readonly signer: SecretSigningKey | KmsSigner
  /** The id by which a browser is known when it asks again; undefined for other clients. */
  readonly cookie: string | undefined
  /** To what the capability of a link that is bound to its client is bound; undefined for other links. */
  readonly secret: ClientSecret | undefined
  /** The link is for a player. */
  readonly media: boolean
  /** A browser sent the form of a confirmation page, and may open the link again for its player. */
  readonly mayReopen: boolean
  /** How the passphrase is compared, if the link has one. */
  readonly compare: Guess['compare'] | undefined
  /** Of a browser's guess: the form of the page that asks again. */
  readonly question: Question | undefined
  /** When all must have ended. */
  readonly deadline: EpochMs
}

/**
 * Does all of a redemption that comes before its write: first what costs nothing, then everything that may fail. Returns the
 * outcome instead if the request ends here, and then the link is not used. Rejects if keys or a signer are missing.
 */
export async function prepare(request: ViewerRequest, context: EdgeContext): Promise<PreparedRedemption | Outcome> {
  const { ports } = context
  const deadline = plusMs(ports.clock.now(), requestBudgetMs)
  const early = refuseEarly(request, context, deadline)
  if (early !== undefined) return early
  if (request.host === undefined) return refused('malformed')
  const checked = await checkNonce(
    request.nonce,
    ports,
    // What is bound to a client needs the gate.
    (claims, keys) => !signingKeyFor(claims, keys) || (claims.flags.client && !context.gate),
  )
  if (checked.kind === 'refused') return checked
  const guess =
    checked.claims.flags.passphrase && (await import('./guess.ts')).guessOf(request, checked, hashPassphrase)
  if (guess && guess.kind === 'refused') return guess
  return prepareChecked(request, checked, { ...context, deadline, guess: guess || undefined })
}

/** What the rest of a preparation needs. */
interface CheckedContext extends EdgeContext {
  readonly deadline: EpochMs
  readonly guess: Guess | undefined
}

async function prepareChecked(
  request: ViewerRequest,
  checked: CheckedNonce,
  context: CheckedContext,
): Promise<PreparedRedemption | Outcome> {
  const { ports, scheme, deadline, guess } = context
  const { clock } = ports
  const { id, nonce, keys, claims } = checked
  const { flags, homeRegion } = claims
  const viewer = parseAddress(request.address)
  if (viewer === undefined || (isIpv6(viewer) && !context.ipv6)) return refused('address-unsupported', id)
  const signer = signerOf(signingKeyFor(claims, keys), ports)
  const origin = `${scheme}://${request.host}`
  const { receipt, cookie, secret } = partsOfClient(request, checked, { context, viewer, origin })
  const binds = bindsFor(claims, request)
  const who = { id, homeRegion, bound: flags.bound, viewer, binds, ...(receipt && { receipt }) }
  const { media } = flags
  const isPost = request.method === 'POST'
  const mayReopen = media && flags.receipt && isPost && request.accept === 'html'
  const rest = { origin, signer, cookie, secret, media, mayReopen, deadline }
  const prepared = {
    kind: 'prepared' as const,
    redemption: guess ? { ...who, ...guess.clauses } : who,
    ...rest,
    compare: guess ? guess.compare : undefined,
    question: guess && cookie ? { ...formFor(cookie, checked, clock.now()), isGuess: true } : undefined,
  }
  const onlyAsks = guess && 'repeatOnly' in guess.clauses
  const mustAsk = onlyAsks || ((flags.confirm || isPost) && !isConfirmed(request, nonce, clock.now()))
  const unconfirmed = mustAsk ? await requireConfirmation(prepared, checked, context) : undefined
  return unconfirmed ?? prepared
}

/** Returns a form for the browser with this cookie. */
function formFor(cookie: string, { nonce, claims: { expiresAt } }: CheckedNonce, now: EpochMs): PageForm {
  return { form: createFormToken(nonce, cookie, now), cookie, expiresAt }
}

/** Returns to what a capability for this client can be bound. */
function bindsFor({ flags }: NonceClaims, { holdsSecret }: ViewerRequest): readonly Bind[] {
  if (!flags.client) return bindsWithoutClient
  return holdsSecret ? ['client', 'client-only'] : ['client']
}

/** Answers requests that never use a link, the same for valid and invalid nonces; undefined for all others. */
function refuseEarly(
  request: ViewerRequest,
  context: EdgeContext,
  deadline: EpochMs,
): Outcome | Promise<Outcome> | undefined {
  const { method, nonce, speculative, robot, client } = request
  const counted = async (outcome: Outcome, kind: UnredeemedKind) => ({
    ...outcome,
    ...(await countUnredeemed(nonce, kind, { ...context, deadline })),
  })
  if (method === 'HEAD' || method === 'OPTIONS') return counted({ kind: 'probed' }, 'probed')
  if (method !== 'GET' && method !== 'POST') return refused('method-not-allowed')
  // A program that names its POST means to redeem, whatever its User-Agent says.
  const isNamed = method === 'POST' && typeof client === 'object' && client.kind !== 'cookie'
  if (speculative || (robot && !isNamed))
    return counted(refused(speculative ? 'speculative' : 'automated'), 'automated')
  return typeof client === 'object' || client === 'nothing' ? undefined : refused(client)
}

/**
 * Asks the viewer to confirm, unless one read shows that this viewer can't use the link: then it is refused. Returns
 * undefined for a client that has confirmed before, and comes back to its download or player.
 */
async function requireConfirmation(
  { redemption, cookie, media, deadline }: PreparedRedemption,
  checked: CheckedNonce,
  context: EdgeContext,
): Promise<Outcome | undefined> {
  const { id: linkId, claims } = checked
  const { passphrase } = claims.flags
  const { clock, random } = context.ports
  const startedAt = clock.now()
  const expected = await expectedResult(redemption, { ...context, deadline })
  const now = clock.now()
  const storeMs = now - startedAt
  const form = formFor(cookie ?? freshClient(random).id, checked, now)
  if (expected.kind === 'refused') {
    const { reason, sameClient, notBefore } = expected
    if (sameClient) return undefined
    await countRefusedUse(reason, redemption, { ...context.ports, route: context.route, deadline })
    return {
      ...refused(reason, linkId),
      storeMs,
      notBefore,
      ...(passphrase && { question: form, cookie: form.cookie }),
    }
  }
  const file = passphrase ? undefined : expected.link
  return { kind: 'unconfirmed', ...form, media, passphrase, file, linkId, storeMs }
}

/**
 * Returns the key that signs for such a link. KMS may fail after the write, and only a client with a receipt may ask again: so for
 * a link without one, a former key in the secret, or none.
 */
function signingKeyFor({ flags }: NonceClaims, { signing, withoutReceipt }: Keys): SigningKey | undefined {
  return signing.kind === 'secret' || flags.receipt ? signing : withoutReceipt
}

/** Returns what will sign. Throws if nothing can, so it comes before the write. */
function signerOf(key: SigningKey | undefined, { kms }: Ports): SecretSigningKey | KmsSigner {
  if (key?.kind === 'secret') return key
  assert(key && kms, 'no KMS')
  return { kind: 'kms', key, kms }
}

/** Returns what the redemption takes from its client, as far as the link needs it. A receipt is hashed only for a link that keeps one. */
function partsOfClient(
  request: ViewerRequest,
  { nonce, claims, keys }: CheckedNonce,
  { context, ...at }: { context: EdgeContext; viewer: Address; origin: string },
) {
  const client = clientOf(request, claims, context.ports)
  if (client === undefined) return {}
  const { flags } = claims
  const subject = { client, userAgent: request.userAgent, ...at }
  const isProgram = request.accept === 'any'
  return {
    receipt: flags.receipt ? draftReceipt(subject, nonce, { ...context, mac: keys.mac }) : undefined,
    cookie: client.kind === 'cookie' ? client.id : undefined,
    secret: flags.client
      ? { value: clientSecret(client, nonce), isBrought: client.secret !== undefined, isProgram }
      : undefined,
  }
}

/**
 * Returns the client, who gets an id if it has none and the link needs one: to be opened again by the same browser, or to be
 * bound to its client.
 */
function clientOf({ client }: ViewerRequest, { flags }: NonceClaims, { random }: Ports): Client | undefined {
  if (typeof client === 'object') return client
  if (!flags.receipt && !flags.client) return undefined
  const fresh = freshClient(random)
  return flags.receipt ? { kind: 'cookie', id: fresh.id } : fresh
}
