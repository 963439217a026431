import { createPublicKey, type KeyObject } from 'node:crypto'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { checkSignedUrl, type ContentRequest } from '../../../emulator/cloudfront/signed-request.ts'
import { parseKeys } from '../../../shared/keys.ts'
import type { LinkId } from '../../../shared/link.ts'
import { proxyEvent } from '../../support/api.ts'
import { testDeployment } from '../../support/deployment.ts'
import { memoryIdempotencyStore } from '../../support/memory-idempotency-store.ts'
import { memoryObjects } from '../../support/memory-objects.ts'
import { memoryQuota } from '../../support/memory-quota.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/viewer-request.ts'
import type { Redemptions } from './redemption-counts.ts'
import { pops } from '../../support/keys/simulated-cloudfront.ts'
import { hour, minute, type Process, regions, violate, type World } from './world.ts'

const deployment = testDeployment()
const parsed = new Map<string, KeyObject>()

interface IssuedLink {
  readonly url: string
  readonly nonce: string
  readonly keepsReceipt: boolean
  readonly expiresAt: number
  readonly urlSeconds: number
  /** Invalidated by an operator, so that it may be refused as forged. */
  readonly isInvalidated: () => boolean
}

/**
 * Issues a link by the real api; opens it by real edges at any time of its life, once by its client and then by another one; and
 * checks at CloudFront that what it got works until its end.
 */
export async function liveLink(world: World, redemptions: Redemptions): Promise<void> {
  const { time, dice } = world
  const link = await issueLink(world, redemptions)
  if (link === undefined) return
  const left = link.expiresAt - time.now() - 2 * minute
  await time.pause(dice.chance(0.5) ? left : dice.between(0, Math.min(left, dice.pick([minute, hour, left]))))
  const client = `client ${link.nonce}`
  const first = await openUntilServed(link, client, { world, redemptions })
  if (first === undefined) return
  redemptions.redeemed += 1
  void useCapability(first, link, world)
  if (link.keepsReceipt) {
    await time.pause(dice.between(0, 4000))
    const again = await open(link, client, world)
    if (headerOf(again, 'location') === undefined) {
      const reason = reasonOf(again)
      // The capability may have ended meanwhile, the edge may have no keys, KMS may fail.
      if (!['spent', 'expired', 'failed', 'unsigned'].includes(reason) && !link.isInvalidated()) {
        violate(world, `a repeat was refused: ${reason}`)
      }
    } else {
      redemptions.repeated += 1
      if (policyOf(again) !== policyOf(first)) violate(world, 'a repeat got another policy')
      void useCapability(again, link, world)
    }
  }
  await time.pause(dice.between(0, dice.pick([1000, minute])))
  const other = await open(link, `other ${link.nonce}`, world)
  if (headerOf(other, 'location') !== undefined) violate(world, 'a second client got a capability')
  else redemptions.refusedToOthers += 1
}

async function issueLink(world: World, redemptions: Redemptions): Promise<IssuedLink | undefined> {
  const { subject, time, dice, processes, counts } = world
  const process = dice.pick(processes)
  const ports = {
    clock: time,
    random: dice.bytes,
    keyring: { current: () => process.keyring.current() },
    links: redemptions.store.links,
    listings: redemptions.store.listings,
    objects: memoryObjects(),
    idempotency: memoryIdempotencyStore(),
    quota: memoryQuota(),
    log: () => undefined,
  }
  const { maxLinkSeconds } = world.deployment
  const api = subject.createApi(
    ports,
    testDeployment({ maxLinkSeconds, linkSeconds: 600, signer: process.keepsReceipts ? 'kms' : 'secret' }),
    'us-east-1',
  )
  const expiresIn = dice.pick([300, 3600, maxLinkSeconds, maxLinkSeconds])
  const [before, isDuringOne] = [counts.restores, world.restoresUnknown > 0]
  const body = {
    key: 'report.pdf',
    expiresIn,
    urlSeconds: dice.pick([5, 30, 3600]),
    ...(dice.chance(0.4) && { receipt: true }),
  }
  const { statusCode, body: text } = await api(proxyEvent('POST', '/links', { body }))
  if (statusCode !== 201) {
    if (statusCode !== 503) violate(world, `the api returned ${statusCode}: ${text}`)
    redemptions.unavailable += 1
    return undefined
  }
  const { id, url, expiresAt } = JSON.parse(text) as { id: LinkId; url: string; expiresAt: string }
  const keepsReceipt = (await redemptions.store.links.find(id, 'us-east-1'))?.state !== undefined
  redemptions.issued[keepsReceipt ? 'withReceipt' : 'withoutReceipt'] += 1
  return {
    url,
    nonce: url.slice(url.lastIndexOf('/') + 1),
    keepsReceipt,
    expiresAt: Date.parse(expiresAt),
    urlSeconds: body.urlSeconds,
    isInvalidated: () => isDuringOne || counts.restores > before,
  }
}

/** Opens a link as a client does that tries again after a `503`. Returns the response with its capability. */
async function openUntilServed(
  link: IssuedLink,
  client: string,
  { world, redemptions }: { readonly world: World; readonly redemptions: Redemptions },
): Promise<CloudFrontResultResponse | undefined> {
  /** Start of the attempt that used the link, if that got no signature. */
  let usedAt = Infinity
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const askedAt = world.time.now()
    const response = await open(link, client, world)
    if (headerOf(response, 'location') !== undefined) {
      const { signing } = parseKeys(world.secret.textIn(regions[0]))
      if (!link.keepsReceipt && signing.kind === 'kms') redemptions.byFormerKey += 1
      return response
    }
    const reason = reasonOf(response)
    // An edge may know of an invalidation before the operator does.
    if (reason === 'forged') await world.time.pause(minute)
    if (world.time.now() >= link.expiresAt || link.isInvalidated()) return undefined
    if (reason === 'unsigned') usedAt = Math.min(usedAt, askedAt)
    // So many attempts failed that the capability has ended.
    if (reason === 'spent' && world.time.now() >= usedAt + (link.urlSeconds - 1) * 1000) return undefined
    const isRepeatable = reason === 'failed' || (reason === 'unsigned' && link.keepsReceipt)
    if (!isRepeatable) {
      const kind = link.keepsReceipt ? 'with' : 'without'
      violate(world, `a link ${kind} a receipt is lost: ${reason}`)
      return undefined
    }
    redemptions.unavailable += 1
    await world.time.pause(world.dice.between(100, 1000))
  }
  return undefined
}

function open(link: IssuedLink, client: string, world: World): Promise<CloudFrontResultResponse> {
  const { dice } = world
  const handle = edgeOf(dice.pick(world.processes), world)
  const uri = new URL(link.url).pathname
  return handle(viewerRequest({ uri, headers: { 'Idempotency-Key': client } }))
}

function edgeOf(process: Process, { subject, time, dice, redemptions, signer }: World) {
  const ports = {
    clock: time,
    random: dice.bytes,
    keyring: { current: () => process.keyring.current() },
    table: redemptions.store.table,
    kms: signer.kms.atEdges,
    log: () => undefined,
  }
  return subject.createEdge(ports, deployment, 'us-east-1')
}

function reasonOf(response: CloudFrontResultResponse): string {
  return (JSON.parse(response.body ?? '{}') as { reason?: string }).reason ?? response.status
}

/** Fetches a capability from any edge of CloudFront until its end. */
async function useCapability(response: CloudFrontResultResponse, link: IssuedLink, world: World): Promise<void> {
  const { time, dice, counts } = world
  const url = `https://files.example.com${headerOf(response, 'location')}`
  const [, id = ''] = /Key-Pair-Id=(\w+)/.exec(url) ?? []
  const end = Number(/"AWS:EpochTime":(\d+)/.exec(policyOf(response) ?? '')?.[1]) * 1000
  const start = time.now()
  const instants = [200, dice.between(0, end - start - 1), end - start - 1].toSorted((a, b) => a - b)
  let isChecked = false
  for (const instant of instants) {
    if (start + instant >= end) continue
    await time.pause(Math.max(0, start + instant - time.now()))
    const pop = dice.between(0, pops - 1)
    counts.fetches += 1
    // Once its signature is checked, only the key can go missing.
    const request = { url, address: '203.0.113.7', now: time.now() }
    const isGranted = world.cloudfront.knownAt(pop).has(id) && (isChecked || isSigned(request, id, world))
    isChecked = true
    if (isGranted) continue
    const kind = link.keepsReceipt ? 'with' : 'without'
    violate(world, `the capability of a link ${kind} a receipt is refused: edge ${pop}, ${id}`)
  }
}

function isSigned(request: ContentRequest, id: string, { cloudfront }: World): boolean {
  const pem = cloudfront.pemOf(id)
  const key = parsed.get(pem) ?? createPublicKey(pem)
  parsed.set(pem, key)
  return checkSignedUrl(request, new Map([[id, key]])).kind === 'granted'
}
