import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { DisplayedFile } from '../../../edge/pages/file.ts'
import { escaped, type Page } from '../../../edge/pages/document.ts'
import { createPages } from '../../../edge/pages/pages.ts'
import { refusalText } from '../../../edge/pages/refusal-page.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { bundleModule } from '../../../infra/code/bundle.ts'
import { displayedRefusal, type Reason, reasons, uniformRefusal } from '../../../shared/refusal.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { type Language, languages } from '../../../shared/texts/brand.ts'
import { texts } from '../../../edge/pages/texts/languages.ts'

const clock = manualClock()
const token = `mibq1x2y.${'aB3_-'.repeat(5).slice(0, 22)}`
const expiresAt = (Date.UTC(2026, 10, 25, 15, 0, 59) / 1000) as EpochSeconds
const file: DisplayedFile = { key: 'reports/report.pdf', size: 4_200_000 }
const asking = {
  upload: true,
  file: { key: 'in/received', maxBytes: 25_000_000, types: 'application/pdf,image/*' },
}
const pages = createPages(undefined, clock)
const branded = createPages(
  {
    name: 'Klinikum am Park',
    colour: '#0b6e6e',
    text: Object.fromEntries(languages.map(language => [language, 'Des questions ?'])) as Record<Language, string>,
  },
  clock,
)

const everyRefusal = [
  ...reasons.map(reason => displayedRefusal(reason, false)),
  { refusal: uniformRefusal, reason: uniformRefusal.reason },
] as const
const refusal = (reason: Reason) => displayedRefusal(reason, false)
const refusals = everyRefusal.map(displayed => [displayed.reason, displayed] as const)

const asked = { form: token, expiresAt, again: true, isTry: true }
/** Refusals after which a browser is asked for the passphrase again. */
const questions = [
  ['wrong passphrase', displayedRefusal('wrong-passphrase', false), { ...asked, triesLeft: 3 }],
  ['uniform refusal of a try', displayedRefusal('spent', true), asked],
  ['try without a store', displayedRefusal('unavailable', false), asked],
] as const

/** Returns every kind of page, by name. */
function everyPage(language: string, of = pages): readonly (readonly [string, Page])[] {
  const confirmation = { form: token, expiresAt, again: false, media: false, file }
  return [
    ...everyRefusal.map(displayed => [displayed.reason, of.refusal(displayed, language)] as const),
    ['confirmation', of.confirmation(confirmation, language)],
    ['confirmation in an app', of.confirmation({ ...confirmation, again: true, userAgent: '; wv)' }, language)],
    [
      'question in an app',
      of.confirmation({ ...confirmation, passphrase: true, again: true, userAgent: '; wv)' }, language),
    ],
    ['confirmation of a recording', of.confirmation({ ...confirmation, media: true }, language)],
    [
      'confirmation of a link that takes a file',
      of.confirmation({ ...confirmation, ...asking, again: true }, language),
    ],
    ['question', of.confirmation({ ...confirmation, passphrase: true }, language)],
    ['question once more', of.confirmation({ ...confirmation, passphrase: true, again: true }, language)],
    ...questions.map(
      ([name, displayed, question]) => [name, of.refusal({ ...displayed, question }, language)] as const,
    ),
    ['expired, with a button', of.refusal({ ...refusal('expired'), ask: token }, language)],
    ['asked', of.refusal({ ...refusal('unconfirmed'), kind: 'asked' }, language)],
    ['not asked', of.refusal({ ...refusal('unconfirmed'), kind: 'unasked', ask: token }, language)],
    ['confirmation once more', of.confirmation({ ...confirmation, again: true }, language)],
    ['not-yet-valid, with the time', of.refusal({ ...refusal('not-yet-valid'), notBefore: expiresAt }, language)],
    ['download', of.download({ location: '/report.pdf?Policy=x', expiresAt, file }, language)],
    ['player', of.player({ location: '/film/index.m3u8', expiresAt, file }, language)],
  ]
}

const counted = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].length
const titleOf = ({ html }: Page) => /<h1>(.*)<\/h1>/.exec(html)?.[1]

describe.each(languages)('in %s', language => {
  test.each(everyPage(language, branded))(
    'the page %s is complete: language, title, one heading, landmarks',
    (_, page) => {
      expect(page.language).toBe(language)
      const direction = language === 'ar' ? ' dir="rtl"' : ''
      expect(page.html.split('\n', 3)).toEqual([
        '<!doctype html>',
        `<html lang="${language}"${direction}>`,
        '<meta charset="utf-8">',
      ])
      expect(page.html).toContain(`<title>${titleOf(page)} · Klinikum am Park</title>`)
      for (const one of [/<h1>/g, /<main>/g, /<header>/g, /<footer>/g, /<title>/g, /<meta name="viewport"/g])
        expect(counted(page.html, one), String(one)).toBe(1)
    },
  )

  test.each(everyPage(language))(
    'the page %s loads and runs nothing, and its policy allows its one style',
    (_, page) => {
      const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page.html) ?? []
      const hash = createHash('sha256').update(style).digest('base64')
      expect(page.policy.split('; ')).toEqual(
        expect.arrayContaining([
          `default-src 'none'`,
          `style-src 'sha256-${hash}'`,
          `base-uri 'none'`,
          `frame-ancestors 'none'`,
        ]),
      )
      expect(page.html).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|javascript:|style=|@import|url\(|https?:/i)
      expect(counted(page.html, /<style/g)).toBe(1)
    },
  )

  test('a page that has not ended says nowhere in its text, as a browser without styles shows it, that it has', () => {
    const { past, startsNoMore, playsNoMore } = texts[language].pages
    for (const [name, { html }] of everyPage(language)) {
      const text = html.replaceAll(/<[^>]*>/g, '')
      for (const end of [past, startsNoMore, playsNoMore]) expect(text, name).not.toContain(end)
    }
  })

  test.each(everyPage(language, branded))('the page %s is small: under 6 KB', (_, page) => {
    expect(Buffer.byteLength(page.html)).toBeLessThan(6144)
  })

  test('the confirmation page says until when the link works, to the minute and never too late', () => {
    const { html } = pages.confirmation({ form: token, expiresAt, again: false, media: false, file }, language)
    expect(html).toMatch(/<time datetime="2026-11-25T15:00Z">[^<]*25[^<]* 15:00 UTC<\/time>/)
    expect(html).not.toMatch(/TIME|LEFT/)
  })

  test('the confirmation page has one button, to download a file or play a recording, and no other choice', () => {
    const { html } = pages.confirmation({ form: token, expiresAt, again: false, media: false, file }, language)
    const recording = pages.confirmation({ form: token, expiresAt, again: false, media: true, file }, language).html
    expect(html).toContain(`</svg>${texts[language].pages.download}</button>`)
    expect(recording).toContain(`</svg>${texts[language].pages.play}</button>`)
    for (const each of [html, recording]) {
      expect(counted(each, /<button/g)).toBe(1)
      expect(counted(each, /<a |<input|<select|<textarea/g)).toBe(0)
    }
  })

  test('the confirmation page asks viewers whose form did not confirm to press once more', () => {
    const confirmation = { form: token, expiresAt, media: false, file }
    const onceMore = texts[language].pages.onceMore
    expect(pages.confirmation({ ...confirmation, again: true }, language).html).toContain(onceMore)
    expect(pages.confirmation({ ...confirmation, again: false }, language).html).not.toContain(onceMore)
  })
})

describe('forms and media are allowed only where needed', () => {
  // Browsers check each redirect after a form.
  const uploading = createPages(undefined, clock, 'https://send.example.com/api')
  const formsTo = `form-action 'self' https://send.example.com`
  const confirmation = { form: token, expiresAt, again: false, media: false, file }
  test.each([
    ['a refusal', pages.refusal(everyRefusal[0], ''), `form-action 'none'`, undefined],
    ['the confirmation', pages.confirmation(confirmation, ''), `form-action 'self'`, undefined],
    ['a button', pages.refusal({ ...refusal('expired'), ask: token }, ''), `form-action 'self'`, undefined],
    ['a link that takes a file', uploading.confirmation({ ...confirmation, ...asking }, ''), formsTo, undefined],
    ['another link beside it', uploading.confirmation(confirmation, ''), formsTo, undefined],
    ['its passphrase', uploading.confirmation({ ...confirmation, passphrase: true }, ''), formsTo, undefined],
    [
      'a wrong passphrase',
      uploading.refusal({ ...refusal('wrong-passphrase'), question: { ...asked, triesLeft: 3 } }, ''),
      formsTo,
      undefined,
    ],
    ['its form once more', uploading.refusal(refusal('unavailable'), '', token), formsTo, undefined],
    ['its refusal', uploading.refusal(refusal('spent'), ''), `form-action 'none'`, undefined],
    ['the player', pages.player({ location: '/a.mp4', expiresAt, file }, ''), `form-action 'none'`, `media-src 'self'`],
  ])('on %s', (...[, { policy }, forms, media]) => {
    expect(policy.split('; ').filter(part => part.startsWith('form-action'))).toEqual([forms])
    expect(policy.split('; ').find(part => part.startsWith('media-src'))).toBe(media)
  })
})

describe('a refusal', () => {
  test.each(refusals)('%s says in English what the table of refusals says', (_, displayed) => {
    const { html } = pages.refusal(displayed, 'en')
    expect(html).toContain(`<h1>${displayed.refusal.title}</h1>\n<p>${escaped(displayed.refusal.detail)}</p>`)
  })

  const translated = languages.filter(language => language !== 'en')
  test.each(refusals)('%s has its own text in each other language', (_, displayed) => {
    const titles = new Set(languages.map(language => titleOf(pages.refusal(displayed, language))))
    expect(titles.size).toBe(languages.length)
    for (const language of translated) {
      const { ASK: _ask, UNUSED: _unused, ...own } = texts[language].refusals!
      expect(Object.keys(own).toSorted()).toEqual(everyRefusal.map(each => each.reason).toSorted())
      expect(refusalText(displayed, language).every(text => text.length > 8)).toBe(true)
    }
  })

  test('differs from the others wherever it does in the table', () => {
    const kinds = new Set(everyRefusal.map(({ refusal }) => refusal.title + refusal.detail)).size
    for (const language of translated)
      expect(new Set(everyRefusal.map(each => refusalText(each, language)[0])).size).toBe(kinds)
  })

  test('says that the link was not used if the table does, and only then', () => {
    const unused: Partial<Record<Language, RegExp>> = {
      de: /nicht ver(wendet|braucht)/,
      es: /no (ha|lo ha) usado/,
      fr: /n’a pas utilisé|ne l’a pas utilisé/,
      ja: /使用されていません/,
      pt: /não (o )?usou/,
      it: /non (lo )?ha usato/,
      ar: /لم يُستخدم/,
    }
    for (const { reason, refusal } of everyRefusal)
      for (const language of translated) {
        const isUnused = /was not used|did not use it/.test(refusal.detail)
        const text = refusalText({ reason, refusal }, language).join(' ')
        expect(unused[language]?.test(text) ?? isUnused, `${reason} in ${language}`).toBe(isUnused)
      }
  })

  test('after which the link may work offers to request it again, at its own address', () => {
    const withLink = everyRefusal.filter(displayed =>
      pages.refusal(displayed, 'en').html.includes('href="?">Try again</a>'),
    )
    expect(withLink.map(({ reason }) => reason)).toEqual([
      'speculative',
      'cross-origin',
      'passphrase-invalid',
      'outcome-unknown',
      'unavailable',
      'failed',
    ])
  })
})

describe('a page', () => {
  const confirmation = { expiresAt, again: false, media: false, file }

  test('contains the token in the address of the form only', () => {
    const { html } = pages.confirmation({ ...confirmation, form: token }, 'en')
    expect(html).toContain(`<form method="post" action="?confirm=${token}"><button>`)
    expect(html.split(token)).toHaveLength(2)
  })

  test.each(['', 'x'.repeat(21), 'x'.repeat(61), `${token}"`, `${token}&a=b`, `${token}\n`, `é${token}`])(
    'does not contain %j, which is not a token',
    wrong => {
      expect(() => pages.confirmation({ ...confirmation, form: wrong }, 'en')).toThrow('malformed form token')
    },
  )

  test('contains the path of the object to play, escaped', () => {
    const src = `/o'brien/"film"<1>.mp4?a=1&Policy=x`
    const { html } = pages.player({ location: src, expiresAt, file }, 'en')
    expect(html).toContain('src="/o&#39;brien/&#34;film&#34;&#60;1&#62;.mp4?a=1&#38;Policy=x"')
  })

  test.each(['', 'a.mp4', '//elsewhere.example/a.mp4', 'https://elsewhere.example/', 'javascript:alert(1)'])(
    'does not play %j, which is not a path on this host',
    src => {
      expect(() => pages.player({ location: src, expiresAt, file }, 'en')).toThrow('not a path on this host')
    },
  )
})

test('all pages are a module of 8 KB a language and 14 KB more at most, and share one small module with others', async () => {
  const { code, metafile } = await bundleModule('edge/pages/pages.ts', {})
  expect(Buffer.byteLength(code)).toBeLessThanOrEqual((8 * languages.length + 14) * 1024)
  expect(Object.keys(metafile.inputs).filter(input => !input.startsWith('edge/pages/'))).toEqual([
    'shared/texts/size.ts',
  ])
})
