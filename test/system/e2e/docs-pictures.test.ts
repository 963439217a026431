import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, personIn } from '../../support/chromium.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { brand, everyPage, pagesOf } from '../../support/every-page.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { serveHere } from '../../support/serve.ts'

const pathOf = (name: string) => join(import.meta.dirname, `../../../docs/pictures/${name}.png`)

/** A page of the documentation, and how a browser shows it. */
interface Picture extends BrowserContextOptions {
  readonly name: string
  readonly kind: string
  readonly language: string
}
const desk = { viewport: { width: 720, height: 480 }, deviceScaleFactor: 1.5 }
const phone = { viewport: { width: 390, height: 640 }, deviceScaleFactor: 1.5 }
const pictures: readonly Picture[] = [
  { name: 'page-confirmation', kind: 'confirmation-words', language: 'en', ...desk },
  { name: 'page-confirmation-ja', kind: 'confirmation-words', language: 'ja', ...phone, colorScheme: 'dark' },
  { name: 'page-download', kind: 'download', language: 'en', ...desk },
  { name: 'page-refusal-de', kind: 'spent', language: 'de', ...desk },
]

/** Renews the pictures of the documentation: `PICTURES=docs`. Their font is the machine's. */
describe.skipIf(process.env['PICTURES'] !== 'docs')('the documentation has pictures', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  test.each(pictures)('$name', async ({ name, kind, language, ...options }) => {
    const { html, policy } = everyPage[kind]?.(language, pagesOf(brand)) ?? {}
    const { origin } = await serveHere((_, response) => {
      response.setHeader('content-security-policy', policy ?? '').setHeader('content-type', 'text/html; charset=utf-8')
      response.end(html)
    })
    const page = await browser.newPage(options)
    onTestFinished(() => page.close())
    await page.goto(origin)
    await page.screenshot({ path: pathOf(name), fullPage: true })
  })

  test.each([
    ['console-light', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
    ['console-dark', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } }],
    ['console-360', { colorScheme: 'light', viewport: { width: 360, height: 800 } }],
  ] as const)('%s', async (name, options) => {
    const emulator = await emulatorHere({ bucket: temporaryFolder() })
    const context = await personIn(browser, options)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(`${emulator.api}/`)
    await page.locator('#console').waitFor()
    const file = { name: 'Röntgenbild № 7.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(1_200_000) }
    await page.getByLabel('Choose a file').setInputFiles(file)
    await page.getByLabel('Require confirmation').check()
    await page.getByRole('button', { name: 'Get a link' }).click()
    await page.getByRole('heading', { name: file.name }).waitFor()
    const { pathname } = new URL(await page.getByLabel('The link, shown once').inputValue())
    const [home = '', second = '', third = ''] = Object.values(emulator.edges)
    await ask(second + pathname, { method: 'HEAD' })
    await ask(home + pathname, { headers: { 'user-agent': 'Slackbot 1.0' } })
    await ask(third + pathname, { headers: { accept: 'text/html' } })
    await page.getByLabel('or have').fill('50')
    await page.getByRole('button', { name: 'Race' }).click()
    await page.getByRole('heading', { name: /^One of 50 won/ }).waitFor()
    await page
      .locator('#rows')
      .getByText(/\d+ refused/)
      .first()
      .waitFor()
    await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)')
    await page.screenshot({ path: pathOf(name), fullPage: true })
    expect(await page.locator('.wait').count()).toBe(50)
  })
})
