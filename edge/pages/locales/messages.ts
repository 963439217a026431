import type { DisplayedRefusal } from '../../../shared/refusal.ts'
import type { SizeFormat } from '../file.ts'
import type { FileKind, Unplayable } from '../file-type.ts'
import type { DateFormat } from '../when.ts'

/** A heading, and a text that says what happened and what to do next. Plain text, not HTML. */
export type MessageText = readonly [title: string, detail: string]

/** All texts of pages in one language. `TIME` is a placeholder for a time, `LEFT` for how long it is until then. */
export interface Messages {
  /** Confirmation page of a link to a file, and of one for a player. */
  readonly file: MessageText
  readonly media: MessageText
  readonly download: string
  readonly play: string
  /** Precedes the sender's name. */
  readonly from: string
  /** Says of sender and message that they were not checked. */
  readonly given: string
  /** Says until when the link works, and, on a page that was left open, that it doesn't any more. */
  readonly until: string
  readonly past: string
  /** Shown if the viewer pressed the button, but the request did not confirm. */
  readonly onceMore: string
  /** Says before the link is used that this browser can't play the recording, and what can. */
  readonly unplayable: Readonly<Record<Unplayable, string>>
  /** Page after the button: the download has started. */
  readonly started: MessageText
  readonly startAgain: string
  /** Says until when the download can be started again, what to do if it doesn't arrive, and that this time has passed. */
  readonly startsUntil: string
  readonly lost: string
  readonly startsNoMore: string
  readonly player: MessageText
  /** Saves the film of the player as a file. */
  readonly save: string
  /** Says until when the player can fetch more, and that this time has passed. */
  readonly playsUntil: string
  readonly playsNoMore: string
  /** Says from when on a link works that is not valid yet. */
  readonly validFrom: string
  readonly tryAgain: string
  readonly types: Readonly<Record<FileKind, string>>
  readonly sizes: SizeFormat
  readonly dates: DateFormat
}

/** Texts in a language other than English, with a translation of each refusal in shared/refusal.ts. */
export interface Translation extends Messages {
  readonly refusals: Readonly<Record<DisplayedRefusal['reason'], MessageText>>
}
