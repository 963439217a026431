import type { Keyring } from '../shared/keys.ts'
import type { Link, LinkId } from '../shared/link.ts'
import type { Ipv4 } from '../shared/network.ts'
import type { Region } from '../shared/regions.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Clock, EpochSeconds } from '../shared/time.ts'

/** Everything the edge asks of the world. `main.ts` and the emulator hand in real ones. */
export interface Ports {
  readonly clock: Clock
  readonly keyring: Keyring
  readonly table: LinkTable
  readonly log: (line: LogLine) => void
}

/** What a link must be for one viewer to redeem it now. All of it is checked in the same write. */
export interface Redemption {
  readonly id: LinkId
  readonly homeRegion: Region
  /** The nonce says the link is tied to a network. Must agree with the item. */
  readonly bound: boolean
  readonly viewer: Ipv4
  readonly now: EpochSeconds
}

/**
 * The table of links at a link's home Region. One verb to redeem: a separate check would reopen the race.
 * Neither verb retries; each gives up after `timeoutMs`. They reject only for what no second try can mend.
 */
export interface LinkTable {
  /** One conditional delete. Of all that are ever asked for one link, at most one answers `taken`. */
  take(redemption: Redemption, timeoutMs: number): Promise<TakeAnswer>
  /** One strongly consistent read: is the link still there? For use after an `ambiguous` answer only. */
  holds(redemption: Redemption, timeoutMs: number): Promise<boolean>
}

/** How one conditional delete ended. */
export type TakeAnswer =
  | { readonly kind: 'taken'; readonly link: Link }
  /** The condition did not hold; `found` is the link as it stood then, absent when there was none. */
  | { readonly kind: 'not-taken'; readonly found: Link | undefined }
  /** The store did nothing and says so: throttled, not connected, in conflict. A second try is safe. */
  | { readonly kind: 'no-effect' }
  /** The answer was lost: the delete may have happened, or may still happen. */
  | { readonly kind: 'ambiguous' }

/** One line per outcome. Never an event, nonce, key, address or signed URL. */
export interface LogLine {
  readonly outcome: 'redeemed' | 'refused' | 'described'
  readonly reason?: Reason
  readonly linkId?: LinkId
  /** CloudFront's id of the request, as in its own logs. */
  readonly requestId: string
  readonly ms: number
  /** The name of the error at the root of `failed`; its message may hold what must not be logged. */
  readonly error?: string
}
