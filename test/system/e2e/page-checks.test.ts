import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { pageTexts } from '../../../console/page-files.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { malwareTestText } from '../../../shared/scan.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { missingChromium } from '../../support/browser/chromium.ts'
import { faultsIn } from '../../support/browser/faults.ts'
import { click, create, hello, rowOf, sendersPages } from '../../support/browser/senders-page.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

const texts = await pageTexts()
const hourMs = 3_600_000

/** What a browser says of a file that is being checked, and of one that is refused. */
const refusal = /status of 4(09|22)/

/** A clock for the emulator that an hour can be added to. */
function clockHere() {
  let passedMs = 0
  const now = () => (systemClock.now() + passedMs) as EpochMs
  return { ...systemClock, now, addHour: () => void (passedMs += hourMs) }
}

/** Counts the parts that a page uploads. */
function partsOf(page: Page) {
  const parts: string[] = []
  page.on('request', request => request.method() === 'PUT' && parts.push(request.url()))
  return parts
}

const bar = (page: Page) => page.getByRole('progressbar', { name: 'The file is being checked for malware.' })
const status = (page: Page) => page.getByRole('status').filter({ hasText: 'The file is being checked for malware.' })
const problem = (page: Page) => page.locator('#problem')

describe.skipIf(missingChromium)('the check of a file on the page for senders', () => {
  const { pageHere } = sendersPages()

  test('has a bar and says how long it takes, until the link is there; none is issued before', async () => {
    const { page, lines } = await pageHere({}, { scan: { afterMs: 4000 } }, { refusal })
    const issued = () => lines.some(({ outcome }) => outcome === 'issued')
    const creating = create(page, { recipients: 'Anna' })
    await status(page).waitFor()
    await page.getByText('This may take some minutes. You can close this page.').waitFor()
    expect(await bar(page).getAttribute('value')).toBeNull()
    await page.getByText('1 sec so far', { exact: true }).waitFor()
    await page.getByText('2 secs so far', { exact: true }).waitFor()
    expect(issued()).toBe(false)
    expect(await creating).toMatch(/\/d\//)
    expect([await status(page).count(), await bar(page).count(), issued()]).toEqual([0, 0, true])
  })

  test('makes all links of a list wait, and their creation then asks before the page is left', async () => {
    const clock = clockHere()
    const { page } = await pageHere({}, { clock, scan: { afterMs: hourMs } })
    const names = Array.from({ length: 101 }, (_, number) => `Person ${number}`)
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await page.getByLabel('For whom?').fill(names.join('\n'))
    await page.clock.install()
    await click(page, 'Create 101 links')
    await status(page).waitFor()
    clock.addHour()
    const held = Promise.withResolvers<void>()
    let batches = 0
    await page.route('**/links/batch', async route => {
      batches += 1
      if (batches > 1) await held.promise
      await route.continue()
    })
    await page.clock.fastForward(5000)
    await status(page).waitFor({ state: 'detached' })
    const question = page.waitForEvent('dialog')
    void page.reload().catch(() => undefined)
    await (await question).dismiss()
    held.resolve()
    await page.getByRole('heading', { name: 'Your 101 links' }).waitFor()
  })

  test.each([
    [
      'malware',
      { file: { ...hello, buffer: Buffer.from(malwareTestText()) }, text: /^Malware was found .* is no link to it\.$/ },
    ],
    ['a password', { file: hello, result: 'UNSUPPORTED', text: /^This file could not be checked: .* a password\.$/ }],
  ])('that finds %s makes no link, to one person or to several, and says why', async (_, { file, text, ...scan }) => {
    const { page, lines } = await pageHere({}, { scan: { afterMs: 0, ...scan } }, { refusal })
    const parts = partsOf(page)
    await page.getByLabel('Choose a file').setInputFiles(file)
    await click(page, 'Create the link')
    await problem(page).getByText(text).waitFor()
    // Nothing of the form is wrong.
    expect(await page.locator('[aria-invalid=true], details.more[open]').count()).toBe(0)
    await page.getByLabel('For whom?').fill('Anna\nBen')
    await click(page, 'Create 2 links')
    await expect.poll(() => page.locator('#problem span').allInnerTexts()).toEqual([expect.stringMatching(text)])
    expect([parts.length, lines.filter(({ outcome }) => outcome === 'issued')]).toEqual([1, []])
  })

  test('can be cancelled, or left without a question, and goes on with the same file, which is not sent again', async () => {
    const clock = clockHere()
    const { page, viewOf } = await pageHere({}, { clock, scan: { afterMs: hourMs } }, { refusal })
    const parts = partsOf(page)
    const file = join(temporaryFolder(), 'report.txt')
    writeFileSync(file, 'of May')
    await page.getByLabel('Choose a file').setInputFiles(file)
    await click(page, 'Create the link')
    await status(page).waitFor()
    await click(page, 'Cancel')
    await problem(page).getByText('Cancelled.').waitFor()
    expect(await status(page).count()).toBe(0)
    await click(page, 'Create the link')
    await status(page).waitFor()
    const asked: string[] = []
    page.on('dialog', question => void (asked.push(question.type()), question.dismiss()))
    await page.reload()
    await page.getByLabel('Choose a file').setInputFiles(file)
    await click(page, 'Create the link')
    await status(page).waitFor()
    clock.addHour()
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
    expect(await viewOf(await page.getByRole('textbox', { name: 'Link' }).inputValue())).toMatchObject({ size: 6 })
    expect([parts.length, asked]).toEqual([1, []])
  })

  test('is waited for half an hour; then the button goes on', async () => {
    const clock = clockHere()
    const { page } = await pageHere({}, { clock, scan: { afterMs: hourMs } }, { refusal })
    const parts = partsOf(page)
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await page.clock.install()
    await click(page, 'Create the link')
    await status(page).waitFor()
    await page.clock.fastForward(125_000)
    await page.getByText(/^2 mins \d+ secs? so far$/).waitFor()
    const text = 'The file is still being checked. It stays here: press the button again later.'
    await expect
      .poll(async () => (await page.clock.fastForward(60_000), problem(page).innerText()), { interval: 100 })
      .toBe(text)
    clock.addHour()
    await create(page, { file: null })
    expect(parts).toHaveLength(1)
  })

  test('is waited for by a replacement, too', async () => {
    const { page } = await pageHere({}, {}, { refusal })
    await create(page)
    const unchecked = { json: { reason: 'object-unchecked' }, contentType: 'application/problem+json' }
    const soon = { status: 409, headers: { 'retry-after': '2' } }
    await page.route('**/replace', route => route.fulfill({ ...unchecked, ...soon }), { times: 1 })
    await click(page, 'Sent')
    await rowOf(page, hello.name).click()
    await click(page, 'Replace…')
    await click(page, 'Replace it')
    await status(page).waitFor()
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
  })

  test.each(Object.entries(texts))('%s: is for everyone, with nothing cut', async (locale, { progress }) => {
    const viewport = { width: 390, height: 900 }
    const { page } = await pageHere({ locale, viewport }, { scan: { afterMs: Infinity } }, { refusal })
    await page.locator('[type=file]').first().setInputFiles(hello)
    await page.locator('.send > .primary').click()
    await page.getByRole('status').getByText(progress.leave).waitFor()
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      expect(await faultsIn(page), `at ${width}`).toEqual([])
    }
  })
})
