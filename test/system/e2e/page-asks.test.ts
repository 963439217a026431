import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pageTexts } from '../../../console/page-files.ts'
import { missingChromium, personIn } from '../../support/browser/chromium.ts'
import { faultsIn } from '../../support/browser/faults.ts'
import { click, copied, press, rowOf, sendersPages } from '../../support/browser/senders-page.ts'

const texts = await pageTexts()
const file = { name: 'Befund ü.bin', mimeType: 'application/octet-stream', buffer: randomBytes(100_000) }

/** Presses Tab until the control of this id has the focus, then types. */
async function type(page: Page, id: string, text: string): Promise<void> {
  const reach = async () => (await page.keyboard.press('Tab'), page.evaluate('document.activeElement.id'))
  await expect.poll(reach, { interval: 1, timeout: 30_000 }).toBe(id)
  await page.keyboard.type(text)
}

describe.skipIf(missingChromium)('asking for a file on the page for senders', () => {
  const { pageHere, browserHere } = sendersPages()

  /** Opens a link as its recipient, and presses its button. */
  async function recipientOf(url: string): Promise<Page> {
    const page = await (await personIn(browserHere())).newPage()
    onTestFinished(() => page.context().close())
    await page.goto(url)
    await page.locator('form button').click()
    await page.waitForURL('**/upload.html')
    return page
  }

  test.each([
    [390, 844],
    [1440, 900],
  ])(
    'at %i pixels, by keyboard alone: the file that a recipient sends is shown as received, and a link for oneself has its bytes',
    async (width, height) => {
      const { page, context, viewOf } = await pageHere({ viewport: { width, height } })
      const check = async (state: string) => expect(await faultsIn(page), state).toEqual([])
      await press(page, 'Send a file', ['Tab', 'ArrowRight'])
      expect(await page.getByRole('radio', { name: 'Ask for a file' }).isChecked()).toBe(true)
      await check('the form')
      await type(page, 'types', 'pictures')
      await type(page, 'types', 'any')
      await type(page, 'reference', 'Anna')
      await press(page, 'Create the link', ['Tab', 'Enter'])
      await page.getByRole('heading', { name: 'Your link' }).waitFor()
      expect(await page.locator('.created').innerText()).toMatch(/A file from Anna\s+It works once, until /)
      await check('the link')
      await press(page, 'Copy', ['Tab', 'Space'])
      const url = await copied(page)
      expect(await viewOf(url)).toMatchObject({ state: 'live', upload: { maxBytes: 100_000_000 }, reference: 'Anna' })
      await press(page, 'Sent', ['Shift+Tab', 'Enter'])
      await rowOf(page, 'A file from Anna')
        .getByText(/^asked for, not opened yet; ends /)
        .waitFor()
      await press(page, 'A file', ['Tab', 'Enter'])
      await page.getByText('One file, 100 MB at most.', { exact: true }).waitFor()
      const recipient = await recipientOf(url)
      const row = page.locator('.row-button')
      await row.getByText(/^opened today at \d\d:\d\d, no file yet; it can be sent until /).waitFor()
      await press(page, 'Revoke…', ['Tab', 'Enter'])
      await page.getByText('Then no file can be sent with it.').waitFor()
      await check('a question')
      await page.keyboard.press('Escape')
      await recipient.getByLabel('File').setInputFiles(file)
      await click(recipient, 'Send')
      await recipient.getByRole('heading', { name: 'Your file has arrived' }).waitFor()
      await row.getByText(/^received today at \d\d:\d\d, 100 kB$/).waitFor()
      expect(await row.locator('.name').innerText()).toMatch(/^Befund ü\.bin\s+from Anna$/)
      expect(await page.locator('.rows .card button').allInnerTexts()).toEqual(['Get the file'])
      await check('what was received')
      await press(page, 'Get the file', ['Tab', 'Enter'])
      await page.getByRole('heading', { name: 'Your link' }).waitFor()
      await check('the link for oneself')
      const opening = context.waitForEvent('page')
      const open = page.getByRole('link', { name: 'Open it' })
      await expect.poll(async () => (await page.keyboard.press('Tab'), open.evaluate(isFocused))).toBe(true)
      await page.keyboard.press('Enter')
      const opened = await opening
      const downloading = opened.waitForEvent('download')
      await click(opened, 'Download the file')
      const download = await downloading
      expect(download.suggestedFilename()).toBe(file.name)
      expect(readFileSync(await download.path()).equals(file.buffer)).toBe(true)
    },
    120_000,
  )

  test('a list is asked at once; the mail asks, and options of files that exist are not there', async () => {
    const { page, viewOf } = await pageHere()
    await page.getByLabel('Choose a file').setInputFiles(file)
    await page.getByText('Options', { exact: true }).click()
    await page.getByLabel('File name').fill('not-sent.txt')
    await page.getByLabel('Ask for a file').check()
    const ofFiles = /^(Object key|Require confirmation|Keep a receipt|Uses|For a player|Seconds of|Bound to|File name)/
    expect(await page.getByLabel(ofFiles).count()).toBe(0)
    await page.getByLabel('Largest size').selectOption('5 GB')
    await page.getByLabel('Kind of file').selectOption('PDF or pictures')
    await page.getByLabel('Passphrase').selectOption('yes, make one')
    await page.getByLabel('Whom do you ask?').fill('Anna\nBen <ben@example.com>')
    await click(page, 'Create 2 links')
    await page.getByRole('heading', { name: 'Your 2 links' }).waitFor()
    const mail = new URL((await page.getByRole('link', { name: 'Mail to Ben' }).getAttribute('href')) ?? '')
    expect(mail.searchParams.get('subject')).toBe('Please send me a file')
    const [greeting, leads] = mail.searchParams.get('body')?.split('\r\n\r\n') ?? []
    const [takes, url = ''] = leads?.split('\r\n') ?? []
    expect([greeting, takes]).toEqual(['Hello Ben,', 'with this link you can send me a file:'])
    const upload = { prefix: '', maxBytes: 5_000_000_000, types: ['application/pdf', 'image/*'] }
    expect(await viewOf(url)).toMatchObject({ upload, urlSeconds: 14_400, passphrase: { tries: 0 } })
    await click(page, 'Ask for another')
    await click(page, 'Sent')
    await rowOf(page, 'from Anna').click()
    await page.getByText('One file, 5 GB at most. Allowed: PDF or pictures.').waitFor()
    await click(page, 'Replace…')
    await page.getByText(/^Then no file can be sent with it, and you get another link that asks for one/).waitFor()
    await click(page, 'Replace it')
    const another = await page.getByRole('textbox', { name: 'Link' }).inputValue()
    expect(await page.locator('.created').innerText()).toMatch(/A file from Anna/)
    expect(await viewOf(another)).toMatchObject({ upload })
  })

  test('what the API refuses is said, and the page of a deployment that takes no files does not offer to ask', async () => {
    const { page } = await pageHere({}, {}, { refusal: /status of 400/ })
    await page.getByLabel('Ask for a file').check()
    const errors = [{ field: 'upload.maxBytes', got: '100000000', allowed: 'at most 20000000, the limit' }]
    const problem = { status: 400, reason: 'invalid-fields', title: '', detail: '', requestId: '1', errors }
    const refused = { status: 400, json: problem, contentType: 'application/problem+json' }
    await page.route('**/links', route => route.fulfill(refused), { times: 1 })
    await click(page, 'Create the link')
    await page.getByText('20 MB is the most here. Choose a smaller size.').waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('maxBytes')
    expect(await page.locator('details.more[open]').count()).toBe(0)
    await page.route('**/console/setup', async route => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...((await response.json()) as object), withSetting: [] } })
    })
    await page.reload()
    await page.getByText('Choose a file').waitFor()
    expect(await page.getByLabel('Ask for a file').count()).toBe(0)
  })

  test.each(Object.entries(texts))(
    '%s: the form and the list are for everyone, with nothing cut',
    async (locale, t) => {
      const { page } = await pageHere({ locale, viewport: { width: 390, height: 900 } })
      const check = async (state: string) => {
        for (const width of [390, 1440]) {
          await page.setViewportSize({ width, height: 900 })
          expect(await faultsIn(page), `${state} at ${width}`).toEqual([])
        }
      }
      await page.getByLabel(t.form.purpose.ask).check()
      await check('form')
      await page.locator('#reference').fill('Anna')
      await page.locator('.send > .primary').click()
      await page.getByText(t.created.nextAsked).waitFor()
      const recipient = await recipientOf(await page.locator('.copied input').first().inputValue())
      await recipient.locator('#file').setInputFiles(file)
      await recipient.locator('.primary').click()
      await recipient.locator('h2').waitFor()
      await click(page, t.tabs.sent)
      await rowOf(page, file.name).click()
      await page.getByRole('button', { name: t.actions.fetch }).waitFor()
      await check('received')
    },
  )
})

const isFocused = (element: { readonly ownerDocument: { readonly activeElement: unknown } }) =>
  element.ownerDocument.activeElement === element
