import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { personIn } from '../support/chromium.ts'
import { emulatorHere } from '../support/emulator.ts'
import { temporaryFolder } from '../support/folder.ts'
import { issueAt } from '../support/http.ts'
import { serveHere } from '../support/serve.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = places.find(place => existsSync(place))
if (executablePath === undefined)
  console.warn(`\nSKIPPED: the browser suite, because there is no Chromium at ${places.join(', ')}\n`)

/** A page of somebody else's with the link on it, as a mail in a browser would be. */
async function pageWith(url: string): Promise<string> {
  const { origin } = await serveHere((_, response) => {
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>Mail</title><a href="${url}">Your file</a>`)
  })
  return `${origin}/`
}

describe.skipIf(executablePath === undefined)(`in a real browser${executablePath ? '' : ': no Chromium found'}`, () => {
  let browser: Browser
  let person: BrowserContext
  beforeAll(async () => {
    const quiet = [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ]
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', ...quiet],
    })
    person = await personIn(browser)
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
    const page = await person.newPage()
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

  test('the file is saved under the name the issuer gave, whatever letters are in it', async () => {
    const page = await person.newPage()
    onTestFinished(() => page.close())
    await page.goto(await pageWith(await linkTo(Buffer.from('x'), { filename: 'Röntgenbild 日本 100%.txt' })))
    const saving = page.waitForEvent('download')
    await page.getByText('Your file').click()
    expect((await saving).suggestedFilename()).toBe('Röntgenbild 日本 100%.txt')
  })

  test('the refusal page breaks none of its own rules', async () => {
    const page = await person.newPage()
    onTestFinished(() => page.close())
    const complaints: string[] = []
    page.on('console', message => complaints.push(message.text()))
    const url = await linkTo(Buffer.from('x'))
    await page.goto(url.slice(0, -1))
    expect(await page.getByRole('heading').innerText()).toBe('There is no such link')
    expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).toBe(`${32 * 16}px`)
    expect(complaints.filter(text => text.includes('Content Security Policy'))).toEqual([])
  })
})
