import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createClient, download, ProblemError } from '../../../client/client.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

/** Issues a link with a passphrase that the API makes, to a file and at an emulator of its own. */
async function link(fields: object = {}, deployment: object = {}) {
  const content = randomBytes(100_000)
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.bin'), content)
  const clock = manualClock(systemClock.now())
  const { api } = await emulatorHere({ bucket, clock, ...deployment })
  const client = createClient({ origin: api })
  const { id, url, passphrase = '' } = await client.issue({ key: 'report.bin', passphrase: true, ...fields })
  return { id, url, passphrase, content, clock, client, state: async () => client.show(id) }
}

test('the client opens a link with its passphrase, and a wrong one takes a try', async () => {
  const { url, passphrase, content, state } = await link()
  expect(passphrase).toMatch(/^\d{4}-\d{4}-\d{4}$/)
  await expect(download(url)).rejects.toMatchObject({ reason: 'passphrase-required' })
  const wrong = await download(url, { passphrase: 'ganz falsch – 合言葉' }).catch((error: unknown) => error)
  expect(wrong).toBeInstanceOf(ProblemError)
  expect(wrong).toMatchObject({ reason: 'wrong-passphrase', triesLeft: 4 })
  const { body } = await download(url, { passphrase: passphrase.replaceAll('-', ' ') })
  expect(Buffer.from(await new Response(body).arrayBuffer()).equals(content)).toBe(true)
  expect(await state()).toMatchObject({ state: 'used', passphrase: { tries: 2, maxTries: 5 } })
})

describe.skipIf(missingChromium)('a link with a passphrase, in a real browser without scripts', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  async function person(): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
    onTestFinished(() => context.close())
    return context.newPage()
  }

  const field = (page: Page) => page.getByLabel('Passphrase')
  const error = (page: Page) => page.locator('#error')

  test('asks, says what is wrong, and then downloads; again without the passphrase', async () => {
    const { url, passphrase, content, state } = await link()
    const page = await person()
    await page.goto(url)
    expect(await page.content()).not.toContain('report.bin')
    await field(page).fill('0000 0000 0000 0')
    await field(page).press('Enter')
    await error(page).getByText('Tries left: 4.').waitFor()
    expect(await field(page).inputValue()).toBe('')
    expect(await field(page).getAttribute('aria-describedby')).toBe('error')
    await field(page).fill(passphrase.replaceAll('-', ' '))
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Open the link' }).click()
    expect(readFileSync(await (await saving).path()).equals(content)).toBe(true)
    expect(await state()).toMatchObject({ state: 'used', passphrase: { tries: 2, maxTries: 5 } })
    const again = page.waitForEvent('download')
    await page.goto(url).catch(() => undefined) // the navigation becomes the download
    expect(readFileSync(await (await again).path()).equals(content)).toBe(true)
    expect(await state()).toMatchObject({ passphrase: { tries: 2 } })
    const other = await person()
    await other.goto(url)
    await other.getByRole('heading', { name: 'This link no longer works' }).waitFor()
  })

  test('locks after the last try', async () => {
    const { url, passphrase, state } = await link({ maxTries: 2 })
    const page = await person()
    await page.goto(url)
    for (const wrong of ['wrong one', 'wrong two']) {
      await field(page).fill(wrong)
      await field(page).press('Enter')
      await page.waitForLoadState()
    }
    await page.getByRole('heading', { name: 'This link is locked' }).waitFor()
    await page.goto(url)
    await page.getByRole('heading', { name: 'This link is locked' }).waitFor()
    await expect(download(url, { passphrase })).rejects.toMatchObject({ reason: 'locked' })
    expect(await state()).toMatchObject({ state: 'locked' })
  })

  test('plays a film: the player opens without the passphrase, also after a reload', async () => {
    const { url, passphrase, state } = await link({ media: true })
    const page = await person()
    await page.goto(url)
    await field(page).fill(passphrase)
    await field(page).press('Enter')
    await page.getByRole('heading', { name: 'Ready to play' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Ready to play' }).waitFor()
    expect(await state()).toMatchObject({ state: 'used', passphrase: { tries: 1 } })
  })
})
