import { exec } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, BrowserContextOptions, Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../shared/aws/process.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { issueAt } from '../../support/machine/http.ts'
import { serveHere } from '../../support/machine/serve.ts'

/** One download, one form posted and one capability. */
const oneOfEach = { downloads: 1, posts: 1, capabilities: 1 }

/** Returns all requests to the server at `origin`, in this process, so far, as `METHOD /path`. */
function requestsAt(origin: string): () => readonly string[] {
  const seen: string[] = []
  function note(message: unknown): void {
    const { request } = message as { request: IncomingMessage }
    if (request.socket.localPort === Number(new URL(origin).port)) seen.push(`${request.method} ${request.url}`)
  }
  // Node.js publishes this when a server gets a request ("Diagnostics Channel").
  subscribe('http.server.request.start', note)
  onTestFinished(() => void unsubscribe('http.server.request.start', note))
  return () => seen
}

/** Serves a page with the link, like a mail in a browser. */
async function mailWith(url: string): Promise<string> {
  const { origin } = await serveHere((_, response) => {
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>Mail</title><a href="${url}">Your file</a>`)
  })
  return `${origin}/`
}

describe.skipIf(missingChromium)('a link that requires a confirmation, in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** Issues a link to a file, on a clock that the test moves, and counts the requests to its edge. */
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
      /** Number of different capabilities in requests; the same policy signed again is the same capability. */
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
  const waitForRefusal = (page: Page, title = 'This link no longer works') =>
    page.getByRole('heading', { name: title }).waitFor()

  test('a direct one: a click saves the file, byte for byte, and a second click shows the refusal page', async () => {
    const { url, content } = await link({ confirm: false })
    const { page } = await person()
    await page.goto(await mailWith(url))
    const saving = page.waitForEvent('download')
    await page.getByText('Your file').click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe('report.bin')
    expect(readFileSync(await saved.path()).equals(content)).toBe(true)
    await page.getByText('Your file').click()
    await waitForRefusal(page)
  })

  test('can be confirmed without scripts: the file is saved, byte for byte, with the issuer’s file name', async () => {
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
    // A browser asks whether to send the form again; it gets the same capability.
    ['reloading', 2, (page: Page) => page.reload()],
    ['opening the link again', 1, (page: Page, url: string) => page.goto(url)],
    ['going back', 1, (page: Page) => page.goBack()],
  ])(
    'is downloaded again on %s by the browser that confirmed, until its one capability ends',
    async (_, sent, again) => {
      const { url, clock, posts, capabilities } = await link()
      const { page, downloads } = await person()
      await page.goto(await mailWith(url))
      await page.getByText('Your file').click()
      await confirm(page, clock)
      const saving = page.waitForEvent('download')
      await again(page, url)
      await page.getByRole('heading', { name: 'Your download has started' }).waitFor()
      await (await saving).path()
      clock.advance(60_000)
      await page.goto(url)
      await waitForRefusal(page)
      expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual({
        posts: sent,
        downloads: 2,
        capabilities: 1,
      })
    },
  )

  test('is refused after its end on going back and forward, in a browser with a back/forward cache', async () => {
    const keeping = await launchChromium({ keepsPages: true })
    onTestFinished(() => keeping.close())
    const { url, clock, posts, capabilities } = await link()
    const { page, downloads } = await person({}, keeping)
    await page.goto(await mailWith(url))
    await page.getByText('Your file').click()
    await confirm(page, clock)
    clock.advance(60_000)
    await page.goBack({ waitUntil: 'commit' })
    await waitForRefusal(page)
    // The browser asks before it sends the form again.
    await expect(page.goForward({ waitUntil: 'commit' })).rejects.toThrow('ERR_CACHE_MISS')
    const again = await page.context().newPage()
    await again.goto(url)
    await waitForRefusal(again)
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual(oneOfEach)
  })

  test.each([
    ['a double click', (page: Page) => button(page).dblclick()],
    ['five impatient clicks', (page: Page) => clicks(page, [80, 120, 200, 300])],
  ])('is confirmed once and downloaded once by %s', async (_, press) => {
    const { url, clock, posts, capabilities } = await link()
    const { page, downloads } = await person()
    await page.goto(url)
    clock.advance(1500)
    const saving = page.waitForEvent('download')
    await press(page)
    await (await saving).path()
    clock.advance(60_000)
    // This request comes after all requests of the clicks.
    await page.goto(url)
    await waitForRefusal(page)
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual(oneOfEach)
  })

  test('is used once by pressing Enter twice, and all requests use the same capability', async () => {
    const { url, clock, capabilities, content } = await link()
    const { page } = await person()
    await page.goto(url)
    clock.advance(1500)
    await button(page).focus()
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    const saved = await saving
    clock.advance(60_000)
    await page.goto(url)
    await waitForRefusal(page)
    expect(capabilities()).toBe(1)
    expect(readFileSync(await saved.path()).equals(content)).toBe(true)
  })

  test('leaves a page that says what was downloaded, and starts the download again while that is possible', async () => {
    const { url, clock, content, posts, capabilities } = await link({ sender: 'Dr. Weber' })
    const { page, downloads } = await person()
    await page.goto(url)
    await page.getByText('From: Dr. Weber').waitFor()
    await confirm(page, clock)
    await page.getByRole('heading', { name: 'Your download has started' }).waitFor()
    await page.getByText('report.bin, 1 MB').waitFor()
    const saving = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Start it again' }).click({ timeout: 10_000 })
    expect(readFileSync(await (await saving).path()).equals(content)).toBe(true)
    await page.getByRole('heading', { name: 'Your download has started' }).waitFor()
    expect({ downloads: downloads.length, posts: posts(), capabilities: capabilities() }).toEqual({
      ...oneOfEach,
      downloads: 2,
    })
  })

  test('asks to press again if the browser has lost its cookie', async () => {
    const { url, clock, capabilities } = await link()
    const { page } = await person()
    await page.goto(url)
    await page.context().clearCookies()
    clock.advance(1500)
    await button(page).click()
    await page.getByText('allow this site to set cookies').waitFor()
    expect(capabilities()).toBe(0)
    await confirm(page, clock)
    expect(capabilities()).toBe(1)
  })

  test('shows another browser in its language that the link was used', async () => {
    const title = 'このリンクはもう使えません'
    const { url, clock } = await link()
    const { page } = await person()
    await page.goto(url)
    await confirm(page, clock)
    const other = await person({ locale: 'ja-JP' })
    const response = await other.page.goto(url)
    await waitForRefusal(other.page, title)
    expect(await other.page.title()).toBe(title)
    expect(await other.page.locator('html').getAttribute('lang')).toBe('ja')
    expect(response?.headers()['content-language']).toBe('ja')
    expect(response?.status()).toBe(403)
  })

  /** Reads the page, presses the button and saves the file. */
  async function confirm(page: Page, clock: ReturnType<typeof manualClock>): Promise<void> {
    await button(page).waitFor()
    clock.advance(1500)
    const saving = page.waitForEvent('download')
    await button(page).click()
    await (await saving).path()
  }

  /** Clicks at the button's place, with pauses in milliseconds. Whatever is there by then gets the clicks. */
  async function clicks(page: Page, pauses: readonly number[]): Promise<void> {
    const { x = 0, y = 0, width = 0, height = 0 } = (await button(page).boundingBox()) ?? {}
    await page.mouse.click(x + width / 2, y + height / 2)
    for (const ms of pauses) {
      await systemClock.pause(ms)
      await page.mouse.click(x + width / 2, y + height / 2)
    }
  }
})

test('the refusal of a link that was not confirmed has the options by which curl gets the file', async () => {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  const { api } = await emulatorHere({ bucket })
  const { url } = await issueAt(api, { key: 'report.txt', confirm: true, receipt: true, bind: 'client' })
  const curl = async (options: string) => promisify(exec)(`curl -s ${options} ${url}`)
  const { detail } = JSON.parse((await curl('-L')).stdout) as { detail: string }
  const [, options = ''] = /: curl (.*')\. /.exec(detail) ?? []
  expect((await curl(options.replace('…', 'any'))).stdout).toBe('what it says')
})
