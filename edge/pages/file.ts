import { formatSize, type SizeFormat } from '../../shared/texts/size.ts'

export { formatSize, type SizeFormat } from '../../shared/texts/size.ts'

/** What is shown of the file of a link: fields of `Link`. */
export interface DisplayedFile {
  readonly key: string
  readonly filename?: string | undefined
  /** In bytes. */
  readonly size?: number | undefined
  readonly media?: 'object' | 'folder' | undefined
  readonly contentType?: string | undefined
  readonly sender?: string | undefined
  readonly message?: string | undefined
  readonly confirm?: 'required' | undefined
  readonly maxTries?: number | undefined
  readonly maxUses?: number | undefined
  /** Of a link that takes a file: the size of the largest, and the media types, with commas between. */
  readonly maxBytes?: number | undefined
  readonly types?: string | undefined
}

/**
 * Returns the name under which viewers save the file: its `filename`, else the last segment of its key. A folder has the
 * name of its own segment, because its playlist is called `index` in every folder.
 */
export function nameOf({ key, filename, media }: Pick<DisplayedFile, 'key' | 'filename' | 'media'>): string {
  const segments = key.split('/')
  return visible(filename ?? segments.at(media === 'folder' ? -2 : -1) ?? key)
}

/** Returns the size of the file; undefined if it is not known, and for a folder, whose playlist is small. */
export function sizeOf({ size, media }: Pick<DisplayedFile, 'size' | 'media'>, format: SizeFormat): string | undefined {
  return size === undefined || media === 'folder' ? undefined : formatSize(size, format)
}

/** Escapes a text of several lines likewise, and keeps its line breaks. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

/**
 * Escapes what makes a name look like another one, or like two lines: control characters, bidirectional controls and
 * line breaks, as `\u202e`. No key and no file name has a `\`.
 */
export function visible(name: string): string {
  const invisible = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu
  return name.replace(invisible, mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
