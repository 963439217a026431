import type { Parsed } from '../shared/fields.ts'
import { linkIdOf } from '../shared/link.ts'
import { type MacKeys, mintNonce, type Nonce, type NonceClaims, randomBytesInNonce } from '../shared/nonce.ts'
import { rfc3339 } from '../shared/time.ts'
import { type ApiResult, refuse } from './result.ts'
import type { ApiDeployment } from './local-deployment.ts'
import { type Caller, claimFor, type KeyHolder, nonceBits } from './idempotency.ts'
import { type IssueInput, parseIssueInput } from './issue-input.ts'
import { type IssueRequest, completeIssueRequest } from './issue-rules.ts'
import type { ApiContext, IssuedRecord } from './ports.ts'

/** Each try has a nonce of its own, so that none is ever written twice. */
const tries = 3

/**
 * Issues a link: 201 with the one answer that ever holds its nonce. With an Idempotency-Key the same request gets the
 * same answer for a day; the nonce in it is made again, not stored (docs/decisions/0005-idempotency.md).
 */
export async function issue(body: unknown, caller: Caller, context: ApiContext): Promise<ApiResult> {
  return issueAsked(parseIssueInput(body), caller, context)
}

/** The same for a body that was read before. */
export async function issueAsked(read: Parsed<IssueInput>, caller: Caller, context: ApiContext): Promise<ApiResult> {
  if (!read.ok) return refuse('invalid-fields', { errors: read.invalid })
  const { ports, deployment } = context
  const asked = read.value
  const whole = completeIssueRequest(asked, deployment, ports.clock.now())
  if (!whole.ok) return refuse('invalid-fields', { errors: whole.invalid })
  const request = whole.value
  const { mac } = await ports.keyring.current()
  const { identity, idempotencyKey } = caller
  if (idempotencyKey !== undefined) {
    return issueOnce({ asked, request, mac, holder: { identity, idempotencyKey } }, context)
  }
  const { issued, nonce } = await putLink(request, mac, { context, bits: () => ports.random(randomBytesInNonce) })
  return created(issued, nonce, deployment)
}

/** A request that names itself by an Idempotency-Key. */
interface NamedRequest {
  readonly asked: object
  readonly request: IssueRequest
  readonly mac: MacKeys
  readonly holder: KeyHolder
}

async function issueOnce(named: NamedRequest, context: ApiContext): Promise<ApiResult> {
  const { asked, request, mac, holder } = named
  const { ports, deployment } = context
  const claim = claimFor(asked, holder, ports)
  const standing = await ports.answers.reserve(claim, request.issuedAt)
  if (standing === 'claimed') {
    const bits = (attempt: number) => nonceBits(claim, holder, { mac, attempt })
    const { issued, nonce } = await putLink(request, mac, { context, bits })
    await ports.answers.complete(claim, issued)
    return created(issued, nonce, deployment)
  }
  if (standing.fingerprint !== claim.fingerprint) return refuse('idempotency-key-reused')
  if (standing.issued === undefined) {
    const seconds = Math.max(1, standing.leaseUntil - request.issuedAt)
    return refuse('idempotency-key-in-use', { retryAfterSeconds: seconds })
  }
  const { link, keySlot, attempt } = standing.issued
  if (!mac.bySlot.has(keySlot)) return refuse('idempotency-key-retired')
  const then = { ...mac, current: keySlot }
  const nonce = mintNonce(claimsOf(link), nonceBits(standing, holder, { mac: then, attempt }), then)
  return created(standing.issued, nonce, deployment)
}

/** Writes the link, with a fresh nonce for each try: a write that seemed lost may still come, however late. */
async function putLink(
  request: IssueRequest,
  mac: MacKeys,
  { context: { ports, route }, bits }: { context: ApiContext; bits: (attempt: number) => Uint8Array },
): Promise<{ issued: IssuedRecord; nonce: Nonce }> {
  let cause: unknown
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const nonce = mintNonce(claimsOf(request), bits(attempt), mac)
    const link = { id: linkIdOf(nonce), ...request }
    const regions = route(request.homeRegion)
    const region = regions[(attempt - 1) % regions.length] ?? request.homeRegion
    const written = await ports.links.put(link, region).catch((error: unknown) => void (cause = error))
    if (written === 'put') return { issued: { link, keySlot: mac.current, attempt }, nonce }
  }
  throw new Error(`no link could be written in ${tries} tries`, { cause })
}

function claimsOf({ homeRegion, expiresAt, network, state, confirm, media }: IssueRequest): NonceClaims {
  const flags = {
    confirm: confirm !== undefined,
    receipt: state !== undefined,
    bound: network !== undefined,
    media: media !== undefined,
  }
  return { flags, homeRegion, expiresAt }
}

function created(
  { link: { id, expiresAt, homeRegion } }: IssuedRecord,
  nonce: Nonce,
  { linkOrigin }: ApiDeployment,
): ApiResult {
  const body = { id, url: `${linkOrigin}/d/${nonce}`, expiresAt: rfc3339(expiresAt), homeRegion }
  return { outcome: 'issued', status: 201, linkId: id, body, headers: { location: `links/${id}` } }
}
