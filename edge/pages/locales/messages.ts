import type { DisplayedRefusal } from '../../../shared/refusal.ts'

/** A heading, and below it what happened and what to do next. Plain text, not HTML. */
export type MessageText = readonly [title: string, detail: string]

/** All that pages say in one language. `TIME` in a text is where the end of the link or of the playing goes. */
export interface Messages {
  /** The confirmation page of a link to a file, and of one to something that is played. */
  readonly file: MessageText
  readonly media: MessageText
  readonly download: string
  readonly play: string
  /** Until when the link can be used. */
  readonly until: string
  /** Said when an attempt was not taken for a confirmation. */
  readonly onceMore: string
  readonly player: MessageText
  /** Until when the player can fetch more. */
  readonly playsUntil: string
  readonly tryAgain: string
}

/** A language that is not the one of the table of refusals: it also has a translation of every row. */
export interface Translation extends Messages {
  readonly refusals: Readonly<Record<DisplayedRefusal['reason'], MessageText>>
}
