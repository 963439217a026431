import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import jsQr from 'jsqr'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../../client/client.ts'
import type { EmulatorOptions } from '../../../emulator/emulator.ts'
import { linkIdOf } from '../../../shared/link.ts'
import type { Nonce } from '../../../shared/nonce.ts'
import { launchChromium, missingChromium, personIn } from '../../support/chromium.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt } from '../../support/http.ts'
import { ownPorts } from '../../support/ports.ts'

if (missingChromium) console.warn(`\nSKIPPED: the console in a browser, because ${missingChromium}\n`)

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The fields of log lines that these tests read. */
interface Line {
  readonly edge?: string
  readonly outcome?: string
  readonly linkId?: string
}

describe.skipIf(missingChromium)('the console', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** Opens the console of a new emulator with the file `hello.txt`, for plain links. `messages` are the browser's console messages. */
  async function consoleHere(options: BrowserContextOptions = {}, emulated: Partial<EmulatorOptions> = {}) {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'hello.txt'), 'hello')
    const lines: Line[] = []
    const emulator = await emulatorHere({ bucket, log: line => void lines.push(line), ...emulated })
    const context = await personIn(browser, options)
    onTestFinished(() => context.close())
    context.setDefaultTimeout(15_000)
    const page = await context.newPage()
    const messages: string[] = []
    page.on('console', message => messages.push(message.text()))
    page.on('pageerror', error => messages.push(String(error)))
    await page.goto(`${emulator.api}/`)
    // Its handlers follow a first response from the emulator. Until then it is hidden, but not to a test.
    if (options.javaScriptEnabled !== false) {
      await page.locator('#console').waitFor()
      await page.getByLabel('It goes by').selectOption('')
    }
    return { ...emulator, context, page, lines, messages }
  }

  /** Presses "Get a link" and returns the link. */
  async function getLink(page: Page): Promise<{ id: string; url: string; path: string }> {
    const shown = page.locator('#url')
    const before = await shown.inputValue()
    await page.getByRole('button', { name: 'Get a link' }).click()
    // An upload takes six requests, and many tests may share the machine.
    await expect.poll(() => shown.inputValue(), { timeout: 30_000 }).not.toBe(before)
    const url = await page.getByLabel('The link, shown once').inputValue()
    const id = linkIdOf(url.slice(-43) as Nonce)
    await page.locator('#card-facts', { hasText: id }).waitFor()
    return { id, url, path: new URL(url).pathname }
  }

  /** The row of the timeline with that text. */
  const row = (page: Page, text: string | RegExp) =>
    page.locator('#rows').getByRole('listitem').filter({ hasText: text })

  /** The lanes, counted from 0, on which a row has marks of a kind. */
  const lanesOf = (marked: Locator, kind: string) =>
    marked
      .locator(`.mark.${kind}`)
      .evaluateAll(marks => marks.map(mark => Number(/^\d+/.exec((mark as never as Styled).style.gridColumn)?.[0]) - 1))

  test('uploads a file, issues a link, and shows its redemption and refusal on the lanes of the edges', async () => {
    const { page, context, edges, messages } = await consoleHere()
    const [content, name] = [randomBytes(100_000), 'Röntgenbild № 7 日本.pdf']
    await page.getByLabel('Choose a file').setInputFiles({ name, mimeType: 'application/pdf', buffer: content })
    expect(await page.getByLabel('Object key').inputValue()).toBe(name)
    const { url } = await getLink(page)
    await page.getByRole('heading', { name }).waitFor()
    await row(page, /Issued by the api/).waitFor()

    // The new window closes because the response is a download, which then belongs to the window that opened it.
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'eu-west-1' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe(name)
    expect(readFileSync(await download.path()).equals(content)).toBe(true)
    const redeemed = row(page, /Redeemed at eu-west-1/)
    await redeemed.waitFor()
    expect(await lanesOf(redeemed, 'redeemed')).toEqual([2])
    expect(await lanesOf(redeemed, 'store')).toEqual([1])
    expect(await page.locator('#card-state').innerText()).toBe('used')

    const second = context.waitForEvent('page')
    await page.getByRole('link', { name: 'ap-northeast-1' }).click()
    expect(await (await second).getByRole('heading').innerText()).toBe('This link no longer works')
    const refused = row(page, /Refused at ap-northeast-1 · used before/)
    await refused.waitFor()
    expect(await lanesOf(refused, 'refused')).toEqual([3])
    expect(await page.getByRole('status').innerText()).toBe('Refused: used before at ap-northeast-1')
    expect(new URL(url).origin).toBe(Object.values(edges)[0])
    // The check of the fields, before the file is sent, asks for a refusal.
    expect(messages.filter(message => !message.includes('status of 400'))).toEqual([])
  })

  test('shows a QR code of the link that scanners can read, on a light and on a dark page', async () => {
    const { page } = await consoleHere()
    const { url } = await getLink(page)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const picture = await page.getByRole('img', { name: 'QR code of the link' }).screenshot()
      expect(await readQr(picture, await browser.newPage()), colorScheme).toBe(url)
    }
  })

  test('draws the one winner of fifty viewers at three edges, the same as in the log', async () => {
    const { page, lines, edges } = await consoleHere()
    const { id } = await getLink(page)
    await page.getByLabel('or have').fill('50')
    await page.getByRole('button', { name: 'Race' }).click()
    const heading = page.getByRole('heading', { name: /^One of 50 won: viewer \d+ at [\w-]+, after \d+ ms$/ })
    await heading.waitFor()
    const logged = lines.filter(({ linkId, edge }) => linkId === id && edge !== undefined)
    const winners = logged.filter(({ outcome }) => outcome === 'redeemed')
    expect(logged).toHaveLength(50)
    expect(winners).toHaveLength(1)
    const winner = winners[0]?.edge ?? ''
    expect(await heading.innerText()).toContain(` at ${winner}, `)
    expect(await page.locator('.wait').count()).toBe(50)
    expect(await page.locator('.wait.won').count()).toBe(1)
    expect(await page.locator('.track', { has: page.locator('.won') }).innerText()).toContain(winner)
    await page.getByText('All responses').click()
    expect(await page.getByRole('row').count()).toBe(51)
    expect(await page.getByRole('cell', { name: 'won', exact: true }).count()).toBe(1)
    const redeemed = row(page, `Redeemed at ${winner}`)
    await redeemed.waitFor()
    expect(await lanesOf(redeemed, 'redeemed')).toEqual([1 + Object.keys(edges).indexOf(winner)])
    await row(page, /refused/i)
      .first()
      .waitFor()
    expect(await refusalsIn(page)).toBe(49)
  })

  test('shows unredeemed requests, revocation and expiry', async () => {
    const { page, edges, messages } = await consoleHere()
    const [edge = ''] = Object.values(edges)
    const first = await getLink(page)
    await ask(edge + first.path, { method: 'HEAD' })
    await ask(edge + first.path, { headers: { 'Sec-Purpose': 'prefetch' } })
    await row(page, 'Not redeemed at us-east-1 · HEAD or OPTIONS').waitFor()
    await row(page, 'Not redeemed at us-east-1 · a prefetch or preview').waitFor()
    await page.getByRole('button', { name: 'Revoke it' }).click()
    await row(page, 'Revoked by the api').waitFor()
    await page.getByText('revoked', { exact: true }).first().waitFor()
    await ask(edge + first.path)
    await row(page, 'Refused at us-east-1 · revoked').waitFor()
    await page.getByLabel('Expires after').selectOption('10 seconds')
    await getLink(page)
    await page.clock.install()
    await page.clock.fastForward(10_000)
    await row(page, 'Expired').waitFor()
    expect(await page.locator('#card-state').innerText()).toBe('expired')
    expect(messages).toEqual([])
  })

  test('sends the chosen options, and says which field the api refuses', async () => {
    const { page, api } = await consoleHere()
    await page.getByLabel('Expires after').selectOption('1 hour')
    await page.getByLabel('Home Region').selectOption('eu-west-1')
    await page.getByLabel('Bound to').selectOption('its network')
    await page.getByLabel('For a player').selectOption('this file')
    expect(await page.getByLabel('Keep a receipt').isChecked()).toBe(true)
    await page.getByLabel('Reference').fill('Rechnung 7')
    const { id } = await getLink(page)
    const view = JSON.parse((await ask(`${api}/links/${id}`)).body) as object
    const chosen = { homeRegion: 'eu-west-1', bind: 'prefix', media: 'object', receipt: null, reference: 'Rechnung 7' }
    expect(view).toMatchObject({ key: 'hello.txt', ...chosen })
    await page.getByLabel('Keep a receipt').uncheck()
    const plain = await getLink(page)
    expect(JSON.parse((await ask(`${api}/links/${plain.id}`)).body)).not.toHaveProperty('receipt')
    await page.getByLabel('Object key').fill('a*b')
    await page.getByRole('button', { name: 'Get a link' }).click()
    await page.getByRole('alert').filter({ hasText: 'key: got "a*b"' }).waitFor()
    const wrong = page.getByRole('textbox', { name: 'Object key' })
    expect(await wrong.getAttribute('aria-invalid')).toBe('true')
    expect(await wrong.getAttribute('aria-describedby')).toBe('offer-error')
    expect(await page.evaluate('document.activeElement.id')).toBe('key')
  })

  test('links keep their names over a reload, also used ones of which nothing is left, and no secret is kept', async () => {
    const { page, edges } = await consoleHere()
    await page.getByLabel('Reference').fill('for Anna')
    const { id, path, url } = await getLink(page)
    expect(await page.evaluate('document.activeElement.id')).toBe('url')
    await ask((Object.values(edges)[1] ?? '') + path)
    await row(page, 'Redeemed at eu-west-1').waitFor()
    expect(await page.locator('#rows').getByRole('listitem').first().innerText()).toContain('Redeemed')
    await page.reload()
    const entry = page.getByRole('navigation').getByRole('button', { name: id })
    expect(await entry.innerText()).toMatch(/^hello\.txt\s+for Anna/)
    expect(await page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')).not.toContain(path)
    await entry.click()
    await page.getByRole('heading', { name: 'hello.txt' }).waitFor()
    expect(await page.content()).not.toContain(url.slice(-43))
  })

  test('shows a passphrase that the api made once, and its tries', async () => {
    const { page } = await consoleHere()
    await page.getByText('More options').click()
    await page.getByLabel('Passphrase', { exact: true }).selectOption('make one')
    await page.getByLabel('Tries').fill('3')
    await page.getByLabel('Keep a receipt').check()
    const { url } = await getLink(page)
    const made = await page.locator('#passphrase-text').innerText()
    expect(made).toMatch(/^\d{4}-\d{4}-\d{4}$/)
    expect((await ask(url, { headers: { 'once-passphrase': '000000' } })).status).toBe(403)
    expect((await ask(url, { headers: { 'once-passphrase': made } })).status).toBe(302)
    const history = page.locator('#history')
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Refresh' }).click()
        return history.innerText()
      })
      .toMatch(/Passphrase\s+2 of 3 tries made/)
    await page.reload()
    await page.getByRole('navigation').getByRole('button', { name: 'hello.txt' }).click()
    await page.getByRole('heading', { name: 'hello.txt' }).waitFor()
    expect(await page.content()).not.toContain(made)
  })

  test('the link that npm start issues, which the page has only heard of, has its name', async () => {
    const { page, api } = await consoleHere()
    await page.reload()
    const { id } = await issueAt(api, { key: 'hello.txt', reference: 'link of npm start' })
    const entry = page.getByRole('navigation').getByRole('button', { name: id })
    await expect.poll(() => entry.innerText()).toMatch(/^hello\.txt\s+link of npm start/)
    await page.getByLabel('Search').fill('NPM')
    await expect.poll(() => page.locator('#links li').count()).toBe(2)
    await page.getByLabel('State').selectOption('used')
    await page.getByText('No links.').waitFor()
  })

  test('sends what is chosen below “More options”, and fills in the fields of a preset', async () => {
    const { page, api } = await consoleHere()
    expect(await page.getByLabel('Require confirmation').isChecked()).toBe(false)
    await page.reload()
    expect(await page.getByLabel('It goes by').inputValue()).toBe('mail')
    expect(await page.getByLabel('Require confirmation').isChecked()).toBe(true)
    await page.getByLabel('It goes by').selectOption('phone')
    expect(await page.getByLabel('Require confirmation').isChecked()).toBe(true)
    expect(await page.getByLabel('Bound to').inputValue()).toBe('client')
    await page.getByLabel('Expires after').selectOption('at a time')
    await page.getByText('More options').click()
    const soon = new Date(Date.now() + 3_600_000)
    await page.getByLabel('Expires at').fill(localTime(new Date(Date.now() + 7_200_000)))
    await page.getByLabel('Works from').fill(localTime(soon))
    await page.getByLabel('File name').fill('Befund.txt')
    await page.getByLabel('Only from the network').fill('203.0.113.0/24')
    const { id } = await getLink(page)
    const view = JSON.parse((await ask(`${api}/links/${id}`)).body) as { notBefore: string }
    const chosen = { filename: 'Befund.txt', network: '203.0.113.0/24', urlSeconds: 14_400, state: 'not-yet-valid' }
    expect(view).toMatchObject({ ...chosen, confirm: true, bind: 'client', receipt: null })
    expect(Date.parse(view.notBefore)).toBe(Math.floor(soon.getTime() / 60_000) * 60_000)
    expect(await page.locator('#card-state').innerText()).toBe('not-yet-valid')
    await page.getByLabel('Only from the network').fill('everywhere')
    await page.getByRole('button', { name: 'Get a link' }).click()
    await page.getByRole('alert').filter({ hasText: 'network: got "everywhere"' }).waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('network')
  })

  test('shows the name and size of the file, and whether the link is pinned, with bidirectional controls visible', async () => {
    const { page, api } = await consoleHere()
    const object = { filename: 'Befund.pdf', size: 4_200_000, pinned: true }
    await page.route(`${api}/links`, async route => {
      const response = await route.fetch({ postData: JSON.stringify({ key: 'hello.txt' }) })
      await route.fulfill({ response, json: { ...((await response.json()) as object), ...object } })
    })
    const file = { name: '\u202egpj.exe', mimeType: 'image/jpeg', buffer: randomBytes(10) }
    await page.getByLabel('Choose a file').setInputFiles(file)
    expect(await page.locator('#drop').innerText()).toMatch(/^\\u202egpj\.exe\s+10 B$/)
    await page.getByLabel('Object key').fill('a/\u202egpj.exe')
    await getLink(page)
    await page.getByRole('heading', { name: 'a/\\u202egpj.exe' }).waitFor()
    expect(await page.locator('#card-object').innerText()).toBe('Befund.pdf, 4.2 MB · pinned to this version')
    expect(await page.locator('#links').innerText()).toContain('a/\\u202egpj.exe')
    for (const id of ['card', 'links'])
      expect(await page.locator(`#${id}`).innerText()).not.toMatch(/\p{Bidi_Control}/u)
  })

  test('says how long the download works and for whom, and advises another binding where it may be lost', async () => {
    const { page, api } = await consoleHere()
    await createClient({ origin: api }).upload(new Blob(['x'.repeat(20_000_000)]), { key: 'large.bin' })
    await page.getByLabel('Object key').fill('large.bin')
    await getLink(page)
    const download = page.locator('#card-download')
    expect(await download.innerText()).toBe(
      'works for 30 s from the moment it is opened, bound to the address that opens it',
    )
    expect(await page.locator('#card-advice').innerText()).toMatch(
      /^At 2 Mbit\/s, .* takes 1 min 20 s\. .* bind "client"/,
    )
    await page.getByLabel('Bound to').selectOption('the client or its address')
    expect(await page.getByLabel('Keep a receipt').isChecked()).toBe(true)
    await getLink(page)
    expect(await download.innerText()).toBe(
      'works for 1 min 20 s from the moment it is opened, bound to the browser or program that opens it, or to its address',
    )
    expect(await page.locator('#card-advice').isVisible()).toBe(false)
  })

  test('reconnects by itself after the emulator stopped, and forgets the links of the previous one', async () => {
    const data = temporaryFolder()
    const port = await ownPorts()
    const { page, close } = await consoleHere({}, { data, port })
    const { id } = await getLink(page)
    await close()
    await page.getByText('not connected, trying again').waitFor()
    await emulatorHere({ bucket: temporaryFolder(), data: temporaryFolder(), port })
    await page.locator('#connection', { hasText: /^live$/ }).waitFor()
    await page.getByRole('button', { name: 'All events' }).waitFor()
    await expect.poll(() => page.locator('#links').innerText()).not.toContain(id)
  })

  test('can be used with the keyboard alone', async () => {
    const { page } = await consoleHere()
    await page.getByLabel('Object key').focus()
    await page.keyboard.press('Enter')
    await page.locator('#card').waitFor()
    await page.getByLabel('or have').focus()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Race')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /^One of 50 won/ }).waitFor()
  })

  test('accepts a dropped file', async () => {
    const { page } = await consoleHere()
    await page.evaluate(`(() => {
      const files = new DataTransfer()
      files.items.add(new File(['dropped'], 'dropped.txt'))
      document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer: files, cancelable: true }))
    })()`)
    const { url } = await getLink(page)
    await page.getByRole('heading', { name: 'dropped.txt' }).waitFor()
    expect(await (await fetch(url)).text()).toBe('dropped')
  })

  test('shows the commands for curl if the browser runs no scripts', async () => {
    const { page, api, messages } = await consoleHere({ javaScriptEnabled: false })
    expect(await page.getByRole('main').innerText()).toContain(`curl -s ${api}/links`)
    expect(await page.getByRole('button').count()).toBe(0)
    expect(messages.filter(text => !text.includes('script'))).toEqual([])
  })

  test.each([
    ['light', 360],
    ['dark', 1440],
  ] as const)(
    '%s, at %i pixels: people with disabilities can use the page, and no text overflows',
    async (colorScheme, width) => {
      const { page } = await consoleHere({ colorScheme, viewport: { width, height: 900 } })
      expect(await faultsIn(page)).toEqual([])
      await page.getByLabel('Object key').fill('a*b')
      await page.getByRole('button', { name: 'Get a link' }).click()
      await page.getByRole('alert').filter({ hasText: 'key' }).waitFor()
      expect(await faultsIn(page)).toEqual([])
      await page.getByLabel('Object key').fill('hello.txt')
      const { path } = await getLink(page)
      await ask(new URL(await page.getByLabel('The link, shown once').inputValue()).origin + path, { method: 'HEAD' })
      await page.getByRole('button', { name: 'Race' }).click()
      await page.getByText('All responses').click()
      await row(page, /refused/i)
        .first()
        .waitFor()
      expect(await faultsIn(page)).toEqual([])
      await page.getByRole('button', { name: 'All events' }).click()
      await page.locator('#card').waitFor({ state: 'hidden' })
      expect(await faultsIn(page)).toEqual([])
    },
  )

  test('guard: the check finds a page that people with disabilities can not use', async () => {
    const { page } = await consoleHere()
    await page.evaluate(`document.querySelector('label[for=key]').remove()`)
    expect(await faultsIn(page)).toEqual([expect.stringContaining('label')])
  })
})

/** Formats a time as a field of it has it, in the zone of this machine, which is the browser's. */
function localTime(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** The part of an element that these tests read; this program doesn't include the DOM's types. */
interface Styled {
  readonly style: { readonly gridColumn: string }
}

/** Counts the refusals of all rows: those of a race may be in one row or several. */
async function refusalsIn(page: Page): Promise<number> {
  const titles = await page.locator('.row.refused strong').allInnerTexts()
  return titles.map(title => Number(/^\d+/.exec(title)?.[0] ?? 1)).reduce((sum, count) => sum + count, 0)
}

/** Returns what axe finds after all animations, and whether the page is wider than the window. */
async function faultsIn(page: Page): Promise<readonly string[]> {
  await page.evaluate('Promise.all(document.getAnimations().map(animation => animation.finished))')
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })')
  const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
  const found = violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`))
  return wide ? [...found, 'wider than the window'] : found
}

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
