import { problemType, securityHeaders } from '../../shared/http.ts'
import { gate as en } from '../pages/texts/en.ts'
import { gate as fr } from '../pages/texts/fr.ts'
import { gate as de } from '../pages/texts/de.ts'
import { gate as ja } from '../pages/texts/ja.ts'
import { gate as es } from '../pages/texts/es.ts'
import type { GateReason, GateTexts, MessageText } from '../pages/texts/texts.ts'

// See shared/address.ts for the language of the runtime.

type Event = Pick<AWSCloudFrontFunction.Event, 'context' | 'request'>
type Values = AWSCloudFrontFunction.ValueObject

/** The languages that there is room for in 10,240 bytes. Readers of another language get English. */
const texts = { en, de, es, fr, ja } as const satisfies Readonly<Record<string, GateTexts>>
type Language = keyof typeof texts

/** The design of edge/pages/style.ts, without what only forms, players and brands need. */
const pageStyle =
  ':root{color-scheme:light dark;--paper:#f3f1ec;--sheet:#fff;--ink:#1b1f24;--line:#dcd8cf}' +
  '@media(prefers-color-scheme:dark){:root{--paper:#121417;--sheet:#1b1e23;--ink:#eeece8;--line:#363a41}}' +
  '*{box-sizing:border-box}' +
  'body{margin:0;padding:1rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:break-word;line-break:strict}' +
  'main{max-width:35rem;margin:clamp(0rem,4vh + 4vw,9rem) auto 0;padding:clamp(1.5rem,7vw,3.25rem);background:var(--sheet);border:1px solid var(--line);border-top:6px solid var(--ink);border-radius:4px 4px 14px 14px}' +
  'h1{margin:0 0 .75rem;font-size:clamp(1.5rem,1.2rem + 1.6vw,2rem);line-height:1.25;font-weight:650;text-wrap:balance}' +
  'p{margin:0;text-wrap:pretty}'

/** Allows this style by its hash, and nothing else. Hashing would take compute time; a test checks the hash. */
const pagePolicy =
  "default-src 'none'; style-src 'sha256-8VJwZ5H+dAZqDCvkZ8wI0YPiYotLaih6gFVOsrE51EA='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** More entries of an Accept-Language than browsers send; further ones are ignored. */
const maxEntries = 20
const entryPattern = /^\s*(en|de|es|fr|ja)(?:-[\w-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i

/** Returns the 403 of a refusal: a page in the viewer's language for a browser, a problem document for a program. */
export function refusalResponse(reason: GateReason, event: Event): AWSCloudFrontFunction.Response {
  const headers = event.request.headers
  if (joined(headers, 'accept').indexOf('text/html') === -1) {
    const problem = problemText(reason, textIn('en', reason), event.context.requestId)
    return forbidden(problem, { 'content-type': problemType })
  }
  const language = preferredLanguage(joined(headers, 'accept-language'))
  return forbidden(page(language, textIn(language, reason)), {
    'content-type': 'text/html; charset=utf-8',
    'content-language': language,
    'content-security-policy': pagePolicy,
  })
}

/** Returns heading and text of a refusal. */
export function textIn(language: Language, reason: GateReason): MessageText {
  const text = texts[language][reason]
  return [text[0], text[1].split('AGAIN').join(texts[language].AGAIN)]
}

function problemText(reason: GateReason, text: MessageText, requestId: string): string {
  const type = `urn:once-at-edge:problem:${reason}`
  return JSON.stringify({
    type: type,
    title: text[0],
    status: 403,
    detail: text[1],
    reason: reason,
    requestId: requestId,
  })
}

function page(language: Language, text: MessageText): string {
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text[0]}</title>
<style>${pageStyle}</style>
<main>
<h1>${text[0]}</h1>
<p>${text[1]}</p>
</main>
</html>
`
}

/** Returns the language with the greatest weight (RFC 9110, 12.5.4), of equal ones the first; English if there is none. */
function preferredLanguage(acceptLanguage: string): Language {
  let best: Language = 'en'
  let heaviest = 0
  acceptLanguage.split(',', maxEntries).forEach(entry => {
    const match = entryPattern.exec(entry)
    const weight = match === null ? 0 : Number(match[2] || '1')
    if (match === null || weight <= heaviest) return
    best = (match[1] || '').toLowerCase() as Language
    heaviest = weight
  })
  return best
}

function forbidden(body: string, own: Readonly<Record<string, string>>): AWSCloudFrontFunction.Response {
  const headers: Values = { 'x-once': { value: 'gate' } }
  const common: Readonly<Record<string, string>> = securityHeaders
  Object.keys(common).forEach(name => (headers[name] = { value: common[name] || '' }))
  Object.keys(own).forEach(name => (headers[name] = { value: own[name] || '' }))
  return { statusCode: 403, statusDescription: 'Forbidden', headers: headers, body: body }
}

/** Returns all values of a header, as one list. */
function joined(headers: Values, name: string): string {
  const entry = headers[name]
  if (entry === undefined) return ''
  return entry.multiValue === undefined ? entry.value : entry.multiValue.map(each => each.value).join()
}
