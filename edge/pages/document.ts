import { hash } from 'node:crypto'
import type { Brand, Language } from '../../shared/texts/brand.ts'
import { type DisplayedFile, formatSize, nameOf, sizeOf } from './file.ts'
import { typeOf, wordFor } from './file-type.ts'
import { texts } from './texts/languages.ts'
import type { PageTexts } from './texts/texts.ts'
import type { When } from './when.ts'

/** A page and the values of its headers. */
export interface Page {
  readonly html: string
  /** For Content-Language. */
  readonly language: Language
  /** For Content-Security-Policy. */
  readonly policy: string
  /** @default the status of the refusal, or 200 */
  readonly status?: number | undefined
}

/** Content of one page. `title` is plain text, `main` is HTML. */
export interface Content {
  readonly title: string
  readonly main: string
  /** Whether the page needs the width of the window. */
  readonly wide?: boolean
  /** After how many seconds `ending` replaces its first part by the second. */
  readonly secondsLeft?: number
  /** Whether it has a form, or a film; none of both by default. */
  readonly uses?: 'form' | 'media'
  /** If the page has another status than its refusal. */
  readonly status?: number
}

/** Brand and style sheet, the same for all pages of a deployment. */
export interface PageStyle {
  readonly brand: Brand | undefined
  readonly style: string
  /** Where a form may lead, besides this host: browsers check each redirect. @default nowhere */
  readonly uploadPage?: string | undefined
}

/**
 * Above so many bytes of content, a page has the name in place of the logo: a response of a function has at most 40 KB (Lambda@Edge
 * quotas), of which a logo is 11 KB, and the headers may repeat the longest part of the content, a signed URL.
 */
const maxBesideLogo = 6000

/** Returns a complete page: the brand above and below the content, one style. It runs no scripts and loads nothing. */
export function renderPage(
  content: Content,
  language: Language,
  { brand: own, style: shared, uploadPage }: PageStyle,
): Page {
  const { title, main, wide = false, secondsLeft } = content
  const brand = own && Buffer.byteLength(main) > maxBesideLogo ? { ...own, logo: undefined } : own
  const text = typeof brand?.text === 'object' ? (brand.text[language] ?? brand.text.en) : brand?.text
  const style = secondsLeft === undefined ? shared : `${shared}:root{--left:${secondsLeft}s}`
  const html = `<!doctype html>
<html lang="${language}"${texts[language].rightToLeft ? ' dir="rtl"' : ''}>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>${escaped(title)}${brand ? ` · ${escaped(brand.name)}` : ''}</title>
<style>${style}</style>
<div class="sheet${wide ? ' wide' : ''}">
${brand ? `<header>${nameOrLogo(brand)}</header>\n` : ''}<main>
<h1>${escaped(title)}</h1>
${main}
</main>
${text === undefined ? '' : `<footer><p><bdi>${escaped(text)}</bdi></p></footer>\n`}</div>
</html>
`
  return { html, language, policy: policyFor(style, content, { brand, uploadPage }), status: content.status }
}

/** The name may read in another direction than the page. */
function nameOrLogo({ name, logo }: Brand): string {
  if (logo === undefined) return `<p><bdi>${escaped(name)}</bdi></p>`
  return `<img src="data:image/png;base64,${logo}" alt="${escaped(name)}">`
}

/** The policy forbids loading, scripts and frames. It allows one style, by its hash, and a form, a film or a logo where needed. */
function policyFor(style: string, { uses }: Content, { brand, uploadPage }: Omit<PageStyle, 'style'>): string {
  const forms = uses === 'form' ? [`'self'`, ...(uploadPage ? [uploadPage] : [])].join(' ') : `'none'`
  const shared = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; frame-ancestors 'none'`
  const media = uses === 'media' ? `; media-src 'self'` : ''
  return `${shared}; form-action ${forms}${media}${brand?.logo === undefined ? '' : '; img-src data:'}`
}

/** Returns a paragraph of plain text. `kind` is its class, if any. */
export function paragraph(text: string, kind = ''): string {
  return `<p${kind && ` class="${kind}"`}>${escaped(text)}</p>`
}

/**
 * Returns a paragraph of plain text with a time in place of `TIME` and what is left until then of `LEFT`. `kind` is its class: in soft
 * colour by default.
 */
export function timed(text: string, { datetime, time, left = '' }: When, kind = 'soft'): string {
  const line = escaped(text)
    .replace('TIME', () => `<time datetime="${datetime}">${escaped(time)}</time>`)
    .replace('LEFT', () => `<span>${escaped(left)}</span>`)
  return `<p${kind && ` class="${kind}"`}>${line}</p>`
}

/** Returns a part of a page that is shown until its end, and a text that replaces it then, without scripts. */
export function ending(live: string, past: string): string {
  // A browser without styles would show both parts: so only the style shows this text.
  return `<div class="ends"><div class="live">${live}</div>
<p class="note" role="status" hidden data-text="${escaped(past)}"></p></div>`
}

/** Returns a paragraph with the name of a file, its size and type, if known: `report.pdf, 4.2 MB, PDF document`. */
export function fileLine(
  file: DisplayedFile,
  { sizes, types, comma = ', ' }: Pick<PageTexts, 'sizes' | 'types' | 'comma'>,
): string {
  const facts = [sizeOf(file, sizes), typeOf(file, types)].flatMap(fact =>
    fact === undefined ? [] : [`${comma}<span>${escaped(fact)}</span>`],
  )
  // A name may read from right to left, and is the same in all languages.
  return `<p class="file"><bdi translate="no">${escaped(nameOf(file))}</bdi>${facts.join('')}</p>`
}

/** Returns two paragraphs with what a link takes: how large a file, and of which types; nothing if there is no limit. */
export function limitLines({ maxBytes, types }: DisplayedFile, text: PageTexts): string {
  if (maxBytes === undefined) return ''
  const size = `<p class="file">${escaped(text.atMost.replace('SIZE', formatSize(maxBytes, text.sizes)))}</p>`
  if (types === undefined) return size
  const words = new Set(types.split(',').map(type => `<span dir="auto">${escaped(wordFor(type, text.types))}</span>`))
  return `${size}\n<p class="file">${escaped(text.only).replace('TYPES', () => [...words].join(text.comma ?? ', '))}</p>`
}

/**
 * Returns a form that posts to the link itself, to confirm or to ask the sender for a new one. The shield stops a second click:
 * see the style sheet. Throws on a malformed token.
 */
export function formWith(token: string, fields: string, purpose: 'confirm' | 'ask' = 'confirm'): string {
  if (!/^[A-Za-z0-9._-]{22,60}$/.test(token)) throw new TypeError('malformed form token')
  return `<form method="post" action="?${purpose}=${token}">${fields}<span class="shield"></span></form>`
}

/** Escapes text for HTML, for contents of elements and for quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
