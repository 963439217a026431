import { hash } from 'node:crypto'
import type { Network } from './network.ts'
import type { Nonce } from './nonce.ts'
import type { ObjectKey, VersionId } from './object-key.ts'
import type { Region } from './regions.ts'
import type { EpochSeconds } from './time.ts'

declare const spelling: unique symbol

/** Public name of a link: 22 base64url characters, 132 bits of the nonce's SHA-256. Safe in logs and in the table. */
export type LinkId = string & { readonly [spelling]: 'link id' }

/**
 * To what a capability is bound: the viewer's address, its network (/24, or /64 of IPv6), the client or its address,
 * the client alone, or nothing.
 */
export type Bind = (typeof binds)[number]

/** All values of `Bind`. */
export const binds = ['exact', 'prefix', 'client', 'client-only', 'none'] as const

/** Bindings of links whose nonce does not say that they are bound to the client. */
export const bindsWithoutClient = ['exact', 'prefix', 'none'] as const satisfies readonly Bind[]

/** Returns whether a capability is bound to an address or a network alone. */
export function isAddressBound(bind: Bind): bind is 'exact' | 'prefix' {
  return bind === 'exact' || bind === 'prefix'
}

/** Returns whether a capability is bound to a secret of the client. */
export function isClientBound(bind: Bind): bind is 'client' | 'client-only' {
  return bind === 'client' || bind === 'client-only'
}

/** An issued link as the table stores it. It names the nonce only by its hash. */
export interface Link {
  readonly id: LinkId
  /** Of a link that takes a file, the folder of what is received: see shared/received.ts. */
  readonly key: ObjectKey
  /** In mode `home`, the only Region that may consume the link. */
  readonly homeRegion: Region
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds
  /** Life of the capability in seconds, counted from the redemption. */
  readonly urlSeconds: number
  readonly bind: Bind
  readonly notBefore?: EpochSeconds
  /** The only network from which the link may be redeemed. */
  readonly network?: Network
  /** Name under which viewers save the file; if absent, the last segment of `key`. */
  readonly filename?: string
  /** The version of the object that the link delivers; absent if the bucket has no versions or nothing has looked. */
  readonly versionId?: VersionId
  /** Size of that version, or of the object when the link was issued, in bytes. */
  readonly size?: number
  /** Its ETag as S3 sends it, with quotes. */
  readonly etag?: string
  /** Its media type. */
  readonly contentType?: string
  /** Id of the issuer that owns the link: see shared/callers/issuers.ts. Absent if no issuers were configured when it was issued. */
  readonly issuer?: string
  /** Keyed hash of the caller that issued the link: see api/principal.ts. Only on links of issuers with `own`. */
  readonly caller?: string
  /** The issuer's own name for the link, as the table stores it: see shared/table/stored-reference.ts. No viewer sees it. */
  readonly reference?: string
  /** The sender of the file, as pages show it: from the issuer's settings, or the issuer's own text. */
  readonly sender?: string
  /** The issuer's words to the viewer, as pages show them: plain text with line breaks. */
  readonly message?: string
  /** The endpoint that is notified of what becomes of the link: see shared/webhooks/endpoints.ts. */
  readonly notify?: string
  /** When it is said that the link was not used, if it was not. */
  readonly remindAt?: EpochSeconds
  /** The version is deleted when the link is over: see shared/options/delete-file.ts. */
  readonly deleteFile?: 'version'
  /** The viewer gets a page first, and uses the link with its button. */
  readonly confirm?: 'required'
  /** The capability is for a player: it lives longer, and is valid for the object or for all that is in its folder. */
  readonly media?: Media
  /** Hash of the passphrase, keyed with the nonce: see passphrase.ts. The link has one, `tries` and `maxTries`, or none of them. */
  readonly passphraseHash?: string
  /** Tries at the passphrase so far, from 0 to `maxTries`: never back, but for right ones of a link with several uses. */
  readonly tries?: number
  /** From 1 to 10. */
  readonly maxTries?: number
  /** How many clients may use the link, from 2 to 20. The link has it and `uses`, or neither. */
  readonly maxUses?: number
  /** The receipt of each client that used the link, by redemption id. The state stays `live`, since each use has an end of its own. */
  readonly uses?: readonly Receipt[]
  /** Only of a link that takes a file: the size of the largest one, in bytes. */
  readonly maxBytes?: number
  /** The media types of that file, with commas between; absent if any is taken. */
  readonly types?: string
  /** When the item may be removed: from then on nothing depends on it. */
  readonly purgeAt: EpochSeconds
  /** Present on links that were issued with a receipt, whose items stay after use, and on all revoked links. */
  readonly state?: LinkState
  /** Present once the link was used, also if it was revoked after that; of several uses, only on a link as one client sees it. */
  readonly receipt?: Receipt
  /** Present on links with a receipt, once there was such a request. */
  readonly unredeemed?: UnredeemedRequests
  /** How often its sender was asked for a new link, once it had ended: from 1 to 3. Present with `requestedAt`, the last time. */
  readonly requested?: number
  readonly requestedAt?: EpochSeconds
  /** Present on a link that was revoked for another one: the id of that. */
  readonly replacedBy?: LinkId
  /** Id of the idempotency record of that request, which alone may go on (api/links/replace.ts). */
  readonly replacedIn?: string
  /** Its state before that; absent if it kept no receipt. */
  readonly replacedState?: 'live' | 'used'
}

/**
 * Returns whether the link delivers one version of its object, whatever is written under its key later. A folder can't be
 * pinned: its files have versions of their own, and a player names none.
 */
export function isPinned({ versionId, media }: Pick<Link, 'versionId' | 'media'>): boolean {
  return versionId !== undefined && media !== 'folder'
}

/** What a player may fetch: the object alone, or everything in the object's folder. */
export type Media = 'object' | 'folder'

/** Highest value of each count: then a machine that requests a link endlessly causes no more writes. */
export const maxUnredeemedCount = 1000

/** How often a link was requested without that request using it. Best effort: a request may be missed, or counted twice. */
export interface UnredeemedRequests {
  /** Unconfirmed requests, also those refused as too early or from another network. */
  readonly unconfirmed: number
  /** Requests of clients that declare themselves as robots, prefetches or previews. */
  readonly automated: number
  /** HEAD and OPTIONS requests. */
  readonly probed: number
  /**
   * Requests for the used link that were refused, but not those of the client that had used it: another client may have the
   * link. All other counts end with its use; those of several uses go on.
   */
  readonly refusedAfterUse: number
  readonly lastAt: EpochSeconds
}

/**
 * State of a link with a receipt: it changes from `live` to `used` at most once, and from either to `revoked`, where it
 * stays. Without a receipt: absent or `revoked`.
 */
type LinkState = 'live' | 'used' | 'revoked'

/** What the item of a link with a receipt keeps of its redemption: when, where and, as the deployment is configured, who. */
export interface Receipt extends ReceiptDraft {
  readonly redeemedAt: EpochSeconds
  /** End of the capability. A repeat by the same client gets the same end: another end would be a second capability. */
  readonly urlExpiresAt: EpochSeconds
}

/** What a redemption provides for its receipt. The table adds the times of the first redemption. */
export interface ReceiptDraft {
  readonly redemptionId: RedemptionId
  /** Region of the function that redeemed the link. */
  readonly edgeRegion: string
  /** The viewer's /24, or /48 of IPv6, or `unknown`; or a keyed hash of the address: see `receiptAddress` in deployment.ts. */
  readonly viewer: string
  readonly userAgent: string
  /** Keyed hashes of what `exact` and `prefix` bind to. Only a holder of the nonce can compute them. */
  readonly addressHash: string
  readonly prefixHash: string
}

/** Name of one client's redemption of one link: a hash of the client's own id, keyed with the nonce. */
export type RedemptionId = string & { readonly [spelling]: 'redemption id' }

/** Returns whether all tries at the passphrase of a link are taken. */
export function isLocked({ tries = 0, maxTries = Infinity }: Pick<Link, 'tries' | 'maxTries'>): boolean {
  return tries >= maxTries
}

/** Returns whether several clients may use the link, and as many did. */
export function isUsedUp({ uses = [], maxUses = Infinity }: Pick<Link, 'uses' | 'maxUses'>): boolean {
  return uses.length >= maxUses
}

/** Returns the uses of a link with several in the order in which they were taken. */
export function oldestFirst(uses: readonly Receipt[]): readonly Receipt[] {
  return uses.toSorted((one, other) => one.redeemedAt - other.redeemedAt)
}

/** Returns the receipt of the use whose capability ends last; undefined if the link was not used, or keeps none. */
export function latestUse({ receipt, uses = [] }: Pick<Link, 'receipt' | 'uses'>): Receipt | undefined {
  return receipt ?? oldestFirst(uses).at(-1)
}

/** Returns the public name of one of several uses: the start of its redemption id, 48 bits. */
export function useIdOf({ redemptionId }: Pick<Receipt, 'redemptionId'>): string {
  return redemptionId.slice(0, 8)
}

const idLength = 22
const idPattern = /^[A-Za-z0-9_-]{22}$/

/** Returns the id of the link whose secret is `nonce`. One way: the nonce can't be computed from it. */
export function linkIdOf(nonce: Nonce): LinkId {
  return hash('sha256', nonce, 'base64url').slice(0, idLength) as LinkId
}

/** Parses a link id. Returns undefined if `text` can't be one. */
export function parseLinkId(text: string): LinkId | undefined {
  return idPattern.test(text) ? (text as LinkId) : undefined
}
