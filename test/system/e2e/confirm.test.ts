import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../edge/adapters/process.ts'
import { launchChromium, missingChromium } from '../../support/chromium.ts'
import { manualClock } from '../../support/clock.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { issueAt } from '../../support/http.ts'
import { serveHere } from '../../support/serve.ts'

/** Every request that the server at `origin`, in this process, has got so far, as `METHOD /path`. */
function requestsAt(origin: string): () => readonly string[] {
  const seen: string[] = []
  function note(message: unknown): void {
    const { request } = message as { request: IncomingMessage }
    if (request.socket.localPort === Number(new URL(origin).port)) seen.push(`${request.method} ${request.url}`)
  }
  // Node.js, "Diagnostics Channel": published when a server gets a request.
  subscribe('http.server.request.start', note)
  onTestFinished(() => void unsubscribe('http.server.request.start', note))
  return () => seen
}

/** A mail of somebody's with the link in it. */
async function mailWith(url: string): Promise<string> {
  const { origin } = await serveHere((_, response) => {
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>Mail</title><a href="${url}">Your file</a>`)
  })
  return `${origin}/`
}

describe.skipIf(missingChromium)('a link that asks for confirmation, in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** A link to a file, what its edge is asked, and a clock that stands still until it is moved. */
  async function link(fields: object = {}) {
    const content = randomBytes(1_000_000)
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'report.bin'), content)
    const clock = manualClock(systemClock.now())
    const { api } = await emulatorHere({ bucket, clock })
    const { url } = await issueAt(api, { key: 'report.bin', confirm: true, ...fields })
    const requests = requestsAt(new URL(url).origin)
    const seen = (pattern: RegExp) => requests().filter(each => pattern.test(each))
    return {
      url,
      content,
      clock,
      posts: () => seen(/^POST \/d\//).length,
      /** How many that differ were fetched with: a policy signed anew is the same capability. */
      capabilities: () => new Set(seen(/^GET \/report\.bin\?/).map(each => /[?&]Policy=[^&]+/.exec(each)?.[0])).size,
    }
  }

  async function person(
    options: BrowserContextOptions = {},
    by = browser,
  ): Promise<{ page: Page; downloads: Download[] }> {
    const context = await by.newContext({ javaScriptEnabled: false, ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const downloads: Download[] = []
    page.on('download', download => downloads.push(download))
    return { page, downloads }
  }

  const button = (page: Page) => page.getByRole('button', { name: 'Download the file' })
  const isUsed = (page: Page, title = 'This link no longer works') =>
    page.getByRole('heading', { name: title }).waitFor()

  test('is opened, read and confirmed, without scripts: the file is saved, byte for byte, under the name it was given', async () => {
    const { url, clock, content } = await link({ filename: 'Röntgenbild 日本 100%.bin' })
    const { page } = await person()
    await page.goto(await mailWith(url))
    await page.getByText('Your file').click()
    await button(page).waitFor()
    clock.advance(1500)
    const saving = page.waitForEvent('download')
    await button(page).click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe('Röntgenbild 日本 100%.bin')
    expect(readFileSync(await saved.path()).equals(content)).toBe(true)
  })

  test.each([
    ['reloading', (page: Page) => page.reload()],
    ['the link again', (page: Page) => page.goto(page.url())],
    [
      'going back and forth',
      async (page: Page) => {
        await page.goBack()
        await page.goForward()
      },
    ],
  ])('shows the refusal page after that on %s, and is never downloaded twice', async (_, again) => {
    const { url, clock, posts, capabilities } = await link()
    const { page, downloads } = await person()
    await page.goto(await mailWith(url))
    await page.getByText('Your file').click()
    await confirmed(page, clock)
    await again(page)
    await isUsed(page)
    await page.reload()
    await isUsed(page)
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual({
      downloads: 1,
      posts: 1,
      capabilities: 1,
    })
  })

  test('is refused on the way back too, in a browser that keeps pages for it', async () => {
    const keeping = await launchChromium({ keepsPages: true })
    onTestFinished(() => keeping.close())
    const { url, clock, posts, capabilities } = await link()
    const { page, downloads } = await person({}, keeping)
    await page.goto(await mailWith(url))
    await page.getByText('Your file').click()
    await confirmed(page, clock)
    await page.goBack({ waitUntil: 'commit' })
    await page.goForward({ waitUntil: 'commit' })
    await isUsed(page)
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual({
      downloads: 1,
      posts: 1,
      capabilities: 1,
    })
  })

  test.each([
    ['a double click', (page: Page) => button(page).dblclick()],
    ['two clicks 150 ms apart', (page: Page) => clicks(page, [150])],
    ['five impatient clicks', (page: Page) => clicks(page, [80, 120, 200, 300])],
  ])('is posted once by %s, and downloaded once', async (_, press) => {
    const { url, clock, posts, capabilities } = await link()
    const { page, downloads } = await person()
    await page.goto(url)
    clock.advance(1500)
    const saving = page.waitForEvent('download')
    await press(page)
    await (await saving).path()
    // Comes after anything that the clicks have sent.
    await page.reload()
    await isUsed(page)
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual({
      downloads: 1,
      posts: 1,
      capabilities: 1,
    })
  })

  test('is used once by Enter pressed twice: whatever is fetched is the same capability', async () => {
    const { url, clock, capabilities, content } = await link()
    const { page } = await person()
    await page.goto(url)
    clock.advance(1500)
    await button(page).focus()
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    const saved = await saving
    await page.goto(url)
    await isUsed(page)
    expect(capabilities()).toBe(1)
    expect(readFileSync(await saved.path()).equals(content)).toBe(true)
  })

  test('whose button is pressed again after the capability has ended shows the refusal page', async () => {
    const { url, clock, posts, capabilities } = await link()
    const { page, downloads } = await person()
    await page.goto(url)
    await confirmed(page, clock)
    clock.advance(60_000)
    await button(page).press('Enter')
    await isUsed(page)
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual({
      downloads: 1,
      posts: 2,
      capabilities: 1,
    })
  })

  test('is confirmed with the keyboard alone', async () => {
    const { url, clock, content } = await link()
    const { page } = await person()
    await page.goto(await mailWith(url))
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await button(page).waitFor()
    clock.advance(1500)
    await page.keyboard.press('Tab')
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    expect(readFileSync(await (await saving).path()).equals(content)).toBe(true)
  })

  test('is confirmed at once where the browser says that a person pressed', async () => {
    const { url, posts, capabilities } = await link()
    const { page } = await person()
    await page.goto(url)
    const saving = page.waitForEvent('download')
    await button(page).click()
    await (await saving).path()
    expect({ posts: posts(), capabilities: capabilities() }).toEqual({ posts: 1, capabilities: 1 })
  })

  test('whose page is more than an hour old asks to press once more, and is not used by it', async () => {
    const { url, clock, posts, capabilities } = await link()
    const { page, downloads } = await person()
    await page.goto(url)
    clock.advance(3_600_001)
    await button(page).click()
    await page.getByText('Please press the button once more.').waitFor()
    expect({ posts: posts(), capabilities: capabilities() }).toEqual({ posts: 1, capabilities: 0 })
    await confirmed(page, clock)
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual({
      downloads: 1,
      posts: 2,
      capabilities: 1,
    })
  })

  test('asks once more when the browser has lost its cookie', async () => {
    const { url, clock, capabilities } = await link()
    const { page } = await person()
    await page.goto(url)
    await page.context().clearCookies()
    clock.advance(1500)
    await button(page).click()
    await page.getByText('allow this site to set cookies').waitFor()
    expect(capabilities()).toBe(0)
    await confirmed(page, clock)
    expect(capabilities()).toBe(1)
  })

  test('can be looked at by others as often as they like, and is still there', async () => {
    const { url, clock } = await link()
    for (const locale of ['de-DE', 'ja-JP']) {
      const { page } = await person({ locale })
      await page.goto(url)
      await page.reload()
    }
    const { page } = await person()
    await page.goto(url)
    await confirmed(page, clock)
  })

  test.each([
    ['en-GB', 'en', 'This link no longer works'],
    ['de-AT', 'de', 'Dieser Link funktioniert nicht mehr'],
    ['es-MX', 'es', 'Este enlace ya no funciona'],
    ['fr-CA', 'fr', 'Ce lien ne fonctionne plus'],
    ['ja-JP', 'ja', 'このリンクはもう使えません'],
    ['pt-BR', 'en', 'This link no longer works'],
  ])('tells another browser, set to %s, in its language that it was used', async (locale, language, title) => {
    const { url, clock } = await link()
    const { page } = await person()
    await page.goto(url)
    await confirmed(page, clock)
    const other = await person({ locale })
    const answer = await other.page.goto(url)
    await isUsed(other.page, title)
    expect(await other.page.title()).toBe(title)
    expect(await other.page.locator('html').getAttribute('lang')).toBe(language)
    expect(answer?.headers()['content-language']).toBe(language)
    expect(answer?.status()).toBe(403)
  })

  /** A person who reads, presses and gets the file. */
  async function confirmed(page: Page, clock: ReturnType<typeof manualClock>): Promise<void> {
    await button(page).waitFor()
    clock.advance(1500)
    const saving = page.waitForEvent('download')
    await button(page).click()
    await (await saving).path()
  }

  /** Clicks where the button is, with so many milliseconds between: what is there then gets them. */
  async function clicks(page: Page, pauses: readonly number[]): Promise<void> {
    const { x = 0, y = 0, width = 0, height = 0 } = (await button(page).boundingBox()) ?? {}
    await page.mouse.click(x + width / 2, y + height / 2)
    for (const ms of pauses) {
      await systemClock.pause(ms)
      await page.mouse.click(x + width / 2, y + height / 2)
    }
  }
})
