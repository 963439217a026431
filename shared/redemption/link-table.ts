import type { Address } from '../address.ts'
import type { Bind, UnredeemedRequests, Link, LinkId, ReceiptDraft } from '../link.ts'
import type { Region } from '../regions.ts'
import type { ScopeCondition } from '../table/scope-condition.ts'
import type { EpochSeconds } from '../time.ts'

/** One viewer's redemption of a link: what the link must be. One write checks all of it. */
export interface Redemption {
  readonly id: LinkId
  readonly homeRegion: Region
  /** The nonce says that the link is bound to a network. Must agree with the item. */
  readonly bound: boolean
  /** The viewer's address. May be undefined only if the link is not bound, since then nothing depends on it. */
  readonly viewer: Address | undefined
  /** What a capability for this client can be bound to. The nonce says whether that is the client. Must agree with the item. */
  readonly binds: readonly Bind[]
  /** The receipt's draft, if the nonce says that the link keeps a receipt. Without it, the link is deleted. */
  readonly receipt?: ReceiptDraft
  /** Hash of the viewer's passphrase, if the nonce says that the link has one: see shared/secrets/passphrase.ts. */
  readonly passphraseHash?: string | undefined
  /**
   * Only a repeat, of a link with a passphrase and a receipt: this redemption must have used the link before. It needs no passphrase,
   * because only the client that knew it has this redemption id.
   */
  readonly repeatOnly?: true
  /** The nonce says that several clients may use the link. Must agree with the item. @default false */
  readonly several?: boolean
  /** Which links the caller of an exchange may use. An edge never has one: a viewer is known by its nonce alone. */
  readonly scope?: ScopeCondition
}

/** One request to one replica. */
export interface Attempt {
  readonly region: Region
  readonly now: EpochSeconds
  readonly timeoutMs: number
}

/** The table of links. One method redeems: a separate check would reopen the race. No method retries. */
export interface LinkTable {
  /**
   * Makes one conditional write: a delete, or with a receipt an update. Of all deletes ever requested of one link, at
   * most one results in `consumed`; of all updates, only those with the redemption id of the first, or of as many as the link has
   * uses. Rejects only for our own mistakes: a Region without a replica, an item that is not a link.
   */
  tryConsume(redemption: Redemption, attempt: Attempt): Promise<ConsumeAttemptResult>
  /**
   * Makes one conditional write that reserves a try of a link with a passphrase: on every condition of the redemption but the
   * hash, if the link is not used. Of all that are ever requested of one link, at most `maxTries` result in `reserved`.
   * Rejects as `tryConsume` does.
   */
  tryReserve(redemption: Redemption, attempt: Attempt): Promise<ReserveAttemptResult>
  /**
   * Returns, by one strongly consistent read, whether the item exists. Only for use after an `unknown-effect` delete.
   * May reject.
   */
  exists(id: LinkId, attempt: Attempt): Promise<boolean>
  /**
   * Returns the current link to a request that won't consume it: it decides only which page or refusal the request
   * gets. With `countedAs` it also counts the request, if the link has this home and a receipt, and is live, or used for
   * `refusedAfterUse`; otherwise it writes nothing. `countedAs` may be an update with a condition of its own. May reject.
   */
  inspect(
    link: LinkPlace,
    countedAs: UnredeemedKind | CountUpdate | undefined,
    attempt: Attempt,
  ): Promise<Link | undefined>
}

/** A link, what its nonce says of its item, and whose use of several is looked for. */
export type LinkPlace = Pick<Redemption, 'id' | 'homeRegion' | 'several' | 'receipt'>

/** Kind of an unredeemed request: the name of its count in `UnredeemedRequests`. */
export type UnredeemedKind = Exclude<keyof UnredeemedRequests, 'lastAt'>

/** Makes an update that counts something else, as DynamoDB takes it, but for its table: see ask-update.ts. */
export type CountUpdate = (link: LinkPlace, attempt: Attempt) => object

/** How one conditional write that consumes a link ended. */
export type ConsumeAttemptResult =
  /** The link before the delete, or after the update with its receipt. */
  { readonly kind: 'consumed'; readonly link: Link } | FailedAttempt

/** How one reservation of a try ended, with the link after it. */
export type ReserveAttemptResult = { readonly kind: 'reserved'; readonly link: Link } | FailedAttempt

/** How a conditional write ended that is not known to have succeeded. */
export type FailedAttempt =
  /** The condition failed. `found` is the link at that moment; undefined if there was none. */
  | { readonly kind: 'condition-failed'; readonly found: Link | undefined }
  /** The store did nothing: throttled, not connected, in conflict. A retry is safe. */
  | { readonly kind: 'no-effect' }
  /** The store did nothing: it throttles so many writes that retries would add to its load. Viewers may try again later. */
  | { readonly kind: 'overloaded' }
  /** The store did nothing, and a retry at this replica would fail too: we lack a permission, or there is no table. */
  | { readonly kind: 'not-retryable'; readonly cause: unknown }
  /** The response was lost: the write may have happened, or may still happen. */
  | { readonly kind: 'unknown-effect' }
