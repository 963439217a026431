import type { Refused } from '../shared/redemption/check-nonce.ts'
import type { LinkId } from '../shared/link.ts'
import type { EpochSeconds } from '../shared/time.ts'
import type { Capability } from './capability.ts'

/** What becomes of one opening of a link. `storeMs` is as in the log; `cause` is the error behind a refusal, if any. */
export type Outcome =
  | Redeemed
  | Confirmed
  | Unconfirmed
  | (Refused & {
      readonly storeMs?: number
      readonly cause?: unknown
      readonly cookie?: string | undefined
      /** The link is used, by this very client. */
      readonly sameClient?: boolean
    })
  /** A HEAD or OPTIONS was answered, the same for every link. */
  | { readonly kind: 'probed'; readonly linkId?: LinkId; readonly storeMs?: number }

/** The link is this viewer's. */
export interface Redeemed {
  readonly kind: 'redeemed'
  readonly capability: Capability
  /** It is for a player. */
  readonly media: boolean
  /**
   * What a browser is known by when it asks again. It has it already, most often; but Chromium keeps no page for the way
   * back, `no-store` or not, once a cookie of its site was set since: so its user isn't shown a button that was pressed.
   */
  readonly cookie?: string | undefined
  readonly linkId: LinkId
  readonly storeMs: number
}

/** The link is this browser's by the form it sent, and opened again shows its player: that can be reloaded, a form can't. */
export interface Confirmed {
  readonly kind: 'confirmed'
  readonly cookie: string
  readonly linkId: LinkId
  readonly storeMs: number
}

/** The link waits for a confirmation, and was not used. */
export interface Unconfirmed {
  readonly kind: 'unconfirmed'
  /** What the page's form sends, and what its browser is known by when it does. */
  readonly form: string
  readonly cookie: string
  readonly expiresAt: EpochSeconds
  readonly media: boolean
  readonly linkId: LinkId
  readonly storeMs: number
}
