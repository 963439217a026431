import type { Brand, Language } from '../../shared/brand.ts'
import type { EpochSeconds } from '../../shared/time.ts'

/** What is on one page. `title` is plain text, `main` is HTML. */
export interface Content {
  readonly title: string
  readonly main: string
  /** Needs the width of the window. */
  readonly wide?: boolean
}

/** A whole page: the brand above and below, the content between, one style, no scripts, nothing that is loaded. */
export function renderPage({ title, main, wide = false }: Content, language: Language, look: PageStyle): string {
  const { brand, style } = look
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

/** Whose page it is and what it looks like: the same for all pages of a deployment. */
export interface PageStyle {
  readonly brand: Brand | undefined
  readonly style: string
}

/** A paragraph of plain text. */
export function paragraph(text: string, kind = ''): string {
  return `<p${kind && ` class="${kind}"`}>${escaped(text)}</p>`
}

/** A quiet paragraph of plain text in which `TIME` becomes a time. */
export function timed(text: string, time: EpochSeconds): string {
  return `<p class="soft">${escaped(text).replace('TIME', timeOf(time))}</p>`
}

/** To the minute, down, so that nobody is promised more than there is: `2026-11-25 15:00 UTC`, the same for all readers. */
function timeOf(time: EpochSeconds): string {
  const minute = new Date(time * 1000).toISOString().slice(0, 16)
  return `<time datetime="${minute}Z">${minute.replace('T', ' ')} UTC</time>`
}

/** Text as it goes into HTML, between tags and between quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
