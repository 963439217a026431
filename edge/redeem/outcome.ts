import type { LinkId } from '../../shared/link.ts'
import type { Known, RefusedRedemption } from '../../shared/redemption/redeem.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { Capability } from './capability.ts'
import type { DisplayedFile } from '../pages/file.ts'

/** How one request for a link ends. `storeMs` is as in the log. */
export type Outcome =
  | Redeemed
  | Confirmed
  | Unconfirmed
  | Refused
  | Asked
  /** A HEAD or OPTIONS, whose response is the same for every link. */
  | { readonly kind: 'probed'; readonly linkId?: LinkId; readonly storeMs?: number }

/** The viewer gets nothing, and learns why. */
export interface Refused extends RefusedRedemption {
  readonly cookie?: string | undefined
  /** Set for a browser at a link with a passphrase: the question for it, which the page may repeat. */
  readonly question?: Question | undefined
  /** Set for a browser at a link that is over: the token of the form by which it asks the sender for a new one. */
  readonly ask?: string | undefined
}

/** The browser's form asked the sender for a new link, or could not: with `ask`, it may be sent again. The link is not used. */
export interface Asked extends Omit<Refused, 'kind' | 'reason'> {
  readonly kind: 'asked' | 'unasked'
  /** What programs get. */
  readonly reason: 'unconfirmed'
}

/** The viewer gets the capability. */
export interface Redeemed extends Known {
  readonly kind: 'redeemed'
  readonly capability: Capability
  /** The link is for a player. */
  readonly media: boolean
  /** Only for pages: no log line has it. */
  readonly file: DisplayedFile
  /**
   * The id by which a browser is known when it comes back. Most browsers have it already. It is set again because Chromium
   * drops pages from its back-forward cache once a cookie of their site changes, so its user never sees a pressed button.
   */
  readonly cookie?: string | undefined
}

/** The browser's form used the link. The browser now opens the link again for its player: a page can be reloaded, a form can't. */
export interface Confirmed extends Known {
  readonly kind: 'confirmed'
  readonly cookie: string
}

/** What a page needs of one browser, by a form: its confirmation, or the passphrase of the link. */
export interface Question {
  /** The token that the form sends; `cookie` is the id of the browser that sends it. */
  readonly form: string
  readonly cookie: string
  readonly expiresAt: EpochSeconds
  /** The page requires the passphrase, and says nothing of the file. */
  readonly passphrase: boolean
  /** The request was a try, not only a look at the page. */
  readonly isTry?: boolean
}

/** The viewer must confirm first; the link is not used. */
export interface Unconfirmed extends Known {
  readonly kind: 'unconfirmed'
  readonly question: Question
  readonly media: boolean
  /** The link is for several clients. @default false */
  readonly several?: boolean
  /** The link takes a file. @default false */
  readonly upload?: boolean
  /** Only for the page: no log line has it. Undefined if the store did not respond, and for a link with a passphrase. */
  readonly file: DisplayedFile | undefined
}
