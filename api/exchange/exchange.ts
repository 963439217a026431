import { type Address, parseAddress } from '../../shared/address.ts'
import type { Access } from '../../shared/callers/issuers.ts'
import { bindsWithoutClient, type ReceiptDraft } from '../../shared/link.ts'
import type { NonceClaims } from '../../shared/nonce.ts'
import { parsePassphrase } from '../../shared/secrets/passphrase.ts'
import { hashPassphrase } from '../../shared/secrets/passphrase-hash.ts'
import { type CheckedNonce, type Refused, refused } from '../../shared/redemption/check-nonce.ts'
import { attemptAt, type ConsumeOptions } from '../../shared/redemption/consume.ts'
import { minAttemptMs } from '../../shared/limits.ts'
import { requestBudgetMs } from '../../shared/redemption/deadlines.ts'
import type { Redemption } from '../../shared/redemption/link-table.ts'
import { type Client, draftReceipt, freshClient } from '../../shared/redemption/receipt.ts'
import { type Ready, redeem, type Redeemer } from '../../shared/redemption/redeem.ts'
import type { Reason } from '../../shared/refusal.ts'
import { scopeCondition } from '../link-scope.ts'
import type { Region } from '../../shared/regions.ts'
import type { Route } from '../../shared/table/route.ts'
import type { ScopeCondition } from '../../shared/table/scope-condition.ts'
import { exchangeRequest } from '../../shared/schemas/exchange.ts'
import type { ExchangeResponse } from '../../shared/schemas/types.ts'
import { type EpochMs, plusMs, plusSeconds, rfc3339 } from '../../shared/time.ts'
import { scopeOf } from '../access.ts'
import type { ExchangePorts } from './ports.ts'
import type { WithIssuers } from '../local-deployment.ts'
import type { IdempotencyKey } from '../request.ts'
import { type ApiResult, type NonceRefusal, refuse, refuseNonce } from '../result.ts'
import { reader } from '../schema-reader.ts'

/** The caller of an exchange, as API Gateway reports it. */
export interface ExchangeCaller {
  /** Account and role or user, from IAM, or a token's provider and subject. */
  readonly identity: string
  /** What it may do. */
  readonly access: Access
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
 * Trades a nonce for a presigned S3 URL: 200 once and never again, here or at an edge, because both redeem in the same order and by the
 * same write. It is refused for the same reasons as at an edge.
 *
 * The URL is bound to no address: S3 could bind it, but we don't build that (docs/decisions/0015-exchange.md). A link's
 * `network` limits from where it may be exchanged, and its `bind` from where the exchange may be repeated, but the URL works
 * from any address until it ends.
 */
export async function exchange(body: unknown, caller: ExchangeCaller, context: ExchangeContext): Promise<ApiResult> {
  const { ports, deployment, route } = context
  const { uniformRefusals } = deployment
  const input = readBody(body)
  if (!input.ok) return refuse('invalid-fields', { errors: input.invalid })
  if (caller.idempotencyKey.kind === 'invalid') return refuseNonce('idempotency-key-invalid', uniformRefusals)
  const { nonce, passphrase } = input.value
  const deadline = plusMs(ports.clock.now(), requestBudgetMs)
  const links = await scopeOf(caller.access, caller.identity, ports.keyring)
  const scope = links && scopeCondition(links)
  const { outcome } = await redeem(nonce, redeemerFor({ ...caller, passphrase, scope }, context), {
    ports,
    route,
    deadline,
  })
  if (outcome.kind === 'redeemed') {
    return { kind: 'done', outcome: 'redeemed', status: 200, linkId: outcome.linkId, body: await outcome.signed() }
  }
  if (outcome.isOutOfScope) return refuse('no-such-link')
  const { reason, linkId, triesLeft, storeMs } = outcome
  const refusal = refuseNonce(reason, uniformRefusals, linkId)
  if (storeMs === undefined) return unlessForeign(refusal, { scope, deadline, ports, deployment })
  return triesLeft === undefined ? refusal : { ...refusal, triesLeft }
}

/** What a caller sends, and which links it may use. */
interface Exchange extends ExchangeCaller {
  readonly passphrase: string | undefined
  readonly scope: ScopeCondition | undefined
}

/** Makes what a caller gets, when the redemption has ended: the SDK signs without I/O, but returns a promise. */
type Presigned = () => Promise<ExchangeResponse>

function redeemerFor(sent: Exchange, context: ExchangeContext): Redeemer<Presigned, never, Ready<Presigned, never>> {
  const { ports, deployment, route } = context
  const viewer = parseAddress(sent.address)
  return {
    isUnsupported: isNotExchanged,
    async makeReady(checked) {
      const { flags, homeRegion } = checked.claims
      const reason = whyNotHere({ flags, viewer, regions: route(homeRegion) }, deployment)
      if (reason !== undefined) return refused(reason, checked.id)
      const passphrase = passphraseOf(sent.passphrase, checked)
      if ('reason' in passphrase) return passphrase
      const presign = await ports.presigner.ready()
      const receipt = checked.claims.flags.receipt ? receiptFor({ ...sent, viewer }, checked, context) : undefined
      return {
        kind: 'ready',
        redemption: {
          ...checked.target,
          ...passphrase,
          viewer,
          binds: bindsWithoutClient,
          ...(receipt && { receipt }),
          ...(sent.scope && { scope: sent.scope }),
        },
        // A repeated exchange is signed for the same period as the first, so its URL can't end later.
        sign: (link, end) => async () => {
          const url = await presign(link, { from: plusSeconds(end, -link.urlSeconds), until: end })
          return { url, expiresAt: rfc3339(end) }
        },
      }
    },
  }
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

/** Returns the passphrase of an exchange as a hash, or its refusal; nothing for a link without one. */
function passphraseOf(
  text: string | undefined,
  { id, nonce, claims }: CheckedNonce,
): Pick<Redemption, 'passphraseHash'> | Refused {
  if (!claims.flags.passphrase) return {}
  if (text === undefined) return refused('passphrase-required', id)
  const passphrase = parsePassphrase(text)
  if (passphrase === undefined) return refused('passphrase-invalid', id)
  return { passphraseHash: hashPassphrase(passphrase, nonce) }
}

/**
 * A presigned URL opens one object for a short time, which is not enough for a player, and is bound to no client. A link of another
 * kind is for clients of an edge, and one that takes a file has none to give.
 */
function isNotExchanged({ flags: { media, client, extended, upload } }: NonceClaims): boolean {
  return media || client || extended || upload
}

/** What it takes to look whether a link is the caller's. */
interface Lookup extends Pick<ExchangeContext, 'ports' | 'deployment'> {
  readonly scope: ScopeCondition | undefined
  readonly deadline: EpochMs
}

/**
 * Returns a refusal before the write. To a caller that may use only the links in `scope`, no link of others differs from one that was
 * never issued, so one read must find it in the scope, or it is `no-such-link`. The read decides nothing else. Any replica will do,
 * because issuer, caller and key of a link never change. Rejects if a Region doesn't respond.
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
