import { hash } from 'node:crypto'
import type { Network } from './network.ts'
import type { Nonce } from './nonce.ts'
import type { ObjectKey } from './object-key.ts'
import type { Region } from './regions.ts'
import type { EpochSeconds } from './time.ts'

declare const spelling: unique symbol

/** The public name of a link: 22 base64url characters, 132 bits of the nonce's SHA-256. Safe in logs and in the table. */
export type LinkId = string & { readonly [spelling]: 'link id' }

/** How closely a capability is bound to its viewer's address: that address, its /24, or not at all. */
export type Bind = 'exact' | 'prefix' | 'none'

/** The values `Bind` may take, closest first. */
export const binds = ['exact', 'prefix', 'none'] as const satisfies readonly Bind[]

/** An issued link as the table holds it. It names the nonce only by its hash. */
export interface Link {
  readonly id: LinkId
  readonly key: ObjectKey
  /** The one Region in which the link may be redeemed. */
  readonly homeRegion: Region
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds
  /** Life of the capability in seconds, counted from the redemption. */
  readonly urlSeconds: number
  readonly bind: Bind
  readonly notBefore?: EpochSeconds
  /** The only network the link may be redeemed from. */
  readonly network?: Network
  /** The name the file is saved under; without it the last segment of `key`. */
  readonly filename?: string
  /** The issuer's own name for the link; never shown to a viewer. */
  readonly reference?: string
  /** The viewer is shown a page first, and uses the link with its button. */
  readonly confirm?: 'required'
  /** The capability is for a player: it lives longer, and opens the object or all that is in its folder. */
  readonly media?: Media
  /** From then on nothing can depend on the item any more, so it may be removed. */
  readonly purgeAt: EpochSeconds
  /** Of links that were issued with a receipt, whose items stay when they are used; and of all that are revoked. */
  readonly state?: LinkState
  /** Only of links that are used. */
  readonly receipt?: Receipt
  /** Only of links with a receipt, once there was such a request. */
  readonly unredeemed?: UnredeemedRequests
}

/** What a player may fetch: the object alone, or everything in the folder that the object is in. */
export type Media = 'object' | 'folder'

/** As far as each of `UnredeemedRequests` is counted: a link that a machine looks at without end is then written no more. */
export const maxUnredeemedCount = 1000

/** How often a link was asked for without being used. Best effort: a count may be lost, and be one too high. */
export interface UnredeemedRequests {
  /** By whoever was asked to confirm, or would have been but for the time or the network. */
  readonly unconfirmed: number
  /** By a client that says of itself that it is a robot, or that it prefetches or previews. */
  readonly automated: number
  /** HEAD and OPTIONS. */
  readonly probed: number
  readonly lastAt: EpochSeconds
}

/** What a link with a receipt has come to: it goes from `live` to one of the others, once. One without may be revoked. */
export type LinkState = 'live' | 'used' | 'revoked'

/** What is kept of a redemption when the link asked for it: when, where and who, as far as the deployment keeps that. */
export interface Receipt extends ReceiptDraft {
  readonly redeemedAt: EpochSeconds
  /** End of the capability. A repeat by the same client gets the same end: another would be a second capability. */
  readonly urlExpiresAt: EpochSeconds
}

/** What a redemption brings to its receipt; the table adds the times of whichever was first. */
export interface ReceiptDraft {
  readonly redemptionId: RedemptionId
  /** The Region in which the function ran that redeemed it. */
  readonly edgeRegion: string
  /** The viewer's /24 or `unknown`, or a keyed hash of the address: see `receiptAddress` in deployment.ts. */
  readonly viewer: string
  readonly userAgent: string
  /** Keyed hash of the viewer's address; only a holder of the nonce can make it. Likewise of its /24. */
  readonly addressHash: string
  readonly prefixHash: string
}

/** Names one client's redemption of one link: a hash of the client's own id, keyed with the nonce. */
export type RedemptionId = string & { readonly [spelling]: 'redemption id' }

const idLength = 22
const idPattern = /^[A-Za-z0-9_-]{22}$/

/** The id of the link whose secret is `nonce`. One way: the nonce can't be had back from it. */
export function linkIdOf(nonce: Nonce): LinkId {
  return hash('sha256', nonce, 'base64url').slice(0, idLength) as LinkId
}

/** Reads a link id, or undefined when `text` can't be one. */
export function parseLinkId(text: string): LinkId | undefined {
  return idPattern.test(text) ? (text as LinkId) : undefined
}
