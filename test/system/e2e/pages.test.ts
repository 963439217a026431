import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPages, type Page } from '../../../edge/pages/pages.ts'
import { createErrorPages } from '../../../error-pages/error-pages.ts'
import { type Brand, languages } from '../../../shared/brand.ts'
import { type Reason, refusalFor } from '../../../shared/refusal.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { launchChromium, missingChromium } from '../../support/chromium.ts'
import { serveHere } from '../../support/serve.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const brand = {
  name: 'Klinikum am Park',
  colour: '#0b6e6e',
  text: {
    en: 'Questions? Call the records office, +49 30 5550 0123.',
    de: 'Fragen? Rufen Sie uns an: +49 30 5550 0123.',
  },
}
const longestBrand = { name: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenfabriken', colour: '#ffffff' }
/** All pages of a deployment. */
const pagesOf = (brand: Brand | undefined) => ({ ...createPages(brand), error: createErrorPages(brand) })
const pages = pagesOf(brand)
const neutral = pagesOf(undefined)
const longest = pagesOf(longestBrand)
const ask = {
  token: `mibq1x2y.${'x'.repeat(22)}`,
  expiresAt: 1_795_618_800 as EpochSeconds,
  again: false,
  media: false,
  file: { key: 'report.pdf', size: 4_200_000 },
}
/** As long as a key may be, without a place to break the line, with a bidirectional control. */
const longestName = `${'x'.repeat(1017)}\u202egpj`
const refused = (reason: Reason) => ({ reason, refusal: refusalFor(reason) })

/** One page of each kind, by name, for a language. */
const kinds: Readonly<Record<string, (language: string, of?: typeof pages) => Omit<Page, 'language'>>> = {
  confirmation: (language, of = pages) => of.confirmation(ask, language),
  'confirmation-again': (language, of = pages) => of.confirmation({ ...ask, again: true }, language),
  'confirmation-media': (language, of = pages) => of.confirmation({ ...ask, media: true }, language),
  passphrase: (language, of = pages) => of.confirmation({ ...ask, passphrase: true }, language),
  'passphrase-wrong': (language, of = pages) =>
    of.refusal(
      {
        ...refused('wrong-passphrase'),
        question: { form: ask.token, expiresAt: ask.expiresAt, again: true, isGuess: true, triesLeft: 3 },
      },
      language,
    ),
  spent: (language, of = pages) => of.refusal(refused('spent'), language),
  unavailable: (language, of = pages) => of.refusal(refused('unavailable'), language),
  'confirmation-long': (language, of = pages) =>
    of.confirmation({ ...ask, file: { key: longestName, size: 999_949_999 } }, language),
  'confirmation-hebrew': (language, of = pages) =>
    of.confirmation({ ...ask, file: { ...ask.file, key: 'דוח 2026.pdf' } }, language),
  'confirmation-unnamed': (language, of = pages) => of.confirmation({ ...ask, file: undefined }, language),
  player: (language, of = pages) => of.player({ ...ask, src: '/nothing.mp4' }, language),
  'player-long': (language, of = pages) =>
    of.player({ ...ask, src: '/nothing.mp4', file: { key: longestName, size: 999_949_999 } }, language),
  // In all languages at once.
  'error-403': (_, { error } = pages) => ({ html: error.html[403], policy: error.policy }),
  'error-404': (_, { error } = pages) => ({ html: error.html[404], policy: error.policy }),
}
const styles = { branded: pages, neutral, longest }
const schemes = ['light', 'dark'] as const
/** A telephone, a desktop, and a window of 1280 pixels enlarged to 400 % (WCAG 2.2, 1.4.10). */
const widths = [360, 1440, 320] as const

/** Serves each page at `/kind/language/style`, as the edge would. */
async function servePages(): Promise<string> {
  const { origin } = await serveHere(({ url = '' }, response) => {
    const [, kind = '', language = '', style = 'branded'] = url.split(/[/?]/)
    const page = kinds[kind]?.(language, styles[style as keyof typeof styles])
    if (page === undefined) return void response.writeHead(404).end()
    response.setHeader('content-security-policy', page.policy).setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page.html)
  })
  return origin
}

describe.skipIf(missingChromium)('in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  async function tab(options: BrowserContextOptions): Promise<Tab> {
    const context = await browser.newContext(options)
    onTestFinished(() => context.close())
    return context.newPage()
  }

  const settings = schemes.flatMap(colorScheme => [360, 1440].map(width => [colorScheme, width] as const))

  test.each(settings)('people with disabilities can use every page, %s, %i pixels wide', async (colorScheme, width) => {
    const origin = await servePages()
    const page = await tab({ colorScheme, viewport: { width, height: 800 } })
    for (const kind of Object.keys(kinds)) {
      for (const style of ['branded', 'neutral']) {
        await page.goto(`${origin}/${kind}/en/${style}`)
        expect(await violationsOf(page), `${kind}, ${style}`).toEqual([])
      }
    }
  })

  test.each(languages)('people with disabilities can use every page in %s', async language => {
    const origin = await servePages()
    const page = await tab({ viewport: { width: 360, height: 800 } })
    for (const kind of Object.keys(kinds)) {
      await page.goto(`${origin}/${kind}/${language}`)
      expect(await violationsOf(page), kind).toEqual([])
    }
  })

  test('guard: axe finds a page that people with disabilities can not use', async () => {
    const origin = await servePages()
    const page = await tab({})
    await page.goto(`${origin}/confirmation/en`)
    await page.evaluate(`document.documentElement.lang = ''; document.querySelector('p').style.color = '#ccc'`)
    expect(await violationsOf(page)).toEqual(['color-contrast', 'html-has-lang'])
  })

  test.each(widths)('no page needs sideways scrolling, without scripts, %i pixels wide', async width => {
    const origin = await servePages()
    const page = await tab({ javaScriptEnabled: false, viewport: { width, height: 600 } })
    for (const kind of Object.keys(kinds)) {
      for (const language of languages) {
        await page.goto(`${origin}/${kind}/${language}/longest`)
        const { scrollWidth, clientWidth } = await sizesOf(page)
        expect(scrollWidth, `${kind}, ${language}`).toBeLessThanOrEqual(clientWidth)
      }
    }
  })

  test('a name that reads from right to left moves nothing but itself', async () => {
    const origin = await servePages()
    const page = await tab({})
    await page.goto(`${origin}/confirmation-hebrew/en`)
    const [name, size] = [page.locator('.file bdi'), page.locator('.file span')]
    expect(await page.locator('.file').innerText()).toBe('דוח 2026.pdf, 4.2 MB')
    const [{ x: nameAt = 0 } = {}, { x: sizeAt = 0 } = {}] = [
      (await name.boundingBox()) ?? undefined,
      (await size.boundingBox()) ?? undefined,
    ]
    expect(sizeAt).toBeGreaterThan(nameAt)
  })

  test('each button and link is at least 44 pixels high and wide', async () => {
    const origin = await servePages()
    const page = await tab({ viewport: { width: 320, height: 600 } })
    for (const kind of ['confirmation', 'confirmation-media', 'unavailable']) {
      await page.goto(`${origin}/${kind}/en/neutral`)
      const { width = 0, height = 0 } = (await page.locator('button, a').boundingBox()) ?? {}
      expect(Math.min(width, height), kind).toBeGreaterThanOrEqual(44)
    }
  })

  test.each(schemes)('the first Tab moves a visible focus to the only button or link, %s', async colorScheme => {
    const origin = await servePages()
    const page = await tab({ colorScheme })
    for (const kind of ['confirmation', 'unavailable']) {
      await page.goto(`${origin}/${kind}/en`)
      await page.keyboard.press('Tab')
      const outline = await page.evaluate<string>(
        `getComputedStyle(document.querySelector(':is(button, a):focus')).outline`,
      )
      const ink = colorScheme === 'light' ? 'rgb(27, 31, 36)' : 'rgb(238, 236, 232)'
      expect(outline, kind).toBe(`${ink} solid 3px`)
    }
  })

  test('a printed page has the text, but no button', async () => {
    const origin = await servePages()
    const page = await tab({ colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print' })
    await page.goto(`${origin}/confirmation/en`)
    expect(await page.getByRole('heading').isVisible()).toBe(true)
    expect(await page.getByText('2026-11-25 15:00 UTC').isVisible()).toBe(true)
    expect(await page.locator('button').isVisible()).toBe(false)
  })

  test('with few colours or more contrast, the button has a visible border', async () => {
    const origin = await servePages()
    const page = await tab({ contrast: 'more' })
    await page.goto(`${origin}/confirmation/en/longest`)
    const edge = () => page.evaluate(`getComputedStyle(document.querySelector('button')).borderTopColor`)
    expect(await edge()).toBe('rgb(27, 31, 36)')
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await edge()).not.toBe(
      await page.evaluate(`getComputedStyle(document.querySelector('.sheet')).backgroundColor`),
    )
  })

  test('no page violates its own content security policy', async () => {
    const origin = await servePages()
    const page = await tab({})
    const messages: string[] = []
    page.on('console', message => messages.push(message.text()))
    for (const kind of Object.keys(kinds)) {
      await page.goto(`${origin}/${kind}/en`)
      expect(await page.evaluate(`getComputedStyle(document.querySelector('.sheet')).borderTopWidth`)).toBe('6px')
    }
    // The browser requests an icon by itself.
    const broken = messages.filter(text => text.includes('Content Security Policy') && !text.includes('favicon'))
    expect(broken).toEqual([])
  })
})

/** Returns the rules of axe-core that a page breaks. The debugger runs its script, which no policy prevents. */
async function violationsOf(page: Tab): Promise<readonly string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: { id: string }[] }>('axe.run()')
  return violations.map(({ id }) => id).toSorted()
}

async function sizesOf(page: Tab): Promise<{ scrollWidth: number; clientWidth: number }> {
  return page.evaluate('(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }))(document.documentElement)')
}
