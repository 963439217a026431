import type { Brand, Language } from '../../shared/brand.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import { type DisplayedFile, nameOf, type SizeFormat, sizeOf } from './file.ts'

/** Content of one page. `title` is plain text, `main` is HTML. */
export interface Content {
  readonly title: string
  readonly main: string
  /** Whether the page needs the width of the window. */
  readonly wide?: boolean
  /** If the page has another status than its refusal. */
  readonly status?: number
}

/** Returns a complete page: the brand above and below the content, one style. It runs no scripts and loads nothing. */
export function renderPage(
  { title, main, wide = false }: Content,
  language: Language,
  { brand, style }: PageStyle,
): string {
  const text = typeof brand?.text === 'object' ? (brand.text[language] ?? brand.text.en) : brand?.text
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>${escaped(title)}${brand ? ` · ${escaped(brand.name)}` : ''}</title>
<style>${style}</style>
<div class="sheet${wide ? ' wide' : ''}">
${brand ? `<header><p>${escaped(brand.name)}</p></header>\n` : ''}<main>
<h1>${escaped(title)}</h1>
${main}
</main>
${text === undefined ? '' : `<footer><p>${escaped(text)}</p></footer>\n`}</div>
</html>
`
}

/** Brand and style sheet, the same for all pages of a deployment. */
export interface PageStyle {
  readonly brand: Brand | undefined
  readonly style: string
}

/** Returns a paragraph of plain text. `kind` is its class, if any. */
export function paragraph(text: string, kind = ''): string {
  return `<p${kind && ` class="${kind}"`}>${escaped(text)}</p>`
}

/** Returns a paragraph of plain text in soft colour, with `time` in place of `TIME`. */
export function timed(text: string, time: EpochSeconds): string {
  return `<p class="soft">${escaped(text).replace('TIME', timeOf(time))}</p>`
}

/** Returns a paragraph with the name of a file and its size, if known: `report.pdf, 4.2 MB`. */
export function fileLine(file: DisplayedFile, sizes: SizeFormat): string {
  const size = sizeOf(file, sizes)
  // A name may read from right to left, and is the same in all languages.
  const name = `<bdi translate="no">${escaped(nameOf(file))}</bdi>`
  return `<p class="file">${name}${size === undefined ? '' : `, <span>${size}</span>`}</p>`
}

/**
 * Returns a form that posts to the link itself. The shield stops a second click: see the style sheet. Throws on a malformed token.
 */
export function formWith(token: string, fields: string): string {
  if (!/^[A-Za-z0-9._-]{22,60}$/.test(token)) throw new TypeError('malformed form token')
  return `<form method="post" action="?confirm=${token}">${fields}<span class="shield"></span></form>`
}

/** Rounds down to the minute, so a page never promises too much: `2026-11-25 15:00 UTC`, the same for all readers. */
function timeOf(time: EpochSeconds): string {
  const minute = new Date(time * 1000).toISOString().slice(0, 16)
  return `<time datetime="${minute}Z">${minute.replace('T', ' ')} UTC</time>`
}

/** Escapes text for HTML, for contents of elements and for quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
