import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, personIn } from '../../support/chromium.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { brand, everyPage, pagesOf } from '../../support/every-page.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { serveHere } from '../../support/serve.ts'

const pathOf = (name: string) => join(import.meta.dirname, `../../../docs/pictures/${name}.png`)

/** The picture of a page: the confirmation with words of the sender. */
const desk = { viewport: { width: 720, height: 480 }, deviceScaleFactor: 1.5 }

/** Renews the pictures of the documentation: `PICTURES=docs`. Their font is the machine's. */
describe.skipIf(process.env['PICTURES'] !== 'docs')('the documentation has pictures', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  test('page-confirmation', async () => {
    const { html, policy } = everyPage['confirmation-words']?.('en', pagesOf(brand)) ?? {}
    const { origin } = await serveHere((_, response) => {
      response.setHeader('content-security-policy', policy ?? '').setHeader('content-type', 'text/html; charset=utf-8')
      response.end(html)
    })
    const page = await browser.newPage(desk)
    onTestFinished(() => page.close())
    await page.goto(origin)
    await page.screenshot({ path: pathOf('page-confirmation'), fullPage: true })
  })

  test('console-light', async () => {
    const emulator = await emulatorHere({ bucket: temporaryFolder() })
    const context = await personIn(browser, { colorScheme: 'light', viewport: { width: 1440, height: 900 } })
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
    await page.screenshot({ path: pathOf('console-light'), fullPage: true })
    expect(await page.locator('.wait').count()).toBe(50)
  })
})
