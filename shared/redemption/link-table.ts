import type { UnredeemedRequests, Link, LinkId, ReceiptDraft } from '../link.ts'
import type { Ipv4 } from '../network.ts'
import type { Region } from '../regions.ts'
import type { EpochSeconds } from '../time.ts'

/** What a link must be for one viewer to redeem it now. All of it is checked in the same write. */
export interface Redemption {
  readonly id: LinkId
  readonly homeRegion: Region
  /** The nonce says the link is tied to a network. Must agree with the item. */
  readonly bound: boolean
  /** Where the viewer is; may be unknown only where the link is not bound, since then nothing depends on it. */
  readonly viewer: Ipv4 | undefined
  /** The nonce says the link keeps a receipt: this becomes it. Without, the link is deleted. */
  readonly receipt?: ReceiptDraft
}

/** One request to one replica. */
export interface Attempt {
  readonly region: Region
  readonly now: EpochSeconds
  readonly timeoutMs: number
}

/** The table of links. One verb to redeem: a separate check would reopen the race. No verb retries. */
export interface LinkTable {
  /**
   * One conditional write: a delete, or with a receipt an update. Of all deletes that are ever asked for one link, at
   * most one is answered `taken`; of all updates, only those with the redemption id of the first. Rejects
   * only for our own mistakes: a Region without a replica, an item that is no link.
   */
  tryConsume(redemption: Redemption, attempt: Attempt): Promise<ConsumeAttemptResult>
  /** One strongly consistent read: is the link still there? For use after an `ambiguous` delete only. May reject. */
  exists(id: LinkId, attempt: Attempt): Promise<boolean>
  /**
   * The link as it stands, for a request that won't take it: what it says decides nothing but a wording. With `hold` the
   * request is counted too, on a live link with a receipt; on any other nothing is written. May reject.
   */
  inspect(id: LinkId, hold: UnredeemedKind | undefined, attempt: Attempt): Promise<Link | undefined>
}

/** Why a request for a link did not use it: a count of `UnredeemedRequests`. */
export type UnredeemedKind = Exclude<keyof UnredeemedRequests, 'lastAt'>

/** How one conditional write ended. */
export type ConsumeAttemptResult =
  /** The link as it stood before the delete, or as it stands after the update, with its receipt. */
  | { readonly kind: 'consumed'; readonly link: Link }
  /** The condition did not hold; `found` is the link as it stood then, absent when there was none. */
  | { readonly kind: 'condition-failed'; readonly found: Link | undefined }
  /** The store did nothing and says so: throttled, not connected, in conflict. A second try is safe. */
  | { readonly kind: 'no-effect' }
  /** The same, and this replica will not do better: we lack a permission, or there is no table. */
  | { readonly kind: 'not-retryable'; readonly cause: unknown }
  /** The answer was lost: the write may have happened, or may still happen. */
  | { readonly kind: 'unknown-effect' }
