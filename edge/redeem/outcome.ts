import type { Refused as RefusedNonce } from '../../shared/redemption/check-nonce.ts'
import type { LinkId } from '../../shared/link.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { Capability } from './capability.ts'
import type { DisplayedFile } from '../pages/file.ts'

/** How one request for a link ends. `storeMs` is as in the log; `cause` is the error behind a refusal, if any. */
export type Outcome =
  | Redeemed
  | Confirmed
  | Unconfirmed
  | Refused
  /** A HEAD or OPTIONS, whose response is the same for every link. */
  | { readonly kind: 'probed'; readonly linkId?: LinkId; readonly storeMs?: number }

/** The viewer gets nothing, and learns why. */
export interface Refused extends RefusedNonce {
  readonly storeMs?: number
  readonly cause?: unknown
  readonly cookie?: string | undefined
  /** This client itself used the link. */
  readonly sameClient?: boolean
  /** From when on the link works, if the store was asked. For the page of `not-yet-valid` only. */
  readonly notBefore?: EpochSeconds | undefined
  /** Of a browser at a link with a passphrase: the form that may ask for it again. */
  readonly question?: Question | undefined
  /** Tries that are left after a wrong passphrase. */
  readonly triesLeft?: number | undefined
}

/** The viewer gets the capability. */
export interface Redeemed {
  readonly kind: 'redeemed'
  readonly capability: Capability
  /** The link is for a player. */
  readonly media: boolean
  /** Only for pages: no log line has it. */
  readonly file: DisplayedFile
  /**
   * The id by which a browser is known when it asks again. Most browsers have it already. It is set again because Chromium
   * drops pages from its back-forward cache once a cookie of their site changes, so its user never sees a pressed button.
   */
  readonly cookie?: string | undefined
  readonly linkId: LinkId
  readonly storeMs: number
}

/** The browser's form used the link. The browser now opens the link again for its player: a page can be reloaded, a form can't. */
interface Confirmed {
  readonly kind: 'confirmed'
  readonly cookie: string
  readonly linkId: LinkId
  readonly storeMs: number
}

/** The form of a page, for one browser. */
export interface PageForm {
  /** The token that the form sends; `cookie` is the id of the browser that sends it. */
  readonly form: string
  readonly cookie: string
  readonly expiresAt: EpochSeconds
}

/** The form of a page that asks for a passphrase again. */
export interface Question extends PageForm {
  /** The request was a guess, not only a look at the page. */
  readonly isGuess?: boolean
}

/** The viewer must confirm first; the link is not used. */
export interface Unconfirmed extends PageForm {
  readonly kind: 'unconfirmed'
  readonly media: boolean
  /** Only for the page: no log line has it. Undefined if the store did not respond, and for a link with a passphrase. */
  readonly file: DisplayedFile | undefined
  /** The page asks for the passphrase, and says nothing of the file. */
  readonly passphrase: boolean
  readonly linkId: LinkId
  readonly storeMs: number
}
