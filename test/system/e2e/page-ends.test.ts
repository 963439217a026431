import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { missingChromium } from '../../support/browser/chromium.ts'
import { click, create, hello, rowOf, sendersPages } from '../../support/browser/senders-page.ts'

/** Makes the page's server say that its deployment has reminders and ends of files, which the emulator has not. */
async function withSettings(page: Page): Promise<void> {
  await page.route('**/console/setup', async route => {
    const response = await route.fetch()
    const json = { ...((await response.json()) as object), withSetting: ['remindAt', 'deleteFile'] }
    await route.fulfill({ response, json })
  })
  await page.reload()
}

describe.skipIf(missingChromium)('the end of a link on the page for senders', () => {
  const { pageHere } = sendersPages()

  test('is offered where the deployment has it: a reminder for mails, and for the others among the options', async () => {
    const { page } = await pageHere()
    await page.getByLabel('For whom?').waitFor()
    expect(await page.getByLabel(/^Remind me|^Delete the file/).count()).toBe(0)
    await withSettings(page)
    const reminder = page.getByLabel(/^Remind me/)
    await reminder.waitFor()
    expect(await page.getByLabel(/^Delete the file .* it can’t be brought back$/).isChecked()).toBe(false)
    await page.getByLabel('Chat').check()
    expect(await reminder.isVisible()).toBe(false)
    await page.getByText('Options', { exact: true }).click()
    expect(await reminder.isVisible()).toBe(true)
  })

  test('is asked of the API, whose refusal the page says in its own words', async () => {
    const { page } = await pageHere()
    await withSettings(page)
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await page.getByLabel(/^Remind me/).selectOption('a day before its end')
    await page.getByLabel(/^Delete the file/).check()
    await click(page, 'Create the link')
    await page.getByText('There are no reminders here. Leave it out.').waitFor()
    await page.getByText('Files are not deleted with links here. Leave that out.').waitFor()
  })

  test('shows which links were not opened by the time of their reminder, with their replacement', async () => {
    const { page } = await pageHere()
    await page.route(/\/links\?/, async route => {
      const response = await route.fetch()
      const { links, ...rest } = (await response.json()) as { links: object[] }
      const remindAt = '2026-11-24T12:00:00Z'
      await route.fulfill({ response, json: { links: links.map(link => ({ ...link, remindAt })), ...rest } })
    })
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await create(page, { file: null })
    await click(page, 'Sent')
    const row = rowOf(page, hello.name)
    await row.getByText('Reminder: not opened yet').waitFor()
    await row.click()
    await page.getByRole('button', { name: 'Replace…' }).waitFor()
  })
})
