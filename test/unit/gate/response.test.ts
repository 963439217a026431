import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bundleGateForPages } from '../../../edge/gate/bundle.ts'
import { createGate } from '../../../emulator/cloudfront/gate.ts'
import { withPageOrigins } from '../../../shared/cloudfront/page-origins.ts'
import type { GateReason } from '../../../edge/pages/texts/texts.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { gate, gateRequest } from '../../support/gate/gate.ts'
import type { Language } from '../../../shared/texts/brand.ts'
import { textIn } from '../../../edge/gate/response.ts'

const queries: Readonly<Record<GateReason, string>> = {
  altered: 'Signature=x&x=1',
  'other-address': 'a=4c6336409',
  'other-client': `c=${'x'.repeat(22)}`,
}
/** The gate has no room for further ones. */
const languages = ['en', 'de', 'es', 'fr', 'ja'] as const
const reasons = Object.keys(queries) as readonly GateReason[]

/** Returns the 403 that a viewer gets. */
function refusalFor(reason: GateReason, ...headers: (readonly [string, string])[]) {
  const result = gate(gateRequest({ url: `/report.pdf?${queries[reason]}`, headers }), 'request-1')
  if (result.kind !== 'response') throw new Error(`not refused: ${result.kind}`)
  return result
}

const languageOf = (acceptLanguage: string) =>
  refusalFor('altered', ['Accept', 'text/html'], ['Accept-Language', acceptLanguage]).headers['content-language']

describe.each(reasons)('a viewer refused as %s', reason => {
  test('is told so as a problem document, unless it accepts HTML', () => {
    const { status, headers, body } = refusalFor(reason, ['Accept', 'application/json, */*'])
    expect(status).toBe(403)
    expect(headers).toEqual({ ...securityHeaders, 'content-type': 'application/problem+json', 'x-once': 'gate' })
    const [title, detail] = textIn('en', reason)
    const type = `urn:once-at-edge:problem:${reason}`
    expect(JSON.parse(body)).toEqual({ type, title, status: 403, detail, reason, requestId: 'request-1' })
  })

  test.each(languages)('sees a page in %s, which loads and runs nothing but its one style', language => {
    const { status, headers, body } = refusalFor(reason, ['Accept', 'text/html,*/*'], ['Accept-Language', language])
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(body) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    expect(status).toBe(403)
    expect(headers).toEqual({
      ...securityHeaders,
      'content-type': 'text/html; charset=utf-8',
      'content-language': language,
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'x-once': 'gate',
    })
    const [title, detail] = textIn(language, reason)
    expect(body).toContain(`<html lang="${language}">`)
    expect(body).toContain(`<title>${title}</title>`)
    expect(body).toContain(`<h1>${title}</h1>\n<p>${detail}</p>`)
    expect(body).not.toMatch(/<(script|a|img|link|form)\b|https?:|url\(/)
    expect(Buffer.byteLength(body)).toBeLessThan(2_500)
  })

  test('reads nothing of the request but its id', () => {
    const told = ['Accept', 'Accept-Language'].map(name => [name, '<b>text/html"&'] as const)
    const { body } = refusalFor(reason, ...told, ['Host', 'evil.example'], ['Cookie', 'secret=1'])
    expect(body).not.toMatch(/<b>|evil|secret|report/)
  })
})

test('every text is other text in every language, and needs no escapes', () => {
  const all = languages.flatMap(language => reasons.map(reason => textIn(language, reason)))
  for (const [title, detail] of all) {
    expect(title + detail).not.toMatch(/[<>&"']/)
    expect(detail.length).toBeGreaterThan(title.length)
  }
  expect(new Set(all.map(([title]) => title)).size).toBe(all.length)
})

test.each<readonly [string, Language]>([
  ['', 'en'],
  ['de', 'de'],
  ['fr-CA,fr;q=0.9,en;q=0.5', 'fr'],
  ['xx, es;q=0.8, de;q=0.9', 'de'],
  ['de;q=0, fr;q=0.1', 'fr'],
  ['den, deutsch, de_AT', 'en'],
  ['de;q=high, es ; q=0.3', 'es'],
  [`${'x,'.repeat(20)}de`, 'en'],
  ['-'.repeat(9000), 'en'],
])('an Accept-Language of "%s" gives a page in %s', (acceptLanguage, language) => {
  expect(languageOf(acceptLanguage)).toBe(language)
})

test('several headers of the same name count as one list', () => {
  const twice = refusalFor(
    'altered',
    ['Accept', '*/*'],
    ['Accept', 'text/html'],
    ['Accept-Language', 'x'],
    ['Accept-Language', 'es'],
  )
  expect(twice.headers['content-language']).toBe('es')
})

describe('the gate for pages', () => {
  const portal = 'https://portal.example.com'
  const cors = { 'access-control-allow-origin': portal, 'access-control-allow-credentials': 'true', vary: 'origin' }

  test.each(reasons)(
    'lets a page of the setting read that a viewer is refused as %s, and no other page',
    async reason => {
      const forPages = createGate(withPageOrigins(await bundleGateForPages(), [portal]))
      const askWith = (origins: readonly string[], ask = forPages) =>
        ask(
          gateRequest({ url: `/report.pdf?${queries[reason]}`, headers: origins.map(each => ['Origin', each]) }),
          'request-1',
        )
      const refused = askWith([], gate)
      if (refused.kind !== 'response') throw new Error(`not refused: ${refused.kind}`)
      expect(askWith([portal])).toEqual({ ...refused, headers: { ...refused.headers, ...cors } })
      for (const others of [[], ['https://other.example.com'], ['null']]) expect(askWith(others)).toEqual(refused)
    },
  )

  test('passes on what the gate does', async () => {
    const forPages = createGate(withPageOrigins(await bundleGateForPages(), [portal]))
    const request = gateRequest({ url: '/report.pdf?Signature=x', headers: [['Origin', portal]] })
    expect(forPages(request, 'request-1')).toEqual({ kind: 'pass' })
  })
})
