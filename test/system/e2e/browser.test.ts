import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, missingChromium } from '../../support/chromium.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { issueAt } from '../../support/http.ts'
import { serveHere } from '../../support/serve.ts'

/** Serves a page of another site with the link, like a mail in a browser. */
async function pageWith(url: string): Promise<string> {
  const { origin } = await serveHere((_, response) => {
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>Mail</title><a href="${url}">Your file</a>`)
  })
  return `${origin}/`
}

describe.skipIf(missingChromium)('in a real browser', () => {
  let browser: Browser
  let context: BrowserContext
  beforeAll(async () => {
    browser = await launchChromium()
    context = await browser.newContext()
  })
  afterAll(() => browser.close())

  async function linkTo(content: Buffer, fields: object = {}) {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'report.bin'), content)
    const { api } = await emulatorHere({ bucket })
    return (await issueAt(api, { key: 'report.bin', ...fields })).url
  }

  test('a click saves the file, byte for byte; a second click shows the refusal page', async () => {
    const content = randomBytes(1_000_000)
    const page = await context.newPage()
    onTestFinished(() => page.close())
    await page.goto(await pageWith(await linkTo(content)))
    const saving = page.waitForEvent('download')
    await page.getByText('Your file').click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe('report.bin')
    expect(readFileSync(await saved.path()).equals(content)).toBe(true)
    await page.getByText('Your file').click()
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
    expect(await page.title()).toBe('This link no longer works')
  })

  test('the file is saved with the issuer’s file name, in any script', async () => {
    const page = await context.newPage()
    onTestFinished(() => page.close())
    await page.goto(await pageWith(await linkTo(Buffer.from('x'), { filename: 'Röntgenbild 日本 100%.txt' })))
    const saving = page.waitForEvent('download')
    await page.getByText('Your file').click()
    expect((await saving).suggestedFilename()).toBe('Röntgenbild 日本 100%.txt')
  })

  test('the refusal page does not violate its own content security policy', async () => {
    const page = await context.newPage()
    onTestFinished(() => page.close())
    const messages: string[] = []
    page.on('console', message => messages.push(message.text()))
    const url = await linkTo(Buffer.from('x'))
    await page.goto(url.slice(0, -1))
    expect(await page.getByRole('heading').innerText()).toBe('There is no such link')
    // The policy allows its style, by its hash.
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light dark')
    expect(messages.filter(text => text.includes('Content Security Policy'))).toEqual([])
  })
})
