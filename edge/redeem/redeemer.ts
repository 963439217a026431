import { type Bind, bindsWithoutClient, type Link } from '../../shared/link.ts'
import { isIpv6 } from '../../shared/network.ts'
import type { Nonce, NonceClaims } from '../../shared/nonce.ts'
import { hashPassphrase } from '../../shared/secrets/passphrase-hash.ts'
import { type CheckedNonce, type Refused as RefusedNonce, refused } from '../../shared/redemption/check-nonce.ts'
import type { Redemption } from '../../shared/redemption/link-table.ts'
import {
  type Client,
  clientSecret,
  draftReceipt,
  freshClient,
  isFirstAddress,
} from '../../shared/redemption/receipt.ts'
import type { Ended, Ready, Redeemer } from '../../shared/redemption/redeem.ts'
import { type EpochMs, hasPassed, plusMs } from '../../shared/time.ts'
import type { EdgeContext, EdgePorts } from '../ports.ts'
import { type Capability, type Grantee, signCapability } from './capability.ts'
import { isConfirmed, questionFor, requireConfirmation } from './confirmation.ts'
import type { Confirmed, Outcome, Question, Refused, Unconfirmed } from './outcome.ts'
import type { ViewerRequest } from './viewer-request.ts'

/** A redemption of an edge that is ready for its write, and what its response needs. */
export interface PreparedRedemption extends Ready<Capability, EdgeAnswer> {
  /** The id by which a browser is known when it comes back; undefined for other clients. */
  readonly cookie: string | undefined
  /** The link is for a player. */
  readonly media: boolean
  /** Set for a browser's try at a passphrase: what its page shows again. */
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
    isUnsupported: ({ flags }) => (flags.client && !context.gate) || (flags.upload && context.uploadApi === undefined),
    async makeReady(checked) {
      const ready = makeReady(request, checked, { ...context, origin })
      if (!checked.claims.flags.upload || ready.kind === 'refused') return ready
      const { signUpload } = await import('./upload.ts')
      return { ...ready, sign: (link, end) => signUpload(link, end, { checked, uploadApi: context.uploadApi ?? '' }) }
    },
  }
}

/**
 * Returns the outcome for the viewer. If its request may have used the link, only the id that its browser was given opens the link again:
 * so it gets that as a cookie, and so does the browser that must send a passphrase again.
 */
export function outcomeFor({ outcome, ready }: Ended<Capability, EdgeAnswer, PreparedRedemption>): Outcome {
  if (ready === undefined) return outcome
  const { cookie, media } = ready
  if (outcome.kind === 'redeemed') {
    const { signed, link, linkId, storeMs } = outcome
    return { kind: 'redeemed', capability: signed, media, file: link, cookie, linkId, storeMs }
  }
  // A refusal before the write says already what a page needs.
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
}

function makeReady(
  request: ViewerRequest,
  checked: CheckedNonce,
  context: ReadyContext,
): PreparedRedemption | RefusedNonce {
  const { ports, origin, ipv6 } = context
  const { clock } = ports
  const { id, nonce, keys, claims, target } = checked
  const { flags } = claims
  const { viewer, userAgent } = request
  const binds = bindsFor(claims, request)
  const sender = senderOf(request, checked, ports)
  if ('reason' in sender) return sender
  if (viewer === undefined || (isIpv6(viewer) && !ipv6)) return refused('address-unsupported', id)
  const { client, ...passphrase } = sender
  const subject = client && flags.receipt && { client, viewer, userAgent, origin }
  const receipt = subject ? draftReceipt(subject, nonce, { ...context, mac: keys.mac }) : undefined
  const secret = client && flags.client ? secretOf(client, nonce, request) : undefined
  const cookie = client?.kind === 'cookie' ? client.id : undefined
  const redemption = { ...target, ...passphrase, viewer, binds, ...(receipt && { receipt }) }
  const isPost = request.method === 'POST'
  const mayReopen = flags.media && flags.receipt && isPost && request.accept === 'html'
  const mustConfirm = passphrase.repeatOnly || ((flags.confirm || isPost) && !isConfirmed(request, nonce, clock.now()))
  const prepared = { kind: 'ready' as const, redemption, cookie, media: flags.media }
  return {
    ...prepared,
    question: flags.passphrase && cookie ? { ...questionFor(cookie, checked, clock.now()), isTry: true } : undefined,
    ...(mustConfirm && { confirm: async () => requireConfirmation(prepared, checked, context) }),
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

/** The client of a request, as far as the link needs it, and what the redemption may do with the passphrase that it brings. */
interface Sender extends Pick<Redemption, 'passphraseHash' | 'repeatOnly'> {
  readonly client: Client | undefined
}

/**
 * Returns the client of a request, or its refusal. A client that has no id gets one if the link needs it: to be opened again by the same
 * browser, or to be bound to its client.
 *
 * A browser without the passphrase of a link gets a page with its field, unless it has used the link and comes back: it is known by our
 * cookie, which no other client has. A program may choose an Idempotency-Key that others can know, so it must bring the passphrase each
 * time, and of several uses, with another passphrase it is another client: so it has to reserve a try, as all others.
 */
function senderOf(
  { passphrase, accept, client: known }: ViewerRequest,
  { id, nonce, claims: { flags }, target }: CheckedNonce,
  { random }: EdgePorts,
): Sender | RefusedNonce {
  const hasId = typeof known === 'object'
  const fresh = hasId || !(flags.receipt || flags.client) ? undefined : freshClient(random)
  const cookie = fresh && flags.receipt ? { kind: 'cookie' as const, id: fresh.id } : fresh
  const client = hasId ? known : cookie
  if (!flags.passphrase) return { client }
  if (passphrase === 'invalid') return refused('passphrase-invalid', id)
  if (passphrase === 'nothing') {
    const isBrowser = accept === 'html' && (!hasId || known.kind === 'cookie')
    return isBrowser ? { client, repeatOnly: true } : refused('passphrase-required', id)
  }
  const passphraseHash = hashPassphrase(passphrase, nonce)
  const isCovered = target.several && client !== undefined && client.kind !== 'cookie'
  return { client: isCovered ? { ...client, id: `${client.id}\n${passphraseHash}` } : client, passphraseHash }
}

/** Returns the secret to which the capability of this client is bound. */
function secretOf(client: Client, nonce: Nonce, { accept }: ViewerRequest): Grantee['secret'] {
  return { value: clientSecret(client, nonce), isBrought: client.secret !== undefined, isProgram: accept === 'any' }
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
