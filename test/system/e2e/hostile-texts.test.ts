import { join } from 'node:path'
import fc from 'fast-check'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type DisplayedFile, visibleLines } from '../../../edge/pages/file.ts'
import { createPages, type Pages } from '../../../edge/pages/pages.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { serveHere } from '../../support/machine/serve.ts'

/** `HOSTILE=all` looks at 10,000 texts, which takes two minutes. */
const count = process.env['HOSTILE'] === 'all' ? 10_000 : 250
const batchSize = 500
const expiresAt = 1_795_618_800 as EpochSeconds

/** What would leave its place, run, load or style if it were not shown as text. */
const markup = [
  '<script>top.hit=1</script>',
  '<img src=/hit onerror=top.hit=1>',
  '"><svg onload=top.hit=1>',
  `' autofocus onfocus='top.hit=1`,
  '</p></div></main><h1>',
  '</title><style>*{display:none}</style>',
  '<!--',
  ']]>',
  '<link rel=stylesheet href=/hit>',
  '<meta http-equiv=refresh content=0;url=/hit>',
  '<iframe srcdoc="<script>top.hit=1</script>">',
  '<base href=/hit/>',
  '<form action=/hit><button>',
  '</bdi>',
  '<a href="javascript:top.hit=1">',
  '&lt;b&gt;&#60;b&#62;&notin;&amp',
  '<template><p>',
  '<math><mtext></form><form><mglyph><style></math><img src=/hit>',
  '<plaintext>',
  '$&$1$`TIME LEFT',
  '\u202e\u2066\u2028\0\u001b[2J\u0085',
  '\ufeff\u200b\u00ad\u{e0001}\u{e0062}',
  '👩‍⚕️🏳️‍🌈🇩🇪',
  'e'.padEnd(120, '\u0301'),
  '\ud83d',
  'https://example.com www.example.com a@example.com +49 30 5550 0123',
  'W'.repeat(300),
]
const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...markup) },
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ maxLength: 8 }),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map(parts => parts.join('') || 'x')
const cases = fc.record({ key: hostile, sender: hostile, message: hostile, name: hostile, media: fc.boolean() })

/** A page with hostile texts, and the same page with harmless ones, whose elements and attributes it must have. */
interface Case {
  readonly html: string
  readonly harmless: string
  /** What the page must show as the message. */
  readonly message: string
}

/** Renders the three pages that show what an issuer wrote. */
function rendered(
  of: (name: string) => Pages,
  { key, sender, message, name, media }: typeof cases extends fc.Arbitrary<infer T> ? T : never,
): Case[] {
  const shown = (texts: DisplayedFile & { name: string }) => {
    const [pages, file] = [of(texts.name), { ...texts, size: 1, ...(media && { media: 'object' as const }) }]
    return [
      pages.confirmation({ form: 'x'.repeat(22), expiresAt, again: false, media, file }, 'en').html,
      media
        ? pages.player({ location: `/${encodeURIComponent('a')}`, expiresAt, file }, 'en').html
        : pages.download({ location: '/a', expiresAt, file }, 'en').html,
    ]
  }
  const harmless = shown({ key: 'a', sender: 'a', message: 'a', name: 'a' })
  return shown({ key, sender, message, name }).map((html, at) => ({
    html,
    harmless: harmless[at] ?? '',
    message: visibleLines(message),
  }))
}

/**
 * Writes each page into a document of its own, where scripts would run and requests would be sent, and returns those whose elements
 * and attributes differ from the harmless page's. Also waits for what events would do.
 */
const compare = `async cases => {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const shapeOf = html => {
    const inside = frame.contentDocument
    inside.open()
    inside.write(html)
    inside.close()
    const elements = [...inside.querySelectorAll('*')].map(({ tagName, attributes }) =>
      tagName + [...attributes].map(({ name, value }) => ' ' + name + '=' + value).join(''))
    return inside.styleSheets.length + elements.join('\\n').replaceAll(/content=.*/g, '')
  }
  const shapes = new Map()
  const wrong = cases.filter(({ html, harmless, message }) => {
    if (!shapes.has(harmless)) shapes.set(harmless, shapeOf(harmless))
    const isWrong = shapeOf(html) !== shapes.get(harmless)
    const shown = frame.contentDocument.querySelector('.message')
    return isWrong || (shown !== null && shown.textContent !== message)
  })
  await new Promise(resolve => setTimeout(resolve, 50))
  frame.remove()
  return wrong.length + (window.hit ?? 0)
}`

describe.skipIf(missingChromium)('texts of an issuer', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** Returns how many of the pages are wrong, and which requests came of them. */
  async function look(of: (name: string) => Pages, texts: number) {
    const requests: string[] = []
    const { origin } = await serveHere(({ url = '' }, response) => {
      requests.push(url)
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Cases</title><body>')
    })
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    const all = fc.sample(cases, { numRuns: texts, seed: 21 }).flatMap(each => rendered(of, each))
    let wrong = 0
    await page.goto(origin)
    for (let at = 0; at < all.length; at += batchSize) {
      wrong += await page.evaluate<number>(`(${compare})(${JSON.stringify(all.slice(at, at + batchSize))})`)
    }
    // The film is the only thing that a page loads; the browser requests an icon by itself.
    return { wrong, requests: requests.filter(url => !['/', '/a', '/favicon.ico'].includes(url)) }
  }

  const pagesNamed = (create: typeof createPages) => (name: string) =>
    create({ name, colour: '#0b6e6e', text: name }, manualClock())

  test('are shown as text: no element, script, request or style comes of them', { timeout: 600_000 }, async () => {
    expect(await look(pagesNamed(createPages), count)).toEqual({ wrong: 0, requests: [] })
  })

  test.each([
    ['shows < and > as they are', `/[&<>"']/g`, `/[&"']/g`],
    ['shows only < as it is', `/[&<>"']/g`, `/[&>"']/g`],
  ])('guard: a page that %s is found out', async (_, find, replace) => {
    const root = await brokenCopy('hostile-texts', [{ file: 'edge/pages/document.ts', find, replace }])
    onTestFinished(() => removeCopy(root))
    const broken = (await import(join(root, 'edge/pages/pages.ts'))) as { createPages: typeof createPages }
    const { wrong } = await look(pagesNamed(broken.createPages), 200)
    expect(wrong).toBeGreaterThan(20)
    // On a busy machine, a browser may give up what a page requests when the next page replaces it.
    const requested = async () => (await look(pagesNamed(broken.createPages), 200)).requests.length
    await expect.poll(requested, { timeout: 60_000 }).toBeGreaterThan(0)
  })
})
