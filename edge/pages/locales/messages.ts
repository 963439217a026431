import type { DisplayedRefusal } from '../../../shared/refusal.ts'
import type { SizeFormat } from '../file.ts'

/** A heading, and a text that says what happened and what to do next. Plain text, not HTML. */
export type MessageText = readonly [title: string, detail: string]

/** All texts of pages in one language. `TIME` is a placeholder for the end of the link or of the player. */
export interface Messages {
  /** Confirmation page of a link to a file, and of one for a player. */
  readonly file: MessageText
  readonly media: MessageText
  readonly download: string
  readonly play: string
  /** Says until when the link works. */
  readonly until: string
  /** Shown if the viewer pressed the button, but the request did not confirm. */
  readonly onceMore: string
  readonly player: MessageText
  /** Says until when the player can fetch more. */
  readonly playsUntil: string
  readonly tryAgain: string
  readonly sizes: SizeFormat
}

/** Texts in a language other than English, with a translation of each refusal in shared/refusal.ts. */
export interface Translation extends Messages {
  readonly refusals: Readonly<Record<DisplayedRefusal['reason'], MessageText>>
}
