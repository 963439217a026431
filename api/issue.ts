import type { Deployment } from '../shared/deployment.ts'
import { linkIdOf } from '../shared/link.ts'
import { mintNonce, type Nonce, type NonceClaims, randomBytesInNonce } from '../shared/nonce.ts'
import { rfc3339 } from '../shared/time.ts'
import { type Answer, reject } from './answer.ts'
import { type Caller, claimFor, nonceBits } from './idempotency.ts'
import { type IssueRequest, readIssueRequest } from './issue-request.ts'
import type { Claim, Context, Issued, Ports } from './ports.ts'

/** Each try has a nonce of its own, so that none is ever written twice. */
const tries = 3

/**
 * Issues a link: 201 with the one answer that ever holds its nonce. With an Idempotency-Key the same request gets the
 * same answer for a day; the nonce in it is made again, not stored (docs/decisions/0005-idempotency.md).
 */
export async function issue(body: unknown, caller: Caller, { ports, deployment }: Context): Promise<Answer> {
  const read = readIssueRequest(body, deployment, ports.clock.now())
  if (!read.ok) return reject('invalid-fields', { errors: read.invalid })
  const { asked, request } = read.value
  if (caller.idempotencyKey === undefined) {
    const { nonce, issued } = await putLink(request, () => ports.random(randomBytesInNonce), ports)
    return created(issued, nonce, deployment)
  }
  const claim = claimFor(asked, caller, ports)
  const standing = await ports.answers.claim(claim, request.issuedAt)
  if (standing === 'claimed') return firstAnswer(claim, { request, caller }, { ports, deployment })
  if (standing.fingerprint !== claim.fingerprint) return reject('idempotency-key-reused')
  if (standing.issued === undefined) {
    const seconds = Math.max(1, standing.leaseUntil - request.issuedAt)
    return reject('idempotency-key-in-use', { headers: { 'retry-after': String(seconds) } })
  }
  return sameAnswer(standing.issued, { claim: standing, caller }, { ports, deployment })
}

async function firstAnswer(
  claim: Claim,
  { request, caller }: { request: IssueRequest; caller: Caller },
  { ports, deployment }: Context,
): Promise<Answer> {
  const { mac } = await ports.keyring.current()
  const bits = (attempt: number) => nonceBits(claim, caller, { mac, keySlot: mac.current, attempt })
  const { nonce, issued } = await putLink(request, bits, ports)
  await ports.answers.settle(claim, issued)
  return created(issued, nonce, deployment)
}

async function sameAnswer(
  issued: Issued,
  { claim, caller }: { claim: Claim; caller: Caller },
  { ports, deployment }: Context,
): Promise<Answer> {
  const { link, keySlot, attempt } = issued
  const { mac } = await ports.keyring.current()
  if (!mac.bySlot.has(keySlot)) return reject('idempotency-key-retired')
  const nonce = mintNonce(claimsOf(link), nonceBits(claim, caller, { mac, keySlot, attempt }), {
    ...mac,
    current: keySlot,
  })
  return created(issued, nonce, deployment)
}

/** Writes the link, with a fresh nonce for each try: the store may bring a write it seemed to lose hours later. */
async function putLink(
  request: IssueRequest,
  bits: (attempt: number) => Uint8Array,
  { keyring, links }: Ports,
): Promise<{ nonce: Nonce; issued: Issued }> {
  const { mac } = await keyring.current()
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const nonce = mintNonce(claimsOf(request), bits(attempt), mac)
    const link = { id: linkIdOf(nonce), ...request }
    if ((await links.put(link)) === 'put') return { nonce, issued: { link, keySlot: mac.current, attempt } }
  }
  throw new Error(`no link could be written in ${tries} tries`)
}

function claimsOf({ homeRegion, expiresAt, network }: IssueRequest): NonceClaims {
  const flags = { confirm: false, receipt: false, bound: network !== undefined, media: false }
  return { flags, homeRegion, expiresAt }
}

function created({ link: { id, expiresAt, homeRegion } }: Issued, nonce: Nonce, { linkOrigin }: Deployment): Answer {
  const body = { id, url: `${linkOrigin}/d/${nonce}`, expiresAt: rfc3339(expiresAt), homeRegion }
  return { outcome: 'issued', status: 201, linkId: id, body, headers: { location: `links/${id}` } }
}
