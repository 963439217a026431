import type { FileKind, Unplayable } from './texts/texts.ts'
import type { DisplayedFile } from './file.ts'

/**
 * Names that systems run when they are opened: these are programs, whatever the issuer says. Windows drops dots and spaces at the
 * end of a name.
 */
const programName =
  /\.(exe|msix?|appx|bat|cmd|com|command|cpl|msc|scr|pif|lnk|url|reg|hta|chm|jse?|vb[es]?|ws[fh]|ps1|jar|apk|dmg|pkg|sh)[. ]*$/i

/** Media types of each kind (IANA, "Media Types"), the first that fits. */
const kinds: readonly (readonly [FileKind, RegExp])[] = [
  ['pdf', /^application\/pdf$/],
  ['document', /word|opendocument\.text|\/rtf$/],
  ['sheet', /excel|spreadsheet|\/csv$/],
  ['slides', /powerpoint|presentation/],
  ['picture', /^image\//],
  ['video', /^video\//],
  ['audio', /^audio\//],
  ['archive', /[/-](zip|zip-compressed|gzip|tar|7z-compressed|zstd|bzip2|rar|rar-compressed)$/],
  ['page', /^(text\/html|application\/xhtml\+xml)$/],
  ['program', /msdownload|msdos-program|portable-executable|\/x-msi$|android\.package|java-archive|\/x-sh$|diskimage/],
  ['text', /^text\/plain$/],
]

/** What S3 says if an uploader named no type. */
const unknownType = /\/octet-stream$/

/**
 * Returns the word for the type of a file, or its media type if there is none; undefined if the type is not known or says
 * nothing, and for a folder, of which only the playlist's is known.
 */
export function typeOf(
  { key, filename = key, contentType = '', media }: DisplayedFile,
  words: Readonly<Record<FileKind, string>>,
): string | undefined {
  if (media === 'folder') return undefined
  if (programName.test(filename)) return words.program
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!/^[\w.+-]{1,60}\/[\w.+-]{1,80}$/.test(type) || unknownType.test(type)) return undefined
  return wordFor(type, words)
}

/** Returns the word for a media type in lower case, which may be `image/*`, all of its kind; the type itself if there is none. */
export function wordFor(type: string, words: Readonly<Record<FileKind, string>>): string {
  const kind = kinds.find(([, pattern]) => pattern.test(type))?.[0]
  return kind === undefined ? type : words[kind]
}

/**
 * Returns why this browser can't play the recording, as far as its User-Agent says; undefined if it can, or if that isn't known.
 * Safari, every browser of iOS and Chrome for Android play HLS; Chromium does since version 142; Firefox does not.
 */
export function unplayableIn(userAgent: string, { key, media }: DisplayedFile): Unplayable | undefined {
  if (media !== 'folder') return undefined
  if (/\.mpd$/i.test(key)) return 'dash'
  if (!/\.m3u8$/i.test(key) || userAgent.includes('Android')) return undefined
  const chromium = /Chrome\/(\d+)/.exec(userAgent)?.[1]
  return userAgent.includes('Firefox/') || Number(chromium ?? 999) < 142 ? 'hls' : undefined
}
