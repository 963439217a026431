import { isOfAsked } from '../../shared/callers/issuers.ts'
import { echo } from '../../shared/fields.ts'
import { type Link, linkIdOf, parseLinkId } from '../../shared/link.ts'
import { type MacKeys, mintNonce, type Nonce, type NonceClaims } from '../../shared/nonce.ts'
import type { IssueRequest } from '../../shared/options/option.ts'
import { flagsOf, type IssueInput } from '../../shared/options/options.ts'
import { adviceFor } from '../../shared/options/url-seconds.ts'
import { isReceived } from '../../shared/received.ts'
import { hashPassphrase } from '../../shared/secrets/passphrase-hash.ts'
import type { Region } from '../../shared/regions.ts'
import { plainReference } from '../../shared/table/stored-reference.ts'
import { rfc3339 } from '../../shared/time.ts'
import {
  type Caller,
  derivedSecrets,
  drawnSecrets,
  isSameInput,
  type KeyHolder,
  type LinkSecrets,
  newRecord,
} from '../idempotency.ts'
import { scopeOf } from '../access.ts'
import { isInScope } from '../link-scope.ts'
import { locateLink, objectView } from './one-link.ts'
import { callerHash } from '../principal.ts'
import type { ApiContext, IdempotencyRecord, IssuedRecord } from '../ports.ts'
import { type ApiRefusal, type ApiResult, refuse } from '../result.ts'
import { noKey } from '../request.ts'
import { completeRequest, type NewLink, withObject, type WithObject } from '../new-link.ts'

/** Each attempt has a nonce of its own, so that no nonce is written twice. */
const maxAttempts = 3

/**
 * Issues a link: 201, with the nonce, which no other response has. With an Idempotency-Key, the same request gets the same
 * response for a day; its nonce is derived again, not stored (docs/decisions/0005-idempotency.md). The caller's rights come first, so a
 * repeat by a caller that may no longer issue links for this key gets nothing of the record.
 */
export async function issue(input: IssueInput, caller: Caller, context: ApiContext): Promise<ApiResult> {
  const { ports, access } = context
  const completed = completeRequest(input, access, context)
  if (completed.kind !== 'request') return completed
  const { mac } = await ports.keyring.current()
  const { identity, idempotencyKey } = caller
  const foreign = await refuseAsked(completed.request, identity, context)
  if (foreign !== undefined) return foreign
  const request = { ...completed.request, ...(access.own && { caller: callerHash(identity, mac) }) }
  if (idempotencyKey !== undefined) {
    const holder = { identity, idempotencyKey }
    const record = newRecord(input, { ...holder, mac }, context)
    return issueOnce({ input, request, mac, holder, record, named: input }, context)
  }
  // A repeat would be another link, and the first that is over would end the file of both.
  if (request.deleteFile !== undefined) return refuse('invalid-fields', { errors: [noKey] })
  const looked = await withObject(request, input, context)
  if (looked.kind !== 'link') return looked
  const put = await putLink(looked.link, mac, { context, draw: () => drawnSecrets(input, ports) })
  return 'issued' in put ? created(put, context) : put
}

/**
 * Returns a refusal if a caller with links of its own names a file that another one asked for, or one below `received/` of which no link is
 * kept that says who did. Rejects if the table doesn't respond.
 */
export async function refuseAsked(
  { key, maxBytes }: IssueRequest,
  identity: string,
  context: ApiContext,
): Promise<ApiRefusal | undefined> {
  const { access, deployment, ports } = context
  if (access.own !== true || maxBytes !== undefined || !isOfAsked(key, deployment)) return undefined
  const id = isReceived(key) ? parseLinkId(key.split('/').at(-2) ?? '') : undefined
  const link = id && (await locateLink(id, context))
  const scope = await scopeOf(access, identity, ports.keyring)
  if (link?.maxBytes !== undefined && scope && isInScope(link, scope)) return undefined
  const allowed = 'the file of a link that this caller issued, while that link is kept'
  return refuse('key-not-allowed', { errors: [{ field: 'key', got: echo(key), allowed }] })
}

/** A request with an Idempotency-Key. */
interface KeyedRequest {
  readonly input: IssueInput
  readonly request: IssueRequest
  readonly mac: MacKeys
  readonly holder: KeyHolder
  /** To reserve. */
  readonly record: IdempotencyRecord<never>
  /** The request that the key names: a request for anything else with the same key is refused. */
  readonly named: object
  /** The link that the new one replaces. @default none */
  readonly earlier?: EarlierLink | undefined
}

/** A link that ends before another one is put. */
export interface EarlierLink {
  /** Whether a request with the same key has ended it, but has not put another one for certain. */
  readonly isEnded: boolean
  /** Ends it for `next`, which is put in this Region then. Returns why not, if it changed since it was read. Called before each put. */
  endFor(next: Link, region: Region): Promise<ApiRefusal | undefined>
}

/** Issues a link, once for its Idempotency-Key. If it replaces one that has ended, a record must say that none was issued yet. */
export async function issueOnce(keyed: KeyedRequest, context: ApiContext): Promise<ApiResult> {
  const { input, request, mac, holder, record, earlier } = keyed
  const { idempotency } = context.ports
  const existing = earlier?.isEnded
    ? await idempotency.takeOver(record, request.issuedAt)
    : await idempotency.reserve(record, request.issuedAt)
  if (existing === 'missing') return refuse('link-revoked')
  if (existing !== 'claimed') return repeated(existing, keyed, context)
  const looked = await lookOrRelease(keyed, context)
  if (looked.kind !== 'link') return looked
  const draw = (attempt: number) => derivedSecrets(input, { record, holder, mac, attempt })
  const put = await putLink(looked.link, mac, { context, draw, earlier })
  if (!('issued' in put)) return put
  await idempotency.complete(record, put.issued)
  return created(put, context, earlier && 'replaced')
}

/** Answers a request whose Idempotency-Key was used before: with the same link, if it is the same request. */
async function repeated(existing: IdempotencyRecord, keyed: KeyedRequest, context: ApiContext): Promise<ApiResult> {
  const { access } = context
  const { input, request, mac, holder, named, earlier } = keyed
  const { issued } = existing
  const isRetired = issued !== undefined && !mac.bySlot.has(issued.keySlot)
  if (!isSameInput(existing, named, { mac, access })) {
    // Only the key of that time could tell whether it was the same passphrase.
    const isUnknown = isRetired && typeof input.passphrase === 'string'
    return refuse(isUnknown ? 'idempotency-key-retired' : 'idempotency-key-reused')
  }
  if (issued === undefined) {
    const seconds = Math.max(1, existing.leaseUntil - request.issuedAt)
    return refuse('idempotency-key-in-use', { retryAfterSeconds: seconds })
  }
  if (isRetired) return refuse('idempotency-key-retired')
  const { link, keySlot, attempt } = issued
  const macThen = { ...mac, current: keySlot }
  const { bits, generated } = derivedSecrets(input, { record: existing, holder, mac: macThen, attempt })
  const put = { issued, nonce: mintNonce(claimsOf(link), bits, macThen), generated }
  return created(put, context, earlier && 'replaced')
}

/**
 * Looks at the object. If no link can be issued for it, the key is free again, unless something has been written for it. If the
 * release fails, the key is free when its lease ends.
 */
async function lookOrRelease(
  { input, request, record, earlier }: KeyedRequest,
  context: ApiContext,
): Promise<WithObject> {
  let looked: WithObject | undefined
  try {
    looked = await withObject(request, input, context)
    return looked
  } finally {
    if (looked?.kind !== 'link' && !earlier?.isEnded)
      await context.ports.idempotency.release(record).catch(() => undefined)
  }
}

/** A link that was written, and the secrets that only its issuer gets. */
interface Put {
  readonly issued: IssuedRecord
  readonly nonce: Nonce
  readonly generated: string | undefined
}

/** What writing a link needs. */
interface Writing extends Pick<KeyedRequest, 'earlier'> {
  readonly context: ApiContext
  draw(attempt: number): LinkSecrets
}

/**
 * Writes the link, with a fresh nonce for each attempt: a write that seemed lost may still arrive, however late. Refuses if the earlier
 * link can't be ended.
 */
async function putLink(
  newLink: NewLink,
  mac: MacKeys,
  { context: { ports, route }, draw, earlier }: Writing,
): Promise<Put | ApiRefusal> {
  const claims = claimsOf(newLink)
  let cause: unknown
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const { bits, passphrase, generated } = draw(attempt)
    const nonce = mintNonce(claims, bits, mac)
    const passphraseHash = passphrase && hashPassphrase(passphrase, nonce)
    const link = { id: linkIdOf(nonce), ...newLink, ...(passphraseHash !== undefined && { passphraseHash }) }
    const regions = route(newLink.homeRegion)
    const region = regions[(attempt - 1) % regions.length] ?? newLink.homeRegion
    const refusal = await earlier?.endFor(link, region)
    if (refusal !== undefined) return refusal
    const written = await ports.links.put(link, region).catch((error: unknown) => {
      cause = error
    })
    if (written === 'put') return { issued: { link, keySlot: mac.current, attempt }, nonce, generated }
  }
  throw new Error(`the link could not be written in ${maxAttempts} attempts`, { cause })
}

function claimsOf(link: NewLink): NonceClaims {
  return { flags: flagsOf(link), homeRegion: link.homeRegion, expiresAt: link.expiresAt }
}

/** Returns a link that is certain, with its schedules: a repeat makes those that were not made. */
async function created(
  { issued: { link }, nonce, generated }: Put,
  { ports, deployment }: ApiContext,
  outcome: 'issued' | 'replaced' = 'issued',
): Promise<ApiResult> {
  await ports.schedules?.make(link)
  const { id, expiresAt, homeRegion, urlSeconds, bind } = link
  const url = `${deployment.linkOrigin}/d/${nonce}`
  const advice = adviceFor(link, deployment)
  const reference = plainReference(link)
  const location = outcome === 'issued' ? `links/${id}` : `../${id}`
  const body = {
    id,
    url,
    expiresAt: rfc3339(expiresAt),
    homeRegion,
    urlSeconds,
    bind,
    ...(reference !== undefined && { reference }),
    ...objectView(link),
    ...(generated !== undefined && { passphrase: generated }),
    ...(advice !== undefined && { advice }),
  }
  return { kind: 'done', outcome, status: 201, linkId: id, body, headers: { location } }
}
