import type { ErrorStatus } from '../../../shared/cloudfront/error-page-path.ts'
import type { DisplayedRefusal } from '../../../shared/refusal.ts'
import type { SizeFormat } from '../../../shared/texts/size.ts'

/** A heading, and a text that says what happened and what to do next. Plain text, not HTML. */
export type MessageText = readonly [title: string, detail: string]

/** Kinds of files that pages name by a word. */
export type FileKind =
  | 'pdf'
  | 'document'
  | 'sheet'
  | 'slides'
  | 'picture'
  | 'video'
  | 'audio'
  | 'archive'
  | 'text'
  | 'page'
  | 'program'

/** Why a browser can't play a recording: only some browsers play HLS, and none MPEG-DASH. */
export type Unplayable = 'hls' | 'dash'

/** One pattern for all numbers from 2, or those of Arabic's plurals (CLDR): 2; 3 to 10, 11 to 99, and others, of the last two digits. */
export type LeftFormat = string | readonly [two: string, few: string, many: string, other: string]

/**
 * How people who read one language write dates and the time that is left. Written down because the first use of Intl takes 13 ms of
 * a whole CPU, of which a function has a fraction; a test compares it with Intl. In `dates`: `{w}` weekday, `{d}` day, `{m}` month,
 * `{y}` year, `{t}` time. In `left`: `#` number.
 */
export interface DateFormat {
  /** From Sunday, with spaces between. */
  readonly weekdays: string
  readonly months: string
  readonly dates: readonly [thisYear: string, otherYear: string]
  readonly left: readonly [
    second: string,
    seconds: LeftFormat,
    minutes: LeftFormat,
    hours: LeftFormat,
    days: LeftFormat,
  ]
}

/** All texts of one language. */
export interface Texts {
  readonly pages: PageTexts
  /** Absent in English: those of shared/refusal.ts. */
  readonly refusals?: RefusalTexts
  readonly passphrase: PassphraseTexts
  readonly rightToLeft?: true
}

/** Texts of pages. `TIME` is a placeholder for a time, `LEFT` for how long it is until then. */
export interface PageTexts {
  /** Confirmation page of a link to a file, and of one for a player. */
  readonly file: MessageText
  readonly media: MessageText
  /** Of one that takes a file: its detail follows that of a link to a file. */
  readonly upload: MessageText
  /** In place of their details: the link works once for each of several clients. */
  readonly several: string
  readonly download: string
  readonly play: string
  /** Leads to the page on which the file is chosen. */
  readonly proceed: string
  /** How large a file the link takes, with `SIZE`, and of which types, with `TYPES`. */
  readonly atMost: string
  readonly only: string
  /** Precedes the sender's name. */
  readonly from: string
  /** Says of sender and message that they were not checked; of a link that takes a file, too. */
  readonly given: string
  readonly givenUpload: string
  /** Says until when the link works, and, on a page that was left open, that it doesn't any more. */
  readonly until: string
  readonly past: string
  /** Shown if the viewer pressed the button, but the request did not confirm. */
  readonly onceMore: string
  /** Says before the link is used, in an app's own browser, to open it in another, and how. */
  readonly inApp: string
  /** Says before the link is used that this browser can't play the recording, and what can. */
  readonly unplayable: Readonly<Record<Unplayable, string>>
  /** Page after the button: the download has started. */
  readonly started: MessageText
  /** In place of its detail: several clients may use the link. */
  readonly startedSeveral: string
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
  /** Says when a link was used, to the browser that used it and to others. */
  readonly usedByYou: string
  readonly usedByOther: string
  /** Says of a link for several clients that as many have used it. */
  readonly usedUp: string
  readonly tryAgain: string
  /** Button that asks the sender for a new link; says whether the sender was asked, and what to do in both cases. */
  readonly ask: string
  readonly asked: string
  readonly unasked: string
  readonly askedNext: string
  readonly types: Readonly<Record<FileKind, string>>
  /** Between name, size and type. @default ', ' */
  readonly comma?: string
  readonly sizes: SizeFormat
  readonly dates: DateFormat
}

/**
 * Texts of refusals: those of shared/refusal.ts in another language. `ASK` and `UNUSED` stand for the sentences that many have. A template
 * would do it too, but a bundler keeps what it can't prove to have no effect: the gate would have it all.
 */
export type RefusalTexts = Readonly<Record<DisplayedRefusal['reason'], MessageText> & Record<'ASK' | 'UNUSED', string>>

/** Texts of the page that requires a passphrase. `COUNT` is a placeholder for a number. */
export interface PassphraseTexts {
  readonly title: string
  readonly detail: string
  readonly label: string
  readonly open: string
  readonly again: string
  /** Both a wrong passphrase and a link that can't be used: uniform refusals don't tell them apart. */
  readonly notOpened: string
  readonly wrong: string
}

/**
 * Why the gate refuses: path or query isn't one that the edge signs; the viewer isn't at the address that the URL is bound to; or
 * it isn't the client that the URL is bound to, nor at its address.
 */
export type GateReason = 'altered' | 'other-address' | 'other-client'

/**
 * Texts of the gate, which HTML needs no escapes for. `AGAIN` stands for the sentence that most have: a URL for one address may belong to
 * a link that opens only once.
 */
export type GateTexts = Readonly<Record<GateReason, MessageText> & Record<'AGAIN', string>>

/**
 * Texts of the pages for CloudFront's own errors on files. S3 refuses CloudFront a file that is missing with 403, as for any other reason:
 * the page can't know which, so it names them all. 404 is for a bucket that CloudFront may list.
 */
export type ErrorPageTexts = Readonly<Record<ErrorStatus, MessageText>>
