import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listenOnLoopback, type LoopbackServer } from '../../../emulator/servers.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { brand, everyPage, letItEnd, longestBrand, pagesOf } from '../../support/browser/every-page.ts'
import { noon } from '../../support/table/links.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { languages } from '../../../shared/texts/brand.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const pages = pagesOf(brand)
const neutral = pagesOf(undefined)
const longest = pagesOf(longestBrand)
const kinds = everyPage
const styles = { branded: pages, neutral, longest }
const schemes = ['light', 'dark'] as const
/**
 * A window of 1280 pixels enlarged to 400 % (WCAG 2.2, 1.4.10), which is narrower than telephones, in all languages; and a desktop, which has
 * room for any of them.
 */
const widths = [
  [320, languages],
  [1440, ['en']],
] as const
/** Kinds whose texts and elements no other kind has. English is in the other tests; error pages have all languages at once. */
const translated = Object.keys(kinds).filter(kind => !/^error-|-(long|hebrew|unnamed|again)$/.test(kind))

const pageOf = (kind = '', language = '', style = 'branded') =>
  kinds[kind]?.(language, styles[style as keyof typeof styles] ?? pages)

/** Serves each page at `/kind/language/style`, as the edge would, and an empty one at `/`. */
async function servePages(): Promise<LoopbackServer> {
  const server = await listenOnLoopback(0)
  server.serve(({ url = '' }, response) => {
    if (url === '/') return void response.setHeader('content-type', 'text/html').end()
    const page = pageOf(...url.split(/[/?]/).slice(1))
    if (page === undefined) return void response.writeHead(404).end()
    response.setHeader('content-security-policy', page.policy).setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page.html)
  })
  return server
}

describe.skipIf(missingChromium)('in a real browser', () => {
  let browser: Browser
  let server: LoopbackServer
  let origin = ''
  beforeAll(async () => {
    server = await servePages()
    origin = server.origin
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  async function tab(options: BrowserContextOptions): Promise<Tab> {
    const context = await browser.newContext(options)
    onTestFinished(() => context.close())
    return context.newPage()
  }

  /** Opens an empty page, and returns a function that shows pages in its place: that takes less time than a new address. */
  async function display(options: BrowserContextOptions) {
    const page = await tab(options)
    await page.goto(`${origin}/`)
    const show = (kind: string, language: string, style?: string) =>
      page.setContent(pageOf(kind, language, style)?.html ?? '')
    return { page, show }
  }

  const settings = [
    ['light', 360],
    ['dark', 1440],
  ] as const

  test.each(settings)('people with disabilities can use every page, %s, %i pixels wide', async (colorScheme, width) => {
    const { page, show } = await display({ colorScheme, viewport: { width, height: 800 } })
    for (const kind of Object.keys(kinds)) {
      for (const style of ['branded', 'neutral']) {
        await show(kind, 'en', style)
        expect(await violationsOf(page), `${kind}, ${style}`).toEqual([])
      }
    }
  })

  const others = languages.filter(language => language !== 'en')

  test.each(others)('people with disabilities can use every page in %s', async language => {
    const { page, show } = await display({ viewport: { width: 360, height: 800 } })
    for (const kind of translated) {
      await show(kind, language)
      expect(await violationsOf(page), kind).toEqual([])
    }
  })

  test('guard: axe finds a page that people with disabilities can not use', async () => {
    const { page, show } = await display({})
    await show('confirmation', 'en')
    expect(await violationsOf(page)).toEqual([])
    await show('confirmation', 'en')
    await page.evaluate(`document.documentElement.lang = ''; document.querySelector('p').style.color = '#ccc'`)
    expect(await violationsOf(page)).toEqual(['color-contrast', 'html-has-lang'])
  })

  test.each(widths)('no page needs sideways scrolling, without scripts, %i pixels wide', async (width, spoken) => {
    const { page, show } = await display({ javaScriptEnabled: false, viewport: { width, height: 600 } })
    for (const kind of Object.keys(kinds)) {
      for (const language of spoken) {
        await show(kind, language, 'longest')
        const { scrollWidth, clientWidth } = await sizesOf(page)
        expect(scrollWidth, `${kind}, ${language}`).toBeLessThanOrEqual(clientWidth)
      }
    }
  })

  test('a name that reads from right to left moves nothing but itself', async () => {
    const page = await tab({})
    await page.goto(`${origin}/confirmation-hebrew/en`)
    const [name, size] = [page.locator('.file bdi'), page.locator('.file span')]
    expect(await page.locator('.file').innerText()).toBe('דוח 2026.pdf, 4.2 MB')
    expect(await page.locator('.from').innerText()).toBe('From: דר כהן')
    const [{ x: nameAt = 0 } = {}, { x: sizeAt = 0 } = {}] = [
      (await name.boundingBox()) ?? undefined,
      (await size.boundingBox()) ?? undefined,
    ]
    expect(sizeAt).toBeGreaterThan(nameAt)
  })

  test('a page in Arabic reads from right to left, and names of files and times keep their order', async () => {
    const page = await tab({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${origin}/confirmation-words/ar`)
    const xOf = async (selector: string) => (await page.locator(selector).first().boundingBox())?.x ?? 0
    expect(await xOf('.file bdi')).toBeGreaterThan(await xOf('.file span'))
    expect(await page.locator('.file').innerText()).toBe('report.pdf، 4.2 م.ب، مستند PDF')
    expect(await page.locator('time').innerText()).toBe('الأربعاء، 25 نوفمبر، 15:00 UTC')
    const align = `getComputedStyle(document.querySelector('h1')).direction`
    expect(await page.evaluate(align)).toBe('rtl')
    // The line beside a note is where its text begins.
    await page.goto(`${origin}/confirmation-app/ar`)
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.note')).borderRightWidth`)).toBe('4px')
  })

  test('the logo is in place of the name, whose text it has, at most 64 pixels high', async () => {
    const page = await tab({ colorScheme: 'dark' })
    await page.goto(`${origin}/confirmation/en`)
    const logo = page.getByRole('img', { name: brand.name })
    expect(await page.evaluate('[document.images[0].naturalWidth, document.images[0].naturalHeight]')).toEqual([
      240, 64,
    ])
    expect((await logo.boundingBox())?.height).toBeLessThanOrEqual(64)
  })

  test('each button and link is at least 44 pixels high and wide', async () => {
    const page = await tab({ viewport: { width: 320, height: 600 } })
    for (const kind of ['confirmation', 'confirmation-media', 'unavailable', 'download', 'player-object']) {
      await page.goto(`${origin}/${kind}/en/neutral`)
      const { width = 0, height = 0 } = (await page.locator('button, a').boundingBox()) ?? {}
      expect(Math.min(width, height), kind).toBeGreaterThanOrEqual(44)
    }
  })

  test.each(schemes)('the first Tab moves a visible focus to the only button or link, %s', async colorScheme => {
    const page = await tab({ colorScheme })
    for (const kind of ['confirmation', 'unavailable', 'download']) {
      await page.goto(`${origin}/${kind}/en`)
      await page.keyboard.press('Tab')
      const outline = await page.evaluate<string>(
        `getComputedStyle(document.querySelector(':is(button, a):focus')).outline`,
      )
      const ink = colorScheme === 'light' ? 'rgb(27, 31, 36)' : 'rgb(238, 236, 232)'
      expect(outline, kind).toBe(`${ink} solid 3px`)
    }
  })

  test('a page that is left open past its end says so, without scripts, and its button or link is gone', async () => {
    const page = await tab({ reducedMotion: 'reduce' })
    for (const kind of ['confirmation-words', 'confirmation-media', 'download', 'player-object']) {
      await page.goto(`${origin}/${kind}/en`)
      const [act, note] = [page.locator('main :is(button, a)'), page.getByRole('status')]
      expect([await act.isVisible(), await note.isVisible()], kind).toEqual([true, false])
      await page.evaluate(letItEnd)
      expect([await act.isVisible(), await note.isVisible()], kind).toEqual([false, true])
      expect(await note.ariaSnapshot()).toMatch(/[Aa]sk the sender for a new (one|link)\."?$/)
      expect(await violationsOf(page), kind).toEqual([])
      await page.keyboard.press('Tab')
      expect(await page.evaluate(`document.activeElement?.matches('button, main a') ?? false`), kind).toBe(false)
    }
  })

  test('a page waits until the end of its link, however many days away, and no longer', async () => {
    const { html, policy } = pagesOf(undefined).confirmation(
      {
        form: 'x'.repeat(22),
        expiresAt: (noon / 1000 + 31_622_400) as EpochSeconds,
        again: false,
        media: false,
        file: undefined,
      },
      'en',
    )
    const alone = await serveHere((_, response) => {
      response
        .setHeader('content-security-policy', policy)
        .setHeader('content-type', 'text/html; charset=utf-8')
        .end(html)
    })
    const page = await tab({})
    await page.goto(alone.origin)
    const leap = (ms: number) =>
      page.evaluate(`document.getAnimations().forEach(animation => (animation.currentTime = ${ms}))`)
    await leap(31_622_399_000)
    expect(await page.locator('button').isVisible()).toBe(true)
    await leap(31_622_400_010)
    expect(await page.locator('button').isVisible()).toBe(false)
  })

  test('a printed page has the text, but no button', async () => {
    const page = await tab({ colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print' })
    await page.goto(`${origin}/confirmation/en`)
    expect(await page.getByRole('heading').isVisible()).toBe(true)
    expect(await page.getByText('Wednesday, 25 November, 15:00 UTC').isVisible()).toBe(true)
    expect(await page.locator('button').isVisible()).toBe(false)
  })

  test('with few colours or more contrast, the button has a visible border', async () => {
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
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: { id: string }[] }>(
    "axe.run({ resultTypes: ['violations'] })",
  )
  return violations.map(({ id }) => id).toSorted()
}

async function sizesOf(page: Tab): Promise<{ scrollWidth: number; clientWidth: number }> {
  return page.evaluate('(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }))(document.documentElement)')
}
