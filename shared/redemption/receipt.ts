import { keyedHash } from '../hmac.ts'
import { isAddressBound, type Link, type ReceiptDraft, type RedemptionId } from '../link.ts'
import type { Address } from '../address.ts'
import { networkOf } from '../network.ts'
import type { MacKeys, Nonce } from '../nonce.ts'
import { type EpochMs, type EpochSeconds, hasPassed, plusSeconds, secondsOf } from '../time.ts'

/** Identity of a client: an id that it made or got, or none. */
export type Client =
  | {
      readonly kind: 'idempotency-key' | 'once-client' | 'cookie'
      readonly id: string
      /** The secret that it brought. Its id covers it: who brings another secret is another client. */
      readonly secret?: string | undefined
    }
  /** The request has no id of a client. `id` is random, so no other request can repeat this one. */
  | { readonly kind: 'fresh'; readonly id: string; readonly secret?: undefined }

/** Returns the identity of a client without an id. `random` must return as many unpredictable bytes as requested. */
export function freshClient(random: (length: number) => Uint8Array): Client {
  return { kind: 'fresh', id: Buffer.from(random(16)).toString('base64url') }
}

/** The client that redeems, and what is known about its viewer. */
export interface ReceiptSubject {
  readonly client: Client
  /** Undefined if it is no IP address, which is allowed only if the capability is bound to none. */
  readonly viewer: Address | undefined
  readonly userAgent: string
  /**
   * `https://` and the requested host, or `s3://` and the bucket. The capability names it: another origin is another
   * redemption.
   */
  readonly origin: string
}

/** What is the same in all receipts of one function. */
export interface ReceiptContext {
  /** The Region in which the function runs. */
  readonly edgeRegion: string
  readonly receiptAddress: 'prefix' | 'hash'
  readonly mac: MacKeys
}

/**
 * Returns the draft of a receipt for this redemption. The redemption id is made from what only this client has, never
 * from its address, which neighbours share. A client without an id is `fresh` each time, so no request can repeat its
 * redemption. Hashes are keyed with the nonce: a reader of the table learns neither ids nor addresses.
 */
export function draftReceipt(
  { client, viewer, userAgent, origin }: ReceiptSubject,
  nonce: Nonce,
  context: ReceiptContext,
): ReceiptDraft {
  return {
    redemptionId: keyedHash(nonce, ['redemption', client.kind, client.id, origin]) as RedemptionId,
    edgeRegion: context.edgeRegion,
    viewer: context.receiptAddress === 'prefix' ? networkText(viewer, 24, 48) : viewerHash(viewer, context.mac),
    userAgent: familyOf(userAgent),
    ...addressHashes(viewer, nonce),
  }
}

/**
 * Returns the secret to which a client's capability is bound: the one that it brought, or one that only this client's id and
 * the nonce make. So a repeat has the same one, and nothing stores it.
 */
export function clientSecret({ kind, id, secret }: Client, nonce: Nonce): string {
  return secret ?? keyedHash(nonce, ['client secret', kind, id])
}

/**
 * Returns when the used link's capability ends; undefined if it is bound to another address than this viewer's. A
 * capability for this viewer's address would be a second one.
 */
export function capabilityEndFor({ bind, receipt }: Link, draft: ReceiptDraft): EpochSeconds | undefined {
  const field = bind === 'exact' ? 'addressHash' : 'prefixHash'
  return !isAddressBound(bind) || receipt?.[field] === draft[field] ? receipt?.urlExpiresAt : undefined
}

/** Returns whether this viewer's address is the one of the first redemption, as far as the receipt can tell. */
export function isFirstAddress({ receipt }: Link, draft: ReceiptDraft | undefined): boolean {
  return receipt?.addressHash === draft?.addressHash
}

/**
 * Returns whether this client used the link and may get its capability again: it is at an address where that works, and
 * the link was not revoked since.
 */
export function isSameClient(link: Link | undefined, draft: ReceiptDraft | undefined): boolean {
  if (link === undefined || draft === undefined || link.state === 'revoked') return false
  return link.receipt?.redemptionId === draft.redemptionId && capabilityEndFor(link, draft) !== undefined
}

/** When a link was used before, and whether by this client. */
export interface EarlierUse {
  readonly at: EpochSeconds
  readonly byThisClient: boolean
  /** Others used it as often as several clients may. */
  readonly isUsedUp: boolean
}

/** Returns what the receipt says of an earlier use; undefined without one. */
export function earlierUseOf(link: Link | undefined, draft: ReceiptDraft | undefined): EarlierUse | undefined {
  const receipt = link?.receipt
  const byThisClient = receipt?.redemptionId === draft?.redemptionId
  return receipt && { at: receipt.redeemedAt, byThisClient, isUsedUp: !byThisClient && link?.uses !== undefined }
}

function addressHashes(viewer: Address | undefined, nonce: Nonce): Pick<ReceiptDraft, 'addressHash' | 'prefixHash'> {
  return {
    addressHash: keyedHash(nonce, ['viewer', networkText(viewer, 32)]),
    prefixHash: keyedHash(nonce, ['viewer', networkText(viewer, 24)]),
  }
}

/** Returns a network as a text to keep or to hash. Of IPv6 it is /64 by default: within it, devices change their address. */
function networkText(viewer: Address | undefined, ipv4Bits: number, ipv6Bits?: number): string {
  return viewer === undefined ? 'unknown' : networkOf(viewer, ipv4Bits, ipv6Bits)
}

/**
 * Hashes an address. While the MAC key stays, the same address has the same hash, so an issuer can recognise a viewer.
 */
function viewerHash(viewer: Address | undefined, mac: MacKeys): string {
  const key = mac.bySlot.get(mac.current)
  if (key === undefined) throw new Error(`no MAC key in slot ${mac.current}`)
  return keyedHash(key.secret, ['once-at-edge viewer', networkText(viewer, 32)])
}

/**
 * Returns when the capability for a link that was just consumed ends, or the reason why there is none. The write may
 * have taken seconds: its condition held when it was sent, not necessarily now. `receipt` is this redemption's draft,
 * if the link keeps a receipt.
 */
export function capabilityEnd(
  link: Link,
  receipt: ReceiptDraft | undefined,
  now: EpochMs,
): EpochSeconds | 'expired' | 'spent' {
  if (hasPassed(link.expiresAt, now)) return 'expired'
  const end = receipt ? capabilityEndFor(link, receipt) : plusSeconds(secondsOf(now), link.urlSeconds)
  return end === undefined || hasPassed(end, now) ? 'spent' : end
}

/** Families by a pattern of their User-Agent. The first match counts: most programs also name others. */
const families: readonly (readonly [RegExp, string])[] = [
  [/(?<!cu)bot\b|crawler|spider|preview|slurp|facebookexternalhit|^WhatsApp\//i, 'bot'],
  [/^curl\//i, 'curl'],
  [/^wget\//i, 'wget'],
  // `once redeem` (cli/adapters/http.ts)
  [/^once-at-edge(\/|$)/, 'once-at-edge'],
  [/^(python[\w-]*|java(-http-client)?|go-http-client|okhttp|axios|node(-fetch)?|undici|dart)(\/|$)/i, 'program'],
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/\b(CFNetwork|AppleCoreMedia|ExoPlayer)\b/, 'app'],
]

/**
 * Returns the family of a User-Agent header, one or two words for people, without a version; `other` if it is unknown.
 */
export function familyOf(userAgent: string): string {
  return families.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other'
}
