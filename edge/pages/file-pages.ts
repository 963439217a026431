import type { EpochMs, EpochSeconds } from '../../shared/time.ts'
import { type Content, ending, escaped, fileLine, formWith, limitLines, paragraph, timed } from './document.ts'
import { type DisplayedFile, visible, visibleLines } from './file.ts'
import { unplayableIn } from './file-type.ts'
import { isInApp } from './in-app.ts'
import type { Language } from '../../shared/texts/brand.ts'
import { texts } from './texts/languages.ts'
import { describeWhen, secondsUntil } from './when.ts'

/** Contents of a confirmation page. */
export interface Confirmation {
  /** The form posts to `?confirm=` and this, on the link's own path. */
  readonly form: string
  /** When the link expires. */
  readonly expiresAt: EpochSeconds
  /** Whether the viewer sent the form before, but that did not confirm. */
  readonly again: boolean
  /** Whether the link is for a player. */
  readonly media: boolean
  /** Whether the link is for several clients. @default false */
  readonly several?: boolean
  /** Whether the link takes a file instead. @default false */
  readonly upload?: boolean
  /** Undefined if the store did not respond: then the page shows no name, and nothing else of the file. */
  readonly file: DisplayedFile | undefined
  /** The link has a passphrase: then another page requires it, and says nothing of the file. */
  readonly passphrase?: boolean
  /** By which the page guesses whether this browser can play a recording, and save a file. */
  readonly userAgent?: string
}

/** Icons of the two buttons: an arrow onto a line, and a triangle. */
const arrow = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4v11m-5-5 5 5 5-5M5 20h14"/></svg>'
const triangle = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4.5v15L19 12z"/></svg>'

/** Returns the page with the button that uses the link. A link that takes a file has no file to name yet. Throws on a malformed token. */
export function confirmationContent(confirmation: Confirmation, language: Language, now: EpochMs): Content {
  const { form, expiresAt, again, media, several = false, upload = false, file, userAgent = '' } = confirmation
  const text = texts[language].pages
  const [title, detail] = media ? text.media : text.file
  const download = media ? triangle + escaped(text.play) : arrow + escaped(text.download)
  const button = upload ? escaped(text.proceed) : download
  const unplayable = file && unplayableIn(userAgent, file)
  const live = `${paragraph(several ? text.several : detail)}
${upload ? `${paragraph(text.upload[1])}\n` : ''}${isInApp(userAgent) ? `${paragraph(text.inApp, 'note')}\n` : ''}${unplayable === undefined ? '' : `${paragraph(text.unplayable[unplayable], 'note')}\n`}${
    again ? `${paragraph(text.onceMore, 'note')}\n` : ''
  }${formWith(form, `<button>${button}</button>`)}
${timed(text.until, describeWhen(expiresAt, now, text.dates))}`
  return {
    title: upload ? text.upload[0] : title,
    main: `${file === undefined ? '' : `${upload ? limitLines(file, text) : fileLine(file, text)}\n${wordsOf(file, language)}`}${ending(live, text.past)}`,
    secondsLeft: secondsUntil(expiresAt, now),
    uses: 'form',
  }
}

/** Returns who sends or asks for the file and what they say, as plain text, and that neither was checked; nothing if there is neither. */
function wordsOf({ sender, message, maxBytes }: DisplayedFile, language: Language): string {
  if (sender === undefined && message === undefined) return ''
  const { from, given, givenUpload } = texts[language].pages
  // Each may read from right to left, and is not ours to translate.
  const name = sender && `<p class="from">${escaped(from)} <bdi translate="no">${escaped(visible(sender))}</bdi></p>\n`
  const words = message && `<p class="message" dir="auto">${escaped(visibleLines(message))}</p>\n`
  return `<div class="words">${name ?? ''}${words ?? ''}${paragraph(maxBytes === undefined ? given : givenUpload, 'soft')}</div>\n`
}

/** Contents of a page after the link was used. */
export interface Download {
  /** Path and query on the requested host, not escaped. */
  readonly location: string
  /** When nothing more can be fetched. */
  readonly expiresAt: EpochSeconds
  readonly file: DisplayedFile
}

/** Returns what says that the download has started. Throws unless `location` is a path on this host. */
export function downloadContent({ location, expiresAt, file }: Download, language: Language, now: EpochMs): Content {
  const text = texts[language].pages
  const [title, detail] = text.started
  // For two seconds the link takes no clicks: the next click of an impatient user is not for it.
  const live = `<p><a class="again later" href="${pathOf(location)}">${escaped(text.startAgain)}</a></p>
${timed(text.startsUntil, describeWhen(expiresAt, now, text.dates))}
${paragraph(text.lost, 'soft')}`
  return {
    title,
    main: `${fileLine(file, text)}
${paragraph(file.maxUses === undefined ? detail : text.startedSeveral)}
${ending(live, text.startsNoMore)}`,
    secondsLeft: secondsUntil(expiresAt, now),
  }
}

/** Returns what plays the film of the link. Throws unless `location` is a path on this host. */
export function playerContent({ location, expiresAt, file }: Download, language: Language, now: EpochMs): Content {
  const text = texts[language].pages
  const [title, detail] = text.player
  const save =
    file.media === 'folder' ? '' : `<p><a class="again" href="${pathOf(location)}">${escaped(text.save)}</a></p>\n`
  return {
    title,
    main: `<video controls playsinline preload="metadata" src="${pathOf(location)}"></video>
${fileLine(file, text)}
${paragraph(detail)}
${ending(save + timed(text.playsUntil, describeWhen(expiresAt, now, text.dates)), text.playsNoMore)}`,
    wide: true,
    secondsLeft: secondsUntil(expiresAt, now),
    uses: 'media',
  }
}

function pathOf(location: string): string {
  if (!/^\/(?!\/)/.test(location)) throw new TypeError('location is not a path on this host')
  return escaped(location)
}
