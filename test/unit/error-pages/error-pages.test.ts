import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createErrorPages, errorPageTexts } from '../../../edge/error-pages/error-pages.ts'
import { errorPagePath, errorStatuses } from '../../../shared/cloudfront/error-page-path.ts'
import { parseObjectKey } from '../../../shared/object-key.ts'

const neutral = createErrorPages(undefined)
const branded = createErrorPages({
  name: 'Klinikum <am> Park',
  colour: '#0b6e6e',
  text: { en: 'Questions?' },
  logo: 'iVBORw0KGgo=',
})

describe.each(errorStatuses)('the page of %i', status => {
  const html = neutral.html[status]

  test('says in each of five languages what happened and what to do next, marked as that language', () => {
    const { en, ...others } = errorPageTexts
    const [title, detail] = en[status]
    expect(html).toContain('<html lang="en">')
    expect(html).toContain(`<h1>${title}</h1>\n<p>${detail}</p>`)
    expect(Object.keys(others)).toEqual(['de', 'es', 'fr', 'ja'])
    for (const [language, text] of Object.entries(others)) {
      const [title, detail] = text[status]
      expect(html).toContain(`<section lang="${language}"><h2>${title}</h2><p>${detail}</p></section>`)
    }
  })

  test('says in each language that the sender may have removed the file, as S3 may answer 403 or 404 then', () => {
    const { en, de, es, fr, ja } = errorPageTexts
    for (const [text, removed] of [
      [en, /removed/],
      [de, /entfernt/],
      [es, /retirado/],
      [fr, /supprimé/],
      [ja, /削除/],
    ] as const) {
      expect(text[status][1]).toMatch(removed)
    }
  })

  test('loads and runs nothing, and its policy allows its one style', () => {
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(html) ?? []
    expect(html).not.toMatch(/<script|<link|<img|<iframe|<form|\son\w+=|javascript:|style=|@import|url\(|https?:/i)
    expect(neutral.policy.split('; ')).toEqual([
      `default-src 'none'`,
      `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
      `base-uri 'none'`,
      `form-action 'none'`,
      `frame-ancestors 'none'`,
    ])
  })

  test('says before its style what its headers say, as a plan may allow no headers of our own', () => {
    const [head = ''] = html.split('<style>')
    const [, policy] = /<meta http-equiv="content-security-policy" content="([^"]*)">/.exec(head) ?? []
    expect(`${policy}; frame-ancestors 'none'`).toBe(neutral.policy)
    expect(head).toContain('<meta name="robots" content="noindex">')
  })

  test('has name, colour and text of the deployment, and no logo, which would be in a template twice', () => {
    expect(branded.html[status]).toContain('<header><p><bdi>Klinikum &#60;am&#62; Park</bdi></p></header>')
    expect(branded.policy).not.toContain('img-src')
    expect(branded.html[status]).toContain('--act:#0b6e6e')
    expect(branded.html[status]).toContain('<footer><p><bdi>Questions?</bdi></p></footer>')
    expect(branded.policy).not.toBe(neutral.policy)
  })

  test('is small, and the same bytes each time', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(8192)
    expect(createErrorPages(undefined)).toEqual(neutral)
  })

  test('has a path that is no key of a file', () => {
    expect(errorPagePath(status)).toBe(`/once-pages/${status}.html`)
    expect(parseObjectKey(errorPagePath(status).slice(1))).toBeUndefined()
  })
})
