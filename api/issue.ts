import type { Parsed } from '../shared/fields.ts'
import { isClientBound, linkIdOf } from '../shared/link.ts'
import { type MacKeys, mintNonce, type Nonce, type NonceClaims, randomBytesInNonce } from '../shared/nonce.ts'
import { rfc3339 } from '../shared/time.ts'
import { type Caller, type KeyHolder, newRecord, nonceBits } from './idempotency.ts'
import { type IssueInput, parseIssueInput } from './issue-input.ts'
import { completeIssueRequest, type IssueRequest } from './issue-rules.ts'
import type { ApiDeployment } from './local-deployment.ts'
import { objectView } from './object-view.ts'
import type { ApiContext, IdempotencyRecord, IssuedRecord, Ports } from './ports.ts'
import { type ApiResult, refuse } from './result.ts'
import { withObject, type WithObject } from './with-object.ts'

/** Each attempt has a nonce of its own, so that no nonce is written twice. */
const maxAttempts = 3

/**
 * Issues a link: 201, with the nonce, which no other response has. With an Idempotency-Key, the same request gets the same
 * response for a day; its nonce is derived again, not stored (docs/decisions/0005-idempotency.md).
 */
export async function issue(body: unknown, caller: Caller, context: ApiContext): Promise<ApiResult> {
  return issueParsed(parseIssueInput(body), caller, context)
}

/** Issues a link as `issue` does, for a body that is parsed already. */
export async function issueParsed(input: Parsed<IssueInput>, caller: Caller, context: ApiContext): Promise<ApiResult> {
  if (!input.ok) return refuse('invalid-fields', { errors: input.invalid })
  const { ports, deployment } = context
  const completed = completeIssueRequest(input.value, deployment, ports.clock.now())
  if (!completed.ok) return refuse('invalid-fields', { errors: completed.invalid })
  const request = completed.value
  const { mac } = await ports.keyring.current()
  const { identity, idempotencyKey } = caller
  if (idempotencyKey !== undefined) {
    return issueOnce({ input: input.value, request, mac, holder: { identity, idempotencyKey } }, context)
  }
  const looked = await withObject(request, input.value, ports.objects)
  if (looked.kind !== 'request') return looked
  const bits = () => ports.random(randomBytesInNonce)
  const { issued, nonce } = await putLink(looked.request, mac, { context, bits })
  return created(issued, nonce, deployment)
}

/** A request with an Idempotency-Key. */
interface KeyedRequest {
  readonly input: IssueInput
  readonly request: IssueRequest
  readonly mac: MacKeys
  readonly holder: KeyHolder
}

async function issueOnce(keyed: KeyedRequest, context: ApiContext): Promise<ApiResult> {
  const { input, request, mac, holder } = keyed
  const { ports, deployment } = context
  const record = newRecord(input, holder, ports)
  const existing = await ports.idempotency.reserve(record, request.issuedAt)
  if (existing === 'claimed') {
    const looked = await lookOrRelease(keyed, record, ports)
    if (looked.kind !== 'request') return looked
    const bits = (attempt: number) => nonceBits(record, holder, { mac, attempt })
    const { issued, nonce } = await putLink(looked.request, mac, { context, bits })
    await ports.idempotency.complete(record, issued)
    return created(issued, nonce, deployment)
  }
  if (existing.fingerprint !== record.fingerprint) return refuse('idempotency-key-reused')
  if (existing.issued === undefined) {
    const seconds = Math.max(1, existing.leaseUntil - request.issuedAt)
    return refuse('idempotency-key-in-use', { retryAfterSeconds: seconds })
  }
  const { link, keySlot, attempt } = existing.issued
  if (!mac.bySlot.has(keySlot)) return refuse('idempotency-key-retired')
  const macThen = { ...mac, current: keySlot }
  const nonce = mintNonce(claimsOf(link), nonceBits(existing, holder, { mac: macThen, attempt }), macThen)
  return created(existing.issued, nonce, deployment)
}

/**
 * Looks at the object. If no link can be issued for it, the key is free again: nothing has been written for it. If the
 * release fails, the key is free when its lease ends.
 */
async function lookOrRelease(
  { input, request }: KeyedRequest,
  record: IdempotencyRecord,
  { objects, idempotency }: Pick<Ports, 'objects' | 'idempotency'>,
): Promise<WithObject> {
  let looked: WithObject | undefined
  try {
    looked = await withObject(request, input, objects)
    return looked
  } finally {
    if (looked?.kind !== 'request') await idempotency.release(record).catch(() => undefined)
  }
}

/** Writes the link, with a fresh nonce for each attempt: a write that seemed lost may still arrive, however late. */
async function putLink(
  request: IssueRequest,
  mac: MacKeys,
  { context: { ports, route }, bits }: { context: ApiContext; bits: (attempt: number) => Uint8Array },
): Promise<{ issued: IssuedRecord; nonce: Nonce }> {
  let cause: unknown
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const nonce = mintNonce(claimsOf(request), bits(attempt), mac)
    const link = { id: linkIdOf(nonce), ...request }
    const regions = route(request.homeRegion)
    const region = regions[(attempt - 1) % regions.length] ?? request.homeRegion
    const written = await ports.links.put(link, region).catch((error: unknown) => void (cause = error))
    if (written === 'put') return { issued: { link, keySlot: mac.current, attempt }, nonce }
  }
  throw new Error(`the link could not be written in ${maxAttempts} attempts`, { cause })
}

function claimsOf({ homeRegion, expiresAt, network, state, confirm, media, bind }: IssueRequest): NonceClaims {
  const flags = {
    confirm: confirm !== undefined,
    receipt: state !== undefined,
    bound: network !== undefined,
    media: media !== undefined,
    client: isClientBound(bind),
  }
  return { flags, homeRegion, expiresAt }
}

function created({ link }: IssuedRecord, nonce: Nonce, { linkOrigin }: ApiDeployment): ApiResult {
  const { id, expiresAt, homeRegion } = link
  const url = `${linkOrigin}/d/${nonce}`
  const body = { id, url, expiresAt: rfc3339(expiresAt), homeRegion, ...objectView(link) }
  return { kind: 'done', outcome: 'issued', status: 201, linkId: id, body, headers: { location: `links/${id}` } }
}
