import { describe, expect, test } from 'vitest'
import type { DisplayedFile } from '../../../edge/pages/file.ts'
import { createPages } from '../../../edge/pages/pages.ts'
import { respond } from '../../../edge/redeem/respond.ts'
import { parseViewerRequest } from '../../../edge/redeem/viewer-request.ts'
import { displayedRefusal } from '../../../shared/refusal.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'
import { languages } from '../../../shared/texts/brand.ts'
import { texts } from '../../../edge/pages/texts/languages.ts'

const clock = manualClock()
const pages = createPages(undefined, clock)
const form = `mibq1x2y.${'x'.repeat(22)}`
const expiresAt = secondsFromNoon(86_400)
const confirmation = (file: Partial<DisplayedFile>, language = 'en', userAgent = '') =>
  pages.confirmation(
    { form, expiresAt, again: false, media: file.media !== undefined, file: { key: 'a.pdf', ...file }, userAgent },
    language,
  ).html

describe('a confirmation page', () => {
  test('shows the sender and the message as plain text, and says that they were not checked', () => {
    const html = confirmation({ sender: 'Dr. <b>Weber', message: 'Dear & "you",\nhttps://a.example' })
    expect(html).toContain('<p class="from">From: <bdi translate="no">Dr. &#60;b&#62;Weber</bdi></p>')
    expect(html).toContain('<p class="message" dir="auto">Dear &#38; &#34;you&#34;,\nhttps://a.example</p>')
    expect(html).toContain(texts.en.pages.given)
    expect(html).not.toMatch(/<a /)
  })

  test('has no word of them if there are none', () => {
    for (const language of languages) expect(confirmation({}, language)).not.toContain(texts[language].pages.given)
  })

  test('shows what could reorder or hide them, and keeps line breaks', () => {
    const html = confirmation({ sender: 'a\u202eb\nc', message: 'a\u2066b\nc\u0007\u2028d' })
    expect(html).toContain('a\\u202eb\\u000ac</bdi>')
    expect(html).toContain('a\\u2066b\nc\\u0007\\u2028d</p>')
  })

  test('says of a link for several clients that it works once in each browser', () => {
    for (const language of languages) {
      const { several, file, startedSeveral, started } = texts[language].pages
      const asked = { form, expiresAt, again: false, media: false, several: true, file: undefined }
      const [before, after] = [
        pages.confirmation(asked, language).html,
        pages.download({ location: '/a.pdf?x', expiresAt, file: { key: 'a.pdf', maxUses: 3 } }, language).html,
      ]
      expect([before.includes(several), before.includes(file[1])]).toEqual([true, false])
      expect([after.includes(startedSeveral), after.includes(started[1])]).toEqual([true, false])
      expect(confirmation({}, language)).not.toContain(several)
    }
  })

  test('says of a link that takes a file what it takes, who asks, and that they were not checked, but names no file', () => {
    const wish = {
      key: 'in/received',
      maxBytes: 25_000_000,
      types: 'image/*,application/pdf,image/png,a/b&c',
      sender: 'A',
    }
    for (const language of languages) {
      const { upload, file, proceed, given, givenUpload, download, types, comma = ', ' } = texts[language].pages
      const asked = { form, expiresAt, again: false, media: false, upload: true, file: wish }
      const { html } = pages.confirmation(asked, language)
      for (const text of [...upload, file[1], proceed, givenUpload]) expect(html).toContain(text)
      for (const text of [file[0], given, download, 'received']) expect(html).not.toContain(text)
      expect(html.replaceAll(/<[^>]*>/g, '')).toContain([types.picture, types.pdf, 'a/b&#38;c'].join(comma))
      expect(html).toMatch(/<p class="file">[^<]*25 [^<]*<\/p>/)
      const any = pages.confirmation({ ...asked, file: { ...wish, types: undefined } }, language).html
      expect([...any.matchAll(/class="file"/g)]).toHaveLength(1)
      const unknown = pages.confirmation({ ...asked, file: undefined }, language).html
      expect([unknown.includes(upload[0]), unknown.includes('class="file"')]).toEqual([true, false])
    }
  })

  test('says before the link is used that this browser can not play a recording', () => {
    const film = { key: 'film/index.m3u8', media: 'folder' } as const
    for (const language of languages) {
      const { hls, dash } = texts[language].pages.unplayable
      expect(confirmation(film, language, 'Mozilla/5.0 Firefox/146.0')).toContain(hls)
      expect(confirmation(film, language, 'Mozilla/5.0 Version/19.0 Safari/605.1.15')).not.toContain(hls)
      expect(confirmation({ ...film, key: 'film/index.mpd' }, language, 'Safari')).toContain(dash)
    }
  })
})

describe('a page after the link was used', () => {
  const delivery = { location: '/a.pdf?Policy=x&Signature=y', expiresAt: secondsFromNoon(30), file: { key: 'a.pdf' } }

  test('that starts a download leads to it again by a link, and says until when', () => {
    const { html, policy } = pages.download(delivery, 'en')
    expect(html).toContain('href="/a.pdf?Policy=x&#38;Signature=y">Start it again</a>')
    expect(html).toContain('12:00:30 UTC</time> (<span>in 30 seconds</span>).')
    expect(policy).toMatch(/^default-src 'none'; .*form-action 'none'$/)
  })

  test('offers to save a film of one file, but not a folder', () => {
    const player = (file: DisplayedFile) => pages.player({ ...delivery, file }, 'en').html
    expect(player({ key: 'a.mp4', media: 'object' })).toContain('>Save it as a file</a>')
    expect(player({ key: 'a/index.m3u8', media: 'folder' })).not.toContain('Save it')
  })
})

test('a link that is not valid yet says from when on it is, but only if that is the reason', () => {
  for (const language of languages) {
    const refused = { ...displayedRefusal('not-yet-valid', false), notBefore: expiresAt }
    expect(pages.refusal(refused, language).html).toContain('datetime="2026-11-25T12:00Z"')
    expect(pages.refusal(displayedRefusal('not-yet-valid', false), language).html).not.toContain('<time')
    for (const displayed of [displayedRefusal('spent', false), displayedRefusal('not-yet-valid', true)])
      expect(pages.refusal({ ...displayed, notBefore: expiresAt }, language).html).not.toContain('<time')
  }
})

test('the largest responses are under 40 KB, which is all that CloudFront takes of a function', () => {
  const logo = 'x'.repeat(10_924)
  const worst = createPages({ name: '&'.repeat(60), colour: '#ffffff', text: '&'.repeat(300), logo }, clock)
  const { link } = makeLink({})
  const file = {
    ...link,
    key: '\u202e'.repeat(341),
    sender: '\u202e'.repeat(60),
    message: '\u202e'.repeat(500),
    contentType: `application/${'x'.repeat(80)}`,
  } as typeof link
  const escapedMost = {
    ...file,
    key: '&'.repeat(1024),
    sender: '&'.repeat(60),
    message: '&'.repeat(500),
  } as typeof link
  const fourBytes = {
    ...file,
    key: '👩'.repeat(256),
    sender: '👩'.repeat(60),
    message: '👩'.repeat(500),
  } as typeof link
  // The content leaves room for a logo, or not.
  const locations = [2_000, 5_000, 8_000].map(length => `/${'a'.repeat(length)}&'`)
  const cookies = { path: `/${'x'.repeat(1000)}`, values: { Policy: 'x'.repeat(3900) }, seconds: 1 }
  const known = { linkId: link.id, storeMs: 1 }
  const request = (method: string, language: string) =>
    parseViewerRequest(
      viewerRequest({
        uri: '/d/x',
        method,
        headers: { Accept: 'text/html', 'Accept-Language': language, 'User-Agent': '(Android; wv) Firefox/1' },
      }),
    )
  let largest = 0
  for (const language of languages)
    for (const shown of [file, escapedMost, fourBytes])
      for (const media of [true, false]) {
        const options = { pages: worst }
        const post = request('POST', language)
        const outcomes = [
          {
            kind: 'unconfirmed',
            question: { form, cookie: 'x'.repeat(22), expiresAt, passphrase: false },
            media,
            file: { ...shown, media: media ? 'folder' : undefined, key: `${shown.key}/x/index.m3u8` },
            ...known,
          },
          ...locations.map(
            location =>
              ({
                kind: 'redeemed',
                capability: { location, url: '', expiresAt, cookies },
                media,
                file: shown,
                cookie: 'x'.repeat(22),
                ...known,
              }) as const,
          ),
        ] as const
        for (const outcome of outcomes)
          largest = Math.max(largest, Buffer.byteLength(JSON.stringify(respond(outcome, post, options))))
      }
  expect(largest).toBeGreaterThan(20_000)
  expect(largest).toBeLessThan(40_000)
})

test('a download by POST is a page that leads to it; programs and direct links are redirected', () => {
  const { link } = makeLink({})
  const capability = { location: '/a.pdf?Policy=x', url: 'https://files.example.com/a.pdf?Policy=x', expiresAt }
  const outcome = { kind: 'redeemed', capability, media: false, file: link, linkId: link.id, storeMs: 1 } as const
  const answer = (method: string, shown: typeof pages | undefined) =>
    respond(outcome, parseViewerRequest(viewerRequest({ uri: '/d/x', method })), { pages: shown })
  const page = answer('POST', pages)
  expect([page.status, headerOf(page, 'refresh'), headerOf(page, 'location')]).toEqual([
    '200',
    '0;url=/a.pdf?Policy=x',
    undefined,
  ])
  expect([headerOf(page, 'cache-control'), headerOf(page, 'referrer-policy')]).toEqual(['no-store', 'no-referrer'])
  expect([answer('POST', undefined).status, answer('GET', undefined).status]).toEqual(['303', '302'])
})
