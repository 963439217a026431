import { type Address, parseAddress } from '../../shared/address.ts'
import { type Bind, bindsWithoutClient, type Link } from '../../shared/link.ts'
import { isIpv6 } from '../../shared/network.ts'
import type { NonceClaims } from '../../shared/nonce.ts'
import { type CheckedNonce, type Refused as RefusedNonce, refused } from '../../shared/redemption/check-nonce.ts'
import {
  type Client,
  clientSecret,
  draftReceipt,
  freshClient,
  isFirstAddress,
} from '../../shared/redemption/receipt.ts'
import type { Ended, Ready, Redeemer, Target } from '../../shared/redemption/redeem.ts'
import { type EpochMs, hasPassed, plusMs } from '../../shared/time.ts'
import type { EdgeContext, Ports } from '../ports.ts'
import { type Capability, signCapability } from './capability.ts'
import { askToConfirm, isConfirmed, questionFor } from './confirmation.ts'
import { guessOf } from './guess.ts'
import type { Confirmed, Outcome, Question, Refused, Unconfirmed } from './outcome.ts'
import type { ViewerRequest } from './viewer-request.ts'

/** A redemption of an edge that is ready for its write, and what its response needs. */
export interface PreparedRedemption extends Ready<Capability, EdgeAnswer> {
  /** The id by which a browser is known when it asks again; undefined for other clients. */
  readonly cookie: string | undefined
  /** The link is for a player. */
  readonly media: boolean
  /** Of a browser's guess at a passphrase: what its page asks again. */
  readonly question: Question | undefined
}

/** What an edge answers by itself, though the link is not used or nothing is handed out yet. */
export type EdgeAnswer = Confirmed | Unconfirmed | Refused

/** Returns what redeems a nonce for a viewer. `origin` is `https://` and the requested host. */
export function redeemerFor(
  request: ViewerRequest,
  origin: string,
  context: EdgeContext & Deadline,
): Redeemer<Capability, EdgeAnswer, PreparedRedemption> {
  return {
    // What is bound to a client needs the gate.
    isUnsupported: claims => claims.flags.client && !context.gate,
    readGuess: checked => guessOf(request, checked),
    makeReady: (checked, target) => makeReady(request, checked, { ...context, origin, target }),
  }
}

/**
 * Returns the outcome for the viewer. If its request may have used the link, only the id that its browser was given opens the link again:
 * so it gets that as a cookie, and so does who is asked for a passphrase again.
 */
export function outcomeFor({ outcome, ready }: Ended<Capability, EdgeAnswer, PreparedRedemption>): Outcome {
  if (ready === undefined) return outcome
  const { cookie, media } = ready
  if (outcome.kind === 'redeemed') {
    const { signed, link, linkId, storeMs } = outcome
    return { kind: 'redeemed', capability: signed, media, file: link, cookie, linkId, storeMs }
  }
  // A refusal before the write says already what a page asks.
  if (outcome.kind !== 'refused' || 'question' in outcome) return outcome
  const question = outcome.sameClient === undefined ? ready.question : undefined
  const mayHaveUsed = outcome.sameClient !== undefined || outcome.reason === 'outcome-unknown'
  return { ...outcome, question, cookie: question || mayHaveUsed ? cookie : undefined }
}

interface Deadline {
  readonly deadline: EpochMs
}

/** What making ready needs. */
interface ReadyContext extends EdgeContext, Deadline {
  readonly origin: string
  readonly target: Target
}

function makeReady(
  request: ViewerRequest,
  checked: CheckedNonce,
  context: ReadyContext,
): PreparedRedemption | RefusedNonce {
  const { ports, origin, ipv6, target } = context
  const { clock } = ports
  const { id, nonce, keys, claims } = checked
  const { flags } = claims
  const viewer = parseAddress(request.address)
  if (viewer === undefined || (isIpv6(viewer) && !ipv6)) return refused('address-unsupported', id)
  const { receipt, cookie, secret } = partsOfClient(request, checked, { context, viewer, origin, target })
  const redemption = { ...target, viewer, binds: bindsFor(claims, request), ...(receipt && { receipt }) }
  const isPost = request.method === 'POST'
  const mayReopen = flags.media && flags.receipt && isPost && request.accept === 'html'
  const mustAsk = target.repeatOnly || ((flags.confirm || isPost) && !isConfirmed(request, nonce, clock.now()))
  const prepared = { kind: 'ready' as const, redemption, cookie, media: flags.media }
  return {
    ...prepared,
    question: flags.passphrase && cookie ? { ...questionFor(cookie, checked, clock.now()), isGuess: true } : undefined,
    ...(mustAsk && { ask: async () => askToConfirm(prepared, checked, context) }),
    ...(cookie !== undefined &&
      mayReopen && {
        postpone: (link, known) => (reopens(link, clock.now()) ? { kind: 'confirmed', ...known, cookie } : undefined),
      }),
    sign(link, expiresAt) {
      const isLogged = context.deliveriesTable !== undefined
      const to = { viewer, isFirst: isFirstAddress(link, receipt), ipv6, secret, isLogged, origin, expiresAt }
      return signCapability(link, keys.signing, to)
    },
  }
}

/** Returns to what a capability for this client can be bound. */
function bindsFor({ flags }: NonceClaims, { holdsSecret }: ViewerRequest): readonly Bind[] {
  if (!flags.client) return bindsWithoutClient
  return holdsSecret ? ['client', 'client-only'] : ['client']
}

/** Longest that a browser may take to open the link again after its form, in seconds. */
const reopenSeconds = 60

/** Whether a browser that sent a form may open the link again for its player, before it expires. */
function reopens({ expiresAt }: Link, now: EpochMs): boolean {
  return !hasPassed(expiresAt, plusMs(now, reopenSeconds * 1000))
}

/** Returns what the redemption takes from its client, as far as the link needs it. A receipt is hashed only for a link that keeps one. */
function partsOfClient(
  request: ViewerRequest,
  { nonce, claims, keys }: CheckedNonce,
  { context, target, ...at }: { context: EdgeContext; target: Target; viewer: Address; origin: string },
) {
  const known = clientOf(request, claims, context.ports)
  if (known === undefined) return {}
  const client = withPassphrase(known, target)
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
 * Of several uses, a program that brings another passphrase is another client: so who guesses its id has to reserve a try, as all others.
 * A browser comes back without the passphrase.
 */
function withPassphrase(client: Client, { extended, passphraseHash }: Target): Client {
  const isCovered = extended && passphraseHash !== undefined && client.kind !== 'cookie'
  return isCovered ? { ...client, id: `${client.id}\n${passphraseHash}` } : client
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
