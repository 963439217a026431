import type { EpochMs, EpochSeconds } from '../../shared/time.ts'
import { type Content, ending, escaped, fileLine, paragraph, timed } from './document.ts'
import type { DisplayedFile } from './file.ts'
import type { Language } from '../../shared/brand.ts'
import { texts } from './texts/languages.ts'
import { describeWhen, secondsUntil } from './when.ts'

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
${paragraph(detail)}
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
