import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { pageTexts } from '../../../console/page-files.ts'
import type { Counted } from '../../../edge/pages/texts/senders-texts.ts'
import { logIn, missingChromium } from '../../support/browser/chromium.ts'
import { brand } from '../../support/browser/every-page.ts'
import { faultsIn } from '../../support/browser/faults.ts'
import { click, copied, create, hello, press, rowOf, sendersPages } from '../../support/browser/senders-page.ts'

const texts = await pageTexts()

/** Names of programs and standards, and what a test calls a file, that no language translates. */
const known = /https?:\/\/\S+|λ\.txt|\b(?:[kKMG]?B|UTC|Chrome|[a-z]{2}-[a-z]+-\d|Workshop|\d[\da-f.:]*)\b/g

/** What people see, hear or hover over, but for the names of languages. */
const shown = `[
  ...Array.from(document.querySelectorAll('[aria-label], [placeholder], [alt], [title]'), each =>
    ['aria-label', 'placeholder', 'alt', 'title'].map(name => each.getAttribute(name) ?? '').join(' ')),
  ...Array.from(document.querySelectorAll('textarea, input:not([type=file], [type=checkbox], [type=radio])'), each => each.value),
  ...Array.from(document.querySelectorAll('body *:not(script, noscript, .language *)'), each =>
    Array.from(each.childNodes, node => (node.nodeType === 3 ? node.data : '')).join(' ')),
]`

describe.skipIf(missingChromium)('the page for senders in the language of its sender', () => {
  const { pageHere } = sendersPages()

  test.each(Object.entries(texts))(
    '%s: from the open page to a copied link by keyboard, for everyone, with nothing cut',
    async (locale, { form, created, tabs, actions, people, rightToLeft }) => {
      const { page, viewOf } = await pageHere({ locale, viewport: { width: 390, height: 900 } }, { brand })
      const check = async (state: string) => {
        for (const width of [390, 1440]) {
          await page.setViewportSize({ width, height: 900 })
          expect(await faultsIn(page), `${state} at ${width}`).toEqual([])
        }
      }
      const one = ({ one: text, other }: Counted) => (text ?? other).replace('{count}', '1')
      await page.locator(`html[dir=${rightToLeft ? 'rtl' : 'ltr'}]`).waitFor({ state: 'attached' })
      const choosing = page.waitForEvent('filechooser')
      await press(page, form.choose, ['Tab', 'Enter'])
      await (await choosing).setFiles(hello)
      await page.getByText(form.more, { exact: true }).click()
      await page.locator('#passphrase').selectOption('own')
      await check('form')
      await page.locator('#passphrase').selectOption('true')
      await press(page, one(form.create), ['Tab', 'Enter'])
      await page.getByRole('heading', { name: one(created.title) }).waitFor()
      await press(page, created.copy, ['Tab', 'Space'])
      expect(await viewOf(await copied(page))).toMatchObject({ state: 'live' })
      await check('link')
      await click(page, created.next)
      await page.locator('[type=file]').first().setInputFiles(hello)
      await page.locator('#reference').fill('Anna, Ben')
      await press(page, one(form.create), ['Tab', 'Enter'])
      await page.getByRole('dialog', { name: people.title }).waitFor()
      await check('question')
      for (const key of ['Tab', 'Enter']) await page.keyboard.press(key)
      await page.getByText(created.saveTable).waitFor()
      await check('list')
      await click(page, tabs.sent)
      await rowOf(page, 'Anna').click()
      await check('sent')
      await click(page, `${actions.revoke}…`)
      await check('revoke')
    },
    120_000,
  )

  test('each word on the page is in the file of its language, also of what the page refuses', async () => {
    const { page, context } = await pageHere({ locale: 'ja' }, { login: true }, { refusal: /status of 4/ })
    // A language without Latin letters: each text of the file becomes one of this alphabet.
    const strange = (text: string) => text.replace(/\{\w+\}|[a-z]/gi, each => (each.length > 1 ? each : 'ж'))
    const translated = (value: unknown): unknown =>
      typeof value === 'string'
        ? strange(value)
        : Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, translated(each)]))
    const body = JSON.stringify({ ...(translated(texts['en']) as object), locale: 'ja' })
    await context.route('**/console/page-ja-*', route => route.fulfill({ body, contentType: 'application/json' }))
    await page.reload()
    const foreign: string[] = []
    const look = async () => {
      const all = await page.evaluate<string[]>(shown)
      foreign.push(...all.flatMap(text => text.replace(known, '').match(/[a-z]{2,}/gi) ?? []))
    }
    await page.getByRole('button', { name: 'жжж жж', exact: true }).waitFor()
    await look()
    await logIn(page, '1')
    await page.locator('.send').waitFor()
    const [choose, makes] = [page.locator('[type=file]').first(), page.locator('.send > .primary')]
    await look()
    await makes.click()
    await look()
    await choose.setInputFiles({ ...hello, name: 'λ.txt' })
    await page.locator('#passphrase').selectOption('own')
    await page.locator('#passphrase-own').fill('123456')
    await page.locator('#message').fill('1'.repeat(501))
    await makes.click()
    await page.locator('#problem').getByText('500').waitFor()
    await look()
    await page.locator('#message').fill('')
    await page.locator('#reference').fill('1\n2')
    await makes.click()
    await page.locator('[download]').waitFor()
    await look()
    await page.locator('nav button').nth(1).click()
    await rowOf(page, '1').first().click()
    await look()
    await page.locator('.rows .card > .actions > button').first().click()
    await look()
    await page.keyboard.press('Escape')
    await page.locator('.rows .card > .actions > button').nth(1).click()
    await look()
    expect([...new Set(foreign)]).toEqual([])
  })

  test('the chosen language stays, and what is filled in stays with it', async () => {
    const { page } = await pageHere({ locale: 'fr-CA' })
    const choose = (name: string) => page.locator('.language').selectOption({ label: name })
    await page.locator('#message').fill('Bonjour')
    await choose('Deutsch')
    await page.getByText(texts['de']?.form.ways ?? '').waitFor()
    expect(await page.locator('#message').inputValue()).toBe('Bonjour')
    await page.reload()
    await page.getByText(texts['de']?.form.ways ?? '').waitFor()
    expect(await page.title()).toBe(texts['de']?.title)
  })

  test('a list is saved as a table for a mail merge, with the name of the brand above it', async () => {
    const { page } = await pageHere({}, { brand: { ...brand, logo: undefined } })
    await page.locator('.brand', { hasText: brand.name }).waitFor()
    expect(await page.title()).toBe(`Send a file · ${brand.name}`)
    await page.locator('#passphrase').selectOption('true')
    await page.locator('[type=file]').first().setInputFiles(hello)
    await page.locator('#reference').fill('Weiß\nO"Hara')
    await page.locator('.send > .primary').click()
    const saving = page.waitForEvent('download')
    await page.getByText('Save as CSV').click()
    const table = readFileSync(await (await saving).path(), 'utf8')
    const [header, ...rows] = table.slice(1, -2).split('\r\n')
    expect([table[0], header]).toEqual(['\ufeff', '"recipient","Link","until","Passphrase"'])
    expect(
      rows.map(row => row.replace(/https?:[^"]+|\d{4}-\d{4}-\d{4}/g, '…').replace(/"[^"]* at [^"]*"/, '…')),
    ).toEqual(['"Weiß","…",…,"…"', '"O""Hara","…",…,"…"'])
  })

  test.each([
    ['filled in, to change', undefined],
    ['as the API takes it, without a field for another', 'name'],
  ])('the sender is the person who is logged in: %s', async (_, senderClaim) => {
    const { page } = await pageHere({}, { login: true, senderClaim })
    await page.addInitScript('delete HTMLInputElement.prototype.webkitdirectory')
    await page.reload()
    await logIn(page, '1')
    await page.locator('.send').waitFor()
    expect(await page.getByText('Choose a folder').count()).toBe(0)
    const field = page.locator('#sender')
    if (senderClaim === undefined) expect(await field.inputValue()).toBe('1')
    else expect([await field.count(), await page.getByText('your name, as your login has it').count()]).toEqual([0, 1])
    await create(page)
    await click(page, 'Sent')
    await rowOf(page, hello.name).click()
    await page.locator('dt:text("From") + dd', { hasText: /^1$/ }).waitFor()
  })
})
