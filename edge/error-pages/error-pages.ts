import { hash } from 'node:crypto'
import { escaped, paragraph, renderPage } from '../pages/document.ts'
import { createStyleSheet } from '../pages/style.ts'
import type { Brand } from '../../shared/texts/brand.ts'
import type { ErrorStatus } from '../../shared/cloudfront/error-page-path.ts'
import { errorPages as en } from '../pages/texts/en.ts'
import { errorPages as fr } from '../pages/texts/fr.ts'
import { errorPages as de } from '../pages/texts/de.ts'
import { errorPages as ja } from '../pages/texts/ja.ts'
import { errorPages as es } from '../pages/texts/es.ts'
import type { ErrorPageTexts, MessageText } from '../pages/texts/texts.ts'

/** The languages that a page has at once: so few that people find theirs, and that it is small. */
export const errorPageTexts = { en, de, es, fr, ja } as const satisfies Readonly<Record<string, ErrorPageTexts>>

/** What a distribution shows instead of CloudFront's and S3's errors for content. */
export interface ErrorPages {
  /** By status: one document in all languages, because no function runs that could choose one. */
  readonly html: Readonly<Record<ErrorStatus, string>>
  /** For Content-Security-Policy, the same for all pages: they load and run nothing. */
  readonly policy: string
}

/** Rules besides those of the other pages: a line above each further language. */
const rules =
  'h2{margin:0 0 .5rem;font-size:1.125rem;line-height:1.3;font-weight:650;text-wrap:balance;hyphens:manual}' +
  'section{margin-top:1.25rem;padding-top:1.25rem;border-top:1px solid var(--line)}section p{margin:0}'

/** Returns the error pages of a deployment, with the name in place of a logo. Pure, and the same bytes each time. */
export function createErrorPages(brand: Brand | undefined): ErrorPages {
  const named = brand && { ...brand, logo: undefined }
  const style = createStyleSheet(named) + rules
  // Says in the page what headers say too, for distributions whose plan allows no headers of our own.
  const head = `<meta http-equiv="content-security-policy" content="${pagePolicy(style)}">\n<meta name="robots" content="noindex">\n`
  const page = (status: ErrorStatus) => {
    const { en, ...others } = errorPageTexts
    const [title, detail] = en[status]
    const sections = Object.entries(others).map(([language, text]) => sectionIn(language, text[status]))
    const { html } = renderPage({ title, main: [paragraph(detail), ...sections].join('\n') }, 'en', {
      brand: named,
      style,
    })
    return html.replace('<style>', `${head}<style>`)
  }
  return { html: { 403: page(403), 404: page(404) }, policy: `${pagePolicy(style)}; frame-ancestors 'none'` }
}

function sectionIn(language: string, [title, detail]: MessageText): string {
  return `<section lang="${language}"><h2>${escaped(title)}</h2>${paragraph(detail)}</section>`
}

/** Returns the policy, without `frame-ancestors`, which browsers read in a header only (CSP, "The meta element"). */
function pagePolicy(style: string): string {
  return `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'`
}
