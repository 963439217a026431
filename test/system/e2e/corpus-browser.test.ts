import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { headersOf } from '../../corpus/corpus.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'
import { serveHere } from '../../support/machine/serve.ts'

const sending = 'document.forms[0].submit()'
const pressing = 'document.querySelector("form button").click()'

describe.skipIf(missingChromium !== undefined)('in a real Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  async function pageOf(context: BrowserContext): Promise<Page> {
    onTestFinished(() => context.close())
    return context.newPage()
  }

  /** Issues a link that requires a confirmation, unless `fields` say otherwise. `view` is the issuer's view of it, with counts. */
  async function issued(fields: object = { confirm: true }) {
    const clock = manualClock()
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'f'), 'the file')
    const { api } = await emulatorHere({ bucket, clock })
    const { id, url } = await issueAt(api, { key: 'f', ...fields })
    const view = async () => JSON.parse((await ask(`${api}/links/${id}`)).body) as { state: string; unredeemed: object }
    return { url, clock, view }
  }

  /** Runs a script in the page without a user gesture, unlike Playwright's own `evaluate`. */
  async function runUnasked(page: Page, expression: string): Promise<void> {
    const session = await page.context().newCDPSession(page)
    const responding = page.waitForResponse(response => response.request().method() === 'POST')
    await session.send('Runtime.evaluate', { expression, userGesture: false })
    await (await responding).finished()
  }

  test.each([
    ['sends the form', sending],
    ['presses the button', pressing],
  ])('a script that %s does not use the link; a person’s click then does', async (_, script) => {
    const { url, clock, view } = await issued()
    const page = await pageOf(await browser.newContext())
    await page.goto(url)
    clock.advance(3000)
    await runUnasked(page, script)
    expect(await view()).toMatchObject({ state: 'live', unredeemed: { unconfirmed: 2, automated: 0 } })
    clock.advance(3000)
    const saving = page.waitForEvent('download')
    await page.locator('form button').click()
    await saving
    expect(await view()).toMatchObject({ state: 'used' })
  })

  test('a page of another origin can’t use a link by a script that could not read it; a person’s click there does', async () => {
    const { url, view } = await issued({ receipt: true })
    const { origin } = await serveHere((_, response) => {
      const html = `<!doctype html><a href="${url}">File</a><iframe sandbox="allow-scripts" srcdoc="<script>fetch('${url}').catch(() => 0)</script>"></iframe>`
      response.setHeader('content-type', 'text/html').end(html)
    })
    const page = await pageOf(await browser.newContext())
    await page.goto(origin)
    await expect.poll(view).toMatchObject({ unredeemed: { automated: 1 } })
    for (const init of ['{}', '{ method: "POST", credentials: "include" }', '{ headers: { accept: "text/html" } }'])
      await expect(page.evaluate(`fetch('${url}', ${init})`)).rejects.toThrow('Failed to fetch')
    await expect(page.evaluate(`import('${url}')`)).rejects.toThrow('Failed to fetch')
    expect(await view()).toMatchObject({ state: 'live', unredeemed: { automated: 5 } })
    const saving = page.waitForEvent('download')
    await page.locator('a').click()
    await saving
    expect(await view()).toMatchObject({ state: 'used' })
  })

  test('the corpus has the headers that Chromium sends, with a person’s form and with a script’s', async () => {
    const seen: Record<string, unknown>[] = []
    const { origin } = await serveHere(({ method, headers }, response) => {
      if (method === 'POST') seen.push(headers)
      response.setHeader('content-type', 'text/html').setHeader('referrer-policy', 'no-referrer')
      response.end('<!doctype html><form method="post" action="?confirm=x"><button>Go</button></form>')
    })
    const page = await pageOf(await browser.newContext())
    await page.goto(origin)
    await page.locator('form button').click()
    // While a page unloads, it sends no other form.
    await page.waitForURL(/confirm=x$/)
    await runUnasked(page, sending)
    const relevant = (headers: object) =>
      Object.fromEntries(
        Object.entries(headers)
          .map(([name, value]) => [name.toLowerCase(), value] as const)
          .filter(([name]) => /^(sec-fetch-.*|origin|content-type|upgrade-insecure-requests)$/.test(name)),
      )
    expect(seen.map(relevant)).toEqual([
      relevant(headersOf({ as: 'chrome sends a form' })),
      relevant(headersOf({ as: 'chrome is made to send a form' })),
    ])
    expect(seen.map(headers => 'sec-ch-ua' in headers)).toEqual([true, true])
  })
})
