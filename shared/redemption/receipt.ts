import type { Deployment } from '../deployment.ts'
import { keyedHash } from '../hmac.ts'
import type { Link, ReceiptDraft, RedemptionId } from '../link.ts'
import { type Ipv4, networkOf } from '../network.ts'
import type { MacKeys, Nonce } from '../nonce.ts'
import { type EpochMs, type EpochSeconds, hasPassed, plusSeconds, secondsOf } from '../time.ts'

/** What a client can be told apart by from all others: an id it made or was given, or nothing. */
export type Client =
  | { readonly kind: 'idempotency-key' | 'cookie'; readonly id: string }
  /** It brought nothing; `id` is drawn for this request, so no other request can repeat this one. */
  | { readonly kind: 'fresh'; readonly id: string }

/** A client that brought nothing. `random` gives so many bytes that nobody can predict. */
export function freshClient(random: (length: number) => Uint8Array): Client {
  return { kind: 'fresh', id: Buffer.from(random(16)).toString('base64url') }
}

/** Whose redemption it is, and what is known of the viewer. */
export interface ReceiptSubject {
  readonly client: Client
  /** Undefined where the address is no IPv4 address, which only a capability that names none allows. */
  readonly viewer: Ipv4 | undefined
  readonly userAgent: string
  /** `https://` and the host that was asked, or `s3://` and the bucket. A capability names it, so another is another. */
  readonly origin: string
}

/** What goes into every receipt of one function. */
export interface ReceiptContext {
  /** The Region in which it runs. */
  readonly edgeRegion: string
  readonly receiptAddress: Deployment['receiptAddress']
  readonly mac: MacKeys
}

/**
 * What a redemption by this visitor leaves on the link. The redemption id comes from what only this client has, and
 * never from its address, which neighbours share; a client that brought nothing is `fresh` each time, so nobody can
 * repeat its redemption. Hashes are keyed with the nonce: who reads the table learns neither ids nor addresses.
 */
export function draftReceipt(
  { client, viewer, userAgent, origin }: ReceiptSubject,
  nonce: Nonce,
  by: ReceiptContext,
): ReceiptDraft {
  return {
    redemptionId: keyedHash(nonce, ['redemption', client.kind, client.id, origin]) as RedemptionId,
    edgeRegion: by.edgeRegion,
    viewer: by.receiptAddress === 'prefix' ? spelled(viewer, 24) : viewerHash(viewer, by.mac),
    userAgent: familyOf(userAgent),
    ...marksOf(viewer, nonce),
  }
}

/**
 * When the capability on a used link ends, or undefined when it would be none for this visitor: its address is another
 * one than the capability is bound to, and a capability for that one would be a second.
 */
export function capabilityEndFor({ bind, receipt }: Link, draft: ReceiptDraft): EpochSeconds | undefined {
  const mark = bind === 'exact' ? 'addressHash' : 'prefixHash'
  return bind === 'none' || receipt?.[mark] === draft[mark] ? receipt?.urlExpiresAt : undefined
}

/** Whether a link was used by this very client, from where its capability works. */
export function isSameClient(link: Link | undefined, draft: ReceiptDraft | undefined): boolean {
  if (link === undefined || draft === undefined) return false
  return link.receipt?.redemptionId === draft.redemptionId && capabilityEndFor(link, draft) !== undefined
}

function marksOf(viewer: Ipv4 | undefined, nonce: Nonce): Pick<ReceiptDraft, 'addressHash' | 'prefixHash'> {
  return {
    addressHash: keyedHash(nonce, ['viewer', spelled(viewer, 32)]),
    prefixHash: keyedHash(nonce, ['viewer', spelled(viewer, 24)]),
  }
}

function spelled(viewer: Ipv4 | undefined, bits: number): string {
  return viewer === undefined ? 'unknown' : networkOf(viewer, bits)
}

/** The same for the same address, as long as the MAC key is, so that an issuer can tell who came twice. */
function viewerHash(viewer: Ipv4 | undefined, mac: MacKeys): string {
  const key = mac.bySlot.get(mac.current)
  if (key === undefined) throw new Error(`no MAC key in slot ${mac.current}`)
  return keyedHash(key.secret, ['once-at-edge viewer', spelled(viewer, 32)])
}

/**
 * When the capability for a link that was just taken ends, or why there is none. The write may have taken seconds: its
 * condition held when it was sent, not necessarily now. `receipt` is what this visitor brought to it, if the link keeps one.
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

/** Families by what their User-Agent contains; the first that fits, since most pretend to be others as well. */
const families: readonly (readonly [RegExp, string])[] = [
  [/(?<!cu)bot\b|crawler|spider|preview|slurp|facebookexternalhit|^WhatsApp\//i, 'bot'],
  [/^curl\//i, 'curl'],
  [/^wget\//i, 'wget'],
  // once redeem (cli/adapters/http.ts).
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

/** The family of a User-Agent header, a word or two for a person to read; `other` for what isn't known. No version. */
export function familyOf(userAgent: string): string {
  return families.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other'
}
