import { type Address, parseAddress } from '../shared/address.ts'
import type { Issuer } from '../shared/issuers.ts'
import { bindsWithoutClient, type LinkId, type ReceiptDraft } from '../shared/link.ts'
import type { NonceClaims } from '../shared/nonce.ts'
import { parsePassphrase } from '../shared/passphrase.ts'
import { hashPassphrase } from '../shared/passphrase-hash.ts'
import { type CheckedNonce, checkNonce } from '../shared/redemption/check-nonce.ts'
import { attemptAt, consume, type ConsumeOptions, consumeSteps } from '../shared/redemption/consume.ts'
import { countRefusedUse } from '../shared/redemption/count-refused-use.ts'
import { minAttemptMs, requestBudgetMs } from '../shared/redemption/deadlines.ts'
import type { Redemption } from '../shared/redemption/link-table.ts'
import { capabilityEnd, type Client, draftReceipt, freshClient, isSameClient } from '../shared/redemption/receipt.ts'
import { consumeWithPassphrase, type GuessResult } from '../shared/redemption/reserve-try.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Region } from '../shared/regions.ts'
import type { Route } from '../shared/route.ts'
import type { ScopeCondition } from '../shared/scope-condition.ts'
import { exchangeRequest } from '../shared/schemas/exchange.ts'
import { type EpochMs, plusMs, plusSeconds, rfc3339 } from '../shared/time.ts'
import { exchangeScopeOf } from './access.ts'
import type { ExchangePorts } from './exchange-ports.ts'
import type { WithIssuers } from './local-deployment.ts'
import type { IdempotencyKey } from './request.ts'
import { type ApiResult, type NonceRefusal, refuse, refuseNonce } from './result.ts'
import { reader } from './schema-reader.ts'

/** The caller of an exchange, as API Gateway reports it. */
export interface ExchangeCaller {
  /** Account and role or user, from IAM, or a token's provider and subject. */
  readonly identity: string
  /** What it may do; absent if no issuers are configured. */
  readonly access?: Issuer | undefined
  readonly idempotencyKey: IdempotencyKey
  /** Address of the connection, or other text, such as `test-invoke-source-ip`. */
  readonly address: string
  readonly userAgent: string
}

/** What every exchange needs: ports, deployment, route and the Region in which the function runs. */
export interface ExchangeContext {
  readonly ports: ExchangePorts
  readonly deployment: WithIssuers
  readonly route: Route
  readonly region: string
}

const readBody = reader(exchangeRequest)

/**
 * Trades a nonce for a presigned S3 URL: 200 once and never again, here or at an edge, because both consume the link by the
 * same write. It is refused for the same reasons as at an edge.
 *
 * The URL is bound to no address: S3 could bind it, but we don't build that (docs/decisions/0015-exchange.md). A link's
 * `network` limits from where it may be exchanged, and its `bind` from where the exchange may be repeated, but the URL works
 * from any address until it ends. The order is that of edge/redeem/redeem.ts: steps that may fail come before the one write that
 * can't be undone.
 */
export async function exchange(body: unknown, caller: ExchangeCaller, context: ExchangeContext): Promise<ApiResult> {
  const { ports, deployment } = context
  const { clock } = ports
  const deadline = plusMs(clock.now(), requestBudgetMs)
  const scope = exchangeScopeOf(caller.access)
  const refusedAs = (reason: Reason, linkId?: LinkId) => refuseNonce(reason, deployment.uniformRefusals, linkId)
  const refusedUnused = (reason: Reason, linkId?: LinkId) =>
    unlessForeign(refusedAs(reason, linkId), { scope, deadline, ports, deployment })

  const input = readBody(body)
  if (!input.ok) return refuse('invalid-fields', { errors: input.invalid })
  if (caller.idempotencyKey.kind === 'invalid') return refusedAs('idempotency-key-invalid')
  const checked = await checkNonce(input.value.nonce, ports, isNotExchanged)
  if (checked.kind === 'refused') return refusedUnused(checked.reason, checked.linkId)
  const { id, claims } = checked
  const { homeRegion, flags } = claims
  const regions = context.route(homeRegion)
  const viewer = parseAddress(caller.address)
  const guess = whyNotHere({ flags, viewer, regions }, deployment) ?? guessOf(input.value.passphrase, checked)
  if (typeof guess === 'string') return refusedUnused(guess, id)

  const presign = await ports.presigner.ready()
  const receipt = flags.receipt ? receiptFor({ ...caller, viewer }, checked, context) : undefined
  const who = { bound: flags.bound, viewer, binds: bindsWithoutClient }
  const redemption = { id, homeRegion, ...who, ...(receipt && { receipt }), ...(scope && { scope }) }
  const consumed = await consumeBy(guess, redemption, { ports, options: { regions, deadline } })
  const refusedUse = async (reason: Reason) => {
    await countRefusedUse(reason, redemption, { ...ports, route: context.route, deadline })
    return refusedAs(reason, id)
  }
  if (consumed.kind === 'refused' && consumed.isOutOfScope) return refuse('no-such-link')
  if (consumed.kind === 'refused') return withTriesLeft(await refusedUse(reasonOf(consumed)), consumed)
  const { link } = consumed
  const end = capabilityEnd(link, receipt, clock.now())
  if (end === 'expired' || end === 'spent') return isSameClient(link, receipt) ? refusedAs(end, id) : refusedUse(end)
  // A repeated exchange is signed for the same period as the first, so its URL can't end later.
  const url = await presign(link, { from: plusSeconds(end, -link.urlSeconds), until: end })
  return { kind: 'done', outcome: 'redeemed', status: 200, linkId: id, body: { url, expiresAt: rfc3339(end) } }
}

/** Returns why a link can't be exchanged by this function or from this address; undefined if it can. */
function whyNotHere(
  { flags, viewer, regions }: Pick<NonceClaims, 'flags'> & Pick<Redemption, 'viewer'> & Pick<ConsumeOptions, 'regions'>,
  { homeRegions }: WithIssuers,
): Reason | undefined {
  // An API in a private network reaches only its own Region.
  if (!regions.every(region => homeRegions.includes(region))) return 'unsupported'
  return flags.bound && viewer === undefined ? 'address-unsupported' : undefined
}

/** Returns the hash of the passphrase of an exchange, or why it has none. */
function guessOf(text: string | undefined, { nonce, claims }: CheckedNonce): Guess | Reason {
  if (!claims.flags.passphrase) return {}
  if (text === undefined) return 'passphrase-required'
  const passphrase = parsePassphrase(text)
  return passphrase === undefined ? 'passphrase-invalid' : { passphraseHash: hashPassphrase(passphrase, nonce) }
}

/** A redemption with the hash of a passphrase, or of a link without one. */
type Guess = Pick<Redemption, 'passphraseHash'>

function consumeBy(
  guess: Guess,
  redemption: Redemption,
  { ports, options }: { readonly ports: ExchangePorts; readonly options: ConsumeOptions },
): Promise<GuessResult> {
  if (guess.passphraseHash === undefined) return consume(redemption, ports, options)
  const { passphraseHash } = guess
  return consumeWithPassphrase({ ...redemption, passphraseHash }, { ...ports, steps: consumeSteps }, options)
}

/** After the last try the link is locked, which says more than that this passphrase was wrong. */
function reasonOf({ reason, triesLeft }: Extract<GuessResult, { kind: 'refused' }>): Reason {
  return triesLeft === 0 ? 'locked' : reason
}

function withTriesLeft(result: ApiResult, { triesLeft }: GuessResult): ApiResult {
  return result.kind === 'nonce-refusal' && triesLeft !== undefined ? { ...result, triesLeft } : result
}

/** A presigned URL opens one object for a short time, which is not enough for a player, and is bound to no client. */
function isNotExchanged({ flags: { media, client } }: NonceClaims): boolean {
  return media || client
}

/** What it takes to look whether a link is the caller's. */
interface Lookup extends Pick<ExchangeContext, 'ports' | 'deployment'> {
  readonly scope: ScopeCondition | undefined
  readonly deadline: EpochMs
}

/**
 * Returns a refusal before the write. To a caller that may use only the links in `scope`, no link of others differs from one that was
 * never issued, so one read must find it in the scope, or it is `no-such-link`. The read decides nothing else. Any replica will do,
 * because issuer and key of a link never change. Rejects if a Region doesn't respond.
 */
async function unlessForeign(
  refusal: NonceRefusal,
  { scope, deadline, ports: { clock, table }, deployment: { homeRegions } }: Lookup,
): Promise<ApiResult> {
  const { reason, linkId: id } = refusal
  if (scope === undefined || reason === 'malformed') return refusal
  if (id === undefined) return refuse('no-such-link')
  const find = async (region: Region) => {
    const attempt = attemptAt([region], minAttemptMs, { clock, deadline })
    if (attempt === undefined) throw new Error('no time is left to look for the link')
    return table.inspect({ id, homeRegion: region }, undefined, attempt)
  }
  const copies = await Promise.all(homeRegions.map(find))
  return copies.every(copy => scope.excludes(copy)) ? refuse('no-such-link') : refusal
}

/** Drafts the receipt of this caller. Its origin is the bucket; at an edge it is the host of the request. */
function receiptFor(
  { viewer, userAgent, ...caller }: ExchangeCaller & { readonly viewer: Address | undefined },
  { nonce, keys }: CheckedNonce,
  { ports, deployment, region }: ExchangeContext,
): ReceiptDraft {
  const subject = { client: clientOf(caller, ports), viewer, userAgent, origin: `s3://${ports.presigner.bucket}` }
  const { receiptAddress } = deployment
  return draftReceipt(subject, nonce, { edgeRegion: region, receiptAddress, mac: keys.mac })
}

/** Returns the client. As with `POST /links`, two callers never share an Idempotency-Key. */
function clientOf(
  { identity, idempotencyKey }: Pick<ExchangeCaller, 'identity' | 'idempotencyKey'>,
  { random }: ExchangePorts,
): Client {
  if (idempotencyKey.kind !== 'valid') return freshClient(random)
  return { kind: 'idempotency-key', id: `${identity} ${idempotencyKey.key}` }
}
