import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { assert } from '../../../shared/errors.ts'
import type { Answer } from '../http.ts'
import { cookiesIn } from '../media-client.ts'
import { type Life, reasonOf, refreshTarget, target } from './life/deployed.ts'

/** Registers a test of links with a passphrase, of a console's page. */
export function issuesWithPassphrase(get: () => { page: Page; life: Life }): void {
  test('a link with a passphrase that the API made opens with it alone, by a program and by the form of its page', async () => {
    const { page, life } = get()
    await page.evaluate(`document.getElementById('file').value = ''`)
    await page.evaluate(`document.querySelector('details').open = true`)
    await page.getByLabel('Passphrase', { exact: true }).selectOption('make one')
    await page.getByLabel('Keep a receipt').check()
    const issued: { url: string; passphrase: string }[] = []
    for (const key of ['by a program.txt', 'by a form.txt']) {
      await life.put(key, key)
      await page.getByLabel('Object key').fill(key)
      await page.getByRole('button', { name: 'Get a link' }).click()
      await page.getByRole('heading', { name: key }).waitFor()
      const passphrase = await page.locator('#passphrase-text').innerText()
      issued.push({ url: await page.getByLabel('The link, shown once').inputValue(), passphrase })
    }
    await page.getByLabel('Passphrase', { exact: true }).selectOption('none')
    const [program, person] = issued
    assert(program && person, 'two links are issued')
    expect(reasonOf(await life.visit(program.url))).toBe('passphrase-required')
    const header = { 'once-passphrase': program.passphrase }
    const opened = await life.visit(program.url, { headers: header })
    expect((await life.visit(target(opened, program.url))).body).toBe('by a program.txt')
    const send = await openForm(person.url, life)
    expect((await send('0000 0000 0000')).body).toContain('Tries left: 4.')
    const started = await send(person.passphrase.replaceAll('-', ' '))
    expect((await life.visit(refreshTarget(started, person.url))).body).toBe('by a form.txt')
    await expect.poll(() => refreshedHistory(page)).toMatch(/Passphrase\s+2 of 5 tries made/)
  })
}

/** Opens the page of a link that asks for a passphrase, and returns what sends its form, as a browser does. */
async function openForm(url: string, life: Life): Promise<(passphrase: string) => Promise<Answer>> {
  const browser = {
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    accept: 'text/html',
  }
  const page = await life.visit(url, { headers: browser })
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page.body) ?? []
  const headers = {
    ...browser,
    cookie: cookiesIn(page)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; '),
    'content-type': 'application/x-www-form-urlencoded',
    origin: new URL(url).origin,
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-user': '?1',
  }
  return passphrase =>
    life.visit(url + action, { method: 'POST', headers, body: String(new URLSearchParams({ passphrase })) })
}

/** Asks the API for the link that a console's page shows, and returns what is known of its use. */
export async function refreshedHistory(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Refresh' }).click()
  return page.locator('#history').innerText()
}
