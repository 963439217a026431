import type { Deployment } from '../shared/deployment.ts'
import type { LinkId, ReceiptDraft } from '../shared/link.ts'
import { type Ipv4, parseIpv4 } from '../shared/network.ts'
import { checkNonce, type CheckedNonce } from '../shared/redemption/check-nonce.ts'
import { consume } from '../shared/redemption/consume.ts'
import { requestBudgetMs } from '../shared/redemption/deadlines.ts'
import { type Client, capabilityEnd, freshClient, draftReceipt } from '../shared/redemption/receipt.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Route } from '../shared/route.ts'
import { exchangeRequest } from '../shared/schemas/exchange.ts'
import { plusMs, plusSeconds, rfc3339 } from '../shared/time.ts'
import type { ExchangePorts } from './ports.ts'
import type { IdempotencyKey } from './request.ts'
import { type ApiResult, refuseNonce, refuse } from './result.ts'
import { reader } from './schema-reader.ts'

/** Who asks for an exchange, as API Gateway knows them. */
export interface ExchangeCaller {
  /** Account and role or user, as IAM knows them. */
  readonly identity: string
  readonly idempotencyKey: IdempotencyKey
  /** The address of the connection, or a word that is none, such as `test-invoke-source-ip`. */
  readonly address: string
  readonly userAgent: string
}

/** What every exchange is made from: the world, how this deployment is configured, and where the function runs. */
export interface ExchangeContext {
  readonly ports: ExchangePorts
  readonly deployment: Deployment
  readonly route: Route
  readonly region: string
}

const readBody = reader(exchangeRequest)

/**
 * Trades a nonce for a presigned URL of S3, in the Region of the api: 200 once and never again, here or at an edge, since
 * all of them take the link by the same write. Refused for the same reasons as there.
 *
 * S3 can't tie a URL to an address: a link's `network` says who may exchange it and its `bind` who may repeat that, but the
 * URL works from anywhere for its seconds. The order is that of edge/redeem.ts: what may fail comes before the one write
 * that can't be undone.
 */
export async function exchange(body: unknown, caller: ExchangeCaller, context: ExchangeContext): Promise<ApiResult> {
  const { ports, deployment } = context
  const { clock } = ports
  const deadline = plusMs(clock.now(), requestBudgetMs)
  const refusedAs = (reason: Reason, linkId?: LinkId) => refuseNonce(reason, deployment.uniformRefusals, linkId)

  const read = readBody(body)
  if (!read.ok) return refuse('invalid-fields', { errors: read.invalid })
  if ('invalid' in caller.idempotencyKey) return refusedAs('idempotency-key-invalid')
  // A presigned URL opens one object, once: a player needs more.
  const admitted = await checkNonce(read.value.nonce, ports, ({ flags }) => flags.media)
  if (admitted.kind === 'refused') return refusedAs(admitted.reason, admitted.linkId)
  const { id, claims } = admitted
  const { homeRegion, flags } = claims
  const regions = context.route(homeRegion)
  // An api in a private network reaches no home but its own.
  if (!regions.every(region => deployment.homeRegions.includes(region))) return refusedAs('unsupported', id)
  const viewer = parseIpv4(caller.address)
  if (flags.bound && viewer === undefined) return refusedAs('address-unsupported', id)

  const presign = await ports.presigner.ready()
  const receipt = flags.receipt ? receiptFor({ ...caller, viewer }, admitted, context) : undefined
  const redemption = { id, homeRegion, bound: flags.bound, viewer, ...(receipt && { receipt }) }
  const consumed = await consume(redemption, ports, { regions, deadline })
  if (consumed.kind === 'refused') return refusedAs(consumed.reason, id)

  const { link } = consumed
  const end = capabilityEnd(link, receipt, clock.now())
  if (end === 'expired' || end === 'spent') return refusedAs(end, id)
  // A repeat is signed for the second of the first, so that it can't end later.
  const url = await presign(link, { from: plusSeconds(end, -link.urlSeconds), until: end })
  return { outcome: 'redeemed', status: 200, linkId: id, body: { url, expiresAt: rfc3339(end) } }
}

/** What this caller leaves on the link. The bucket stands where an edge has the host it was asked at. */
function receiptFor(
  { viewer, userAgent, ...caller }: ExchangeCaller & { readonly viewer: Ipv4 | undefined },
  { nonce, keys }: CheckedNonce,
  { ports, deployment, region }: ExchangeContext,
): ReceiptDraft {
  const visitor = { client: clientOf(caller, ports), viewer, userAgent, origin: `s3://${ports.presigner.bucket}` }
  const { receiptAddress } = deployment
  return draftReceipt(visitor, nonce, { edgeRegion: region, receiptAddress, mac: keys.mac })
}

/** As with `POST /links`, two callers never share a key. */
function clientOf(
  { identity, idempotencyKey }: Pick<ExchangeCaller, 'identity' | 'idempotencyKey'>,
  { random }: ExchangePorts,
): Client {
  if (!('key' in idempotencyKey) || idempotencyKey.key === undefined) return freshClient(random)
  return { kind: 'idempotency-key', id: `${identity} ${idempotencyKey.key}` }
}
