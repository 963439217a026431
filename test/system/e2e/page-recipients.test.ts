import jsQr from 'jsqr'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { missingChromium, personIn } from '../../support/browser/chromium.ts'
import { click, copiedBy, create, hello, press, rowOf, sendersPages } from '../../support/browser/senders-page.ts'

describe.skipIf(missingChromium)('recipients on the page for senders', () => {
  const { pageHere, browserHere } = sendersPages()

  test('a link for several clients says how many have opened it, and shows each', async () => {
    const { page } = await pageHere()
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await page.getByText('Options', { exact: true }).click()
    await page.getByLabel(/^Uses/).fill('2')
    const url = await create(page, { file: null })
    const mail = (await page.getByRole('link', { name: 'Write the mail' }).getAttribute('href')) ?? ''
    for (const text of [await page.locator('.created').innerText(), decodeURIComponent(mail)])
      expect(text).toMatch(/It works once on each of 2 devices, until /)
    await click(page, 'Sent')
    const row = rowOf(page, hello.name)
    await row.click()
    for (const count of [1, 2]) {
      const recipient = await (await personIn(browserHere())).newPage()
      onTestFinished(() => recipient.context().close())
      await recipient.goto(url)
      const downloading = recipient.waitForEvent('download')
      await click(recipient, 'Download the file')
      expect(readFileSync(await (await downloading).path(), 'utf8')).toBe('hello')
      await row.getByText(count === 1 ? /^opened by 1 of 2; ends / : /^opened by 2 of 2$/).waitFor()
      await expect.poll(() => page.getByText(/, with Chrome, from 127/).count()).toBe(count)
    }
  })

  test.each([
    [390, 844],
    [1440, 900],
  ])(
    'at %i pixels, a pasted list of 200 names becomes 200 links to copy and to find by name',
    async (width, height) => {
      const { page } = await pageHere({ viewport: { width, height } })
      const names = Array.from({ length: 200 }, (_, number) => `Person ${number + 1}`)
      await page.getByLabel('Choose a file').setInputFiles({ ...hello, name: `${'long_'.repeat(15)}.txt` })
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(`\r\n${names.join('\r\n')}\r\n\r\n`)})`)
      await page.getByLabel('For whom?').focus()
      await page.keyboard.press('Control+V')
      await click(page, 'Create 200 links')
      const first = [page.getByRole('heading', { name: 'Your 200 links' }), page.getByText('shown only now')]
      for (const shown of [...first, page.getByRole('button', { name: 'Copy all' })]) {
        const box = (await shown.boundingBox()) ?? { x: 0, y: -1, width: 0, height: 0 }
        expect([box.y >= 0, box.y + box.height <= height, box.x + box.width <= width]).toEqual([true, true, true])
      }
      const lines = (await copiedBy(page, 'Copy all')).split('\n').map(line => line.split('\t'))
      expect(lines.map(([name]) => name)).toEqual(names)
      expect(new Set(lines.map(([, url]) => url)).size).toBe(200)
      await click(page, 'Sent')
      await rowOf(page, 'Person').first().waitFor()
      expect((await page.getByLabel('Search').boundingBox())?.y).toBeLessThan(300)
      const rows = await page.locator('.row-button .name').allInnerTexts()
      expect(rows.map(row => row.replace(/^(long_){15}\.txt\s*for /, ''))).toEqual(names)
      for (const name of ['Person 1', 'Person 200']) {
        await page.getByLabel('Search').fill(name)
        await page.keyboard.press('Enter')
        await page.getByText(`for ${name}`, { exact: true }).waitFor()
      }
    },
  )

  test('a list makes links for the names that are allowed, and the page says why not for the others', async () => {
    const { page, viewOf } = await pageHere()
    await page.getByLabel('Choose a file').setInputFiles({ ...hello, buffer: Buffer.alloc(0) })
    await page.getByLabel('For whom?').fill(`${'x'.repeat(300)}\nBen\n\u202eAnna`)
    await page.getByRole('button', { name: 'Create' }).dblclick()
    await page.getByText(/^No link for x{60}: A name has up to 200 characters/).waitFor()
    await page.getByText(/^No link for \\u202eAnna: A name has up to/).waitFor()
    expect(await page.locator('.created').innerText()).toMatch(/hello\.txt for Ben/)
    expect(await viewOf(await page.getByRole('textbox', { name: 'Link' }).inputValue())).toMatchObject({ size: 0 })
    await click(page, 'Sent')
    await rowOf(page, 'for Ben').waitFor()
    expect(await page.locator('.row-button').count()).toBe(1)
  })

  test('names between commas or semicolons are one person or several, as the sender answers, with keys alone', async () => {
    const { page } = await pageHere()
    const question = page.getByRole('dialog', { name: 'How many people are they?' })
    const answer = async (recipients: string, ...keys: readonly string[]) => {
      await page.getByLabel(/^(Choose a file|Add files)$/).setInputFiles(hello)
      await page.getByLabel('For whom?').fill(recipients)
      await press(page, 'Create', ['Tab', 'Enter'])
      await question.waitFor()
      for (const key of keys) await page.keyboard.press(key)
      await question.waitFor({ state: 'hidden' })
    }
    await answer('anna@x.de; bob@x.de', 'Escape')
    expect(await page.getByLabel('For whom?').inputValue()).toBe('anna@x.de; bob@x.de')
    const lists = {
      'anna@x.de; bob@x.de': ['anna@x.de', 'bob@x.de'],
      'Müller, Anna <a@x.de>; "Weiß; Bob" <b@x.de>;': ['Müller, Anna <a@x.de>', '"Weiß; Bob" <b@x.de>'],
      'Carla, Dora\nEmil': ['Carla', 'Dora', 'Emil'],
    }
    for (const [recipients, names] of Object.entries(lists)) {
      await answer(recipients, 'Tab', 'Enter')
      await page.getByRole('heading', { name: `Your ${names.length} links` }).waitFor()
      expect(await page.locator('.created .name').allInnerTexts()).toEqual(names)
      await click(page, 'Send another')
    }
    await answer('Müller, Anna', 'Enter')
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
    expect(await page.locator('.created').innerText()).toMatch(/hello\.txt for Müller, Anna\s+It works once, /)
  })

  test('the link has a QR code that scanners read on light and dark pages, and a mail that is written already', async () => {
    const { page } = await pageHere()
    const url = await create(page, { recipients: 'anna@example.com' })
    const mail = new URL((await page.getByRole('link', { name: 'Write the mail' }).getAttribute('href')) ?? '')
    expect(mail.protocol + decodeURIComponent(mail.pathname)).toBe('mailto:anna@example.com')
    expect(mail.searchParams.get('subject')).toBe('A file for you')
    const [greeting, link, rules] = mail.searchParams.get('body')?.split('\r\n\r\n') ?? []
    expect([greeting, link]).toEqual(['Hello,', `this link leads to the file hello.txt:\r\n${url}`])
    expect(rules).toMatch(/^It works once, until \w+day/)
    await page.getByText('QR code', { exact: true }).click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const picture = await page.getByRole('img', { name: 'QR code of the link' }).screenshot()
      expect(await readQr(picture, await browserHere().newPage()), colorScheme).toBe(url)
    }
  })
})

/** Reads the QR code of a picture. */
async function readQr(picture: Buffer, page: Page): Promise<string | undefined> {
  onTestFinished(() => page.close())
  const { data, width, height } = await page.evaluate<{ data: number[]; width: number; height: number }>(`(async () => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,${picture.toString('base64')}')).blob())
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
    context.drawImage(image, 0, 0)
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height)
    return { data: [...data], width, height }
  })()`)
  return jsQr.default(Uint8ClampedArray.from(data), width, height)?.data
}
