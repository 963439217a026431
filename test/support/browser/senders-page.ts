import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { EmulatorOptions } from '../../../emulator/emulator.ts'
import { linkIdOf } from '../../../shared/link.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import { launchChromium, personIn } from './chromium.ts'
import { emulatorHere } from '../emulator/emulator.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { ask } from '../machine/http.ts'

/** What the browser says of a cut connection and of a stopped emulator: the page says it to people. */
const expected = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/

/** A file to send. */
export const hello = { name: 'hello.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }

/** A browser for the tests of a suite, and the page for senders in it. */
export function sendersPages() {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** Opens the page of a new emulator. At the end of the test, the browser may have complained of nothing unexpected. */
  async function pageHere(
    options: BrowserContextOptions = {},
    emulated: Partial<EmulatorOptions> = {},
    { refusal = /(?!)/ }: { readonly refusal?: RegExp } = {},
  ) {
    const lines: Readonly<Record<string, unknown>>[] = []
    const log = (line: object) => void lines.push({ ...line })
    const emulator = await emulatorHere({ bucket: temporaryFolder(), deliveryProof: true, log, ...emulated })
    const context = await personIn(browser, { permissions: ['clipboard-read', 'clipboard-write'], ...options })
    const messages: string[] = []
    onTestFinished(async () => {
      await context.close()
      expect(messages.filter(message => !expected.test(message) && !refusal.test(message))).toEqual([])
    })
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    page.on('console', message => messages.push(message.text()))
    page.on('pageerror', error => messages.push(String(error)))
    await page.goto(`${emulator.api}/`)
    const viewOf = async (url: string) =>
      JSON.parse((await ask(`${emulator.api}/links/${idOf(url)}`)).body) as Readonly<Record<string, string>>
    return { ...emulator, context, page, lines, viewOf }
  }

  return { pageHere, browserHere: () => browser }
}

/** Presses the button of this name. */
export const click = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** Fills in the form, with `hello.txt` unless a file is chosen already, presses the button, and returns the link. */
export async function create(
  page: Page,
  { file = hello, way, recipients }: { file?: typeof hello | null; way?: string; recipients?: string } = {},
): Promise<string> {
  if (file !== null) await page.getByLabel('Choose a file').setInputFiles(file)
  if (way !== undefined) await page.getByLabel(way).check()
  if (recipients !== undefined) await page.getByLabel('For whom?').fill(recipients)
  await page.getByRole('button', { name: /^Create / }).click()
  await page.getByRole('heading', { name: 'Your link' }).waitFor({ timeout: 1_200_000 })
  return page.getByRole('textbox', { name: 'Link' }).inputValue()
}

/** Returns what the clipboard has. */
export const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()')

/** Presses a button that copies, and returns what it copied. */
export async function copiedBy(page: Page, name: string): Promise<string> {
  await page.evaluate("navigator.clipboard.writeText('')")
  await click(page, name)
  await expect.poll(() => copied(page)).not.toBe('')
  return copied(page)
}

/** Finds links in the list of those that were sent. */
export const rowOf = (page: Page, text: string) => page.locator('.row-button', { hasText: text })

/** Returns the id of a link. */
export const idOf = (url: string) => linkIdOf(url.slice(-43) as Nonce)

/** Presses a key until the control with that text has the focus, then another on it. */
export async function press(page: Page, text: string, [way, key]: readonly [string, string]): Promise<void> {
  const focused = `document.activeElement.closest('label, button')?.textContent ?? ''`
  const reach = async () => (await page.keyboard.press(way), page.evaluate<string>(focused))
  await expect.poll(reach, { interval: 1, timeout: 30_000 }).toContain(text)
  await page.keyboard.press(key)
}
