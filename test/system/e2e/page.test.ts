import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { logIn, missingChromium, personIn } from '../../support/browser/chromium.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'
import { ownPorts } from '../../support/machine/ports.ts'
import { faultsIn } from '../../support/browser/faults.ts'
import { missingPython, python } from '../../support/machine/python.ts'
import {
  click,
  copied,
  copiedBy,
  create,
  hello,
  idOf,
  press,
  rowOf,
  sendersPages,
} from '../../support/browser/senders-page.ts'
import { serveHere } from '../../support/machine/serve.ts'

if (missingChromium) console.warn(`\nSKIPPED: the page in a browser, because ${missingChromium}\n`)

/** Bytes of the file whose upload breaks: eight parts. PAGE_BYTES sets another size. */
const bytes = Number(process.env['PAGE_BYTES'] ?? 64 * 1024 * 1024)

/** Bytes of a part of a file that has fewer than 9,000 of them. */
const partBytes = 8 * 1024 * 1024

describe.skipIf(missingChromium)('the page for senders', () => {
  const { pageHere, browserHere } = sendersPages()

  test('a recipient who is too late asks for a new link by a button, which the sender sees on the page and as a webhook', async () => {
    const types: unknown[] = []
    const { origin } = await serveHere((request, response) => {
      void text(request).then(body => types.push((JSON.parse(body) as { readonly type: string }).type))
      response.writeHead(204).end()
    })
    const { page, api } = await pageHere({}, { notify: `${origin}/hook` })
    const { url } = await issueAt(api, { key: 'report.pdf', notify: 'local', receipt: true, allowMissing: true })
    await ask(url)
    const recipient = await (await personIn(browserHere(), { javaScriptEnabled: false })).newPage()
    await recipient.goto(url)
    expect(await recipient.getByRole('heading').innerText()).toBe('This link no longer works')
    await recipient.getByRole('button', { name: 'Ask the sender for a new link' }).click()
    await recipient.getByRole('heading', { name: 'The sender was asked' }).waitFor()
    await click(page, 'Sent')
    await rowOf(page, 'New link requested').click()
    await page.getByText(/^a new link once, last today at /).waitFor()
    await expect.poll(() => types, { timeout: 20_000 }).toEqual(['link.redeemed', 'link.refused', 'link.requested'])
    await recipient.context().close()
  })

  test('one file takes three actions from the open page to a copied link, and its download shows as it happens', async () => {
    const { page, viewOf } = await pageHere()
    const content = { ...hello, name: 'Röntgenbild № 7? 日本.pdf', buffer: randomBytes(100_000) }
    await page.getByLabel('Choose a file').setInputFiles(content)
    await click(page, 'Create the link')
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
    // It says so for two seconds.
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    const url = await copiedBy(page, 'Copy Link')
    await page.getByRole('status').getByText('Copied').waitFor()
    await page.clock.resume()
    await click(page, 'Sent')
    const row = rowOf(page, content.name)
    await row.getByText(/^not opened yet; ends \w+day \d+ \w+ at \d\d:\d\d$/).waitFor()
    // The chosen one is looked at more often.
    await row.click()
    const recipient = await (await personIn(browserHere())).newPage()
    onTestFinished(() => recipient.context().close())
    await recipient.goto(url)
    const downloading = recipient.waitForEvent('download')
    await click(recipient, 'Download the file')
    const download = await downloading
    // What a browser saves it as on every system.
    expect(download.suggestedFilename()).toBe(content.name.replace('?', '_'))
    expect(readFileSync(await download.path()).equals(content.buffer)).toBe(true)
    await row.getByText(/^opened (today|yesterday) at \d\d:\d\d, downloaded whole$/).waitFor()
    expect(await viewOf(url)).toMatchObject({ state: 'used', filename: content.name })
  })

  test.skipIf(missingPython)(
    'a dropped folder of a thousand files, or two chosen files, become one zip with all of them',
    async () => {
      const { page, context } = await pageHere()
      const folder = join(temporaryFolder(), 'Befunde')
      for (let day = 0; day < 20; day += 1) mkdirSync(join(folder, `Tag ${day}`), { recursive: true })
      for (let file = 0; file < 1000; file += 1)
        writeFileSync(join(folder, `Tag ${file % 20}/${file}.txt`), `file ${file}`)
      const session = await context.newCDPSession(page)
      const { x = 0, y = 0 } = (await page.locator('.drop').boundingBox()) ?? {}
      const dropped = { x: x + 20, y: y + 20, data: { items: [], files: [folder], dragOperationsMask: 1 } }
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', { type, ...dropped })
      await page
        .locator('.chosen')
        .getByText(/^Befunde 1,000 files · /)
        .waitFor()
      const all = entriesOf(await bodyOf(await create(page, { file: null, way: 'To a program' })))
      expect(all).toHaveLength(1000)
      expect(all).toContainEqual(['Befunde/Tag 19/999.txt', 'file 999'])
      await click(page, 'Send another')
      await page.getByLabel('Choose a folder').setInputFiles(folder)
      await page
        .locator('.chosen')
        .getByText(/^Befunde 1,000 files · /)
        .waitFor()
      await page.getByLabel('Add files').setInputFiles([hello, { ...hello, name: 'second.txt' }])
      await click(page, 'Remove Befunde')
      await page.getByText('They are sent as one zip.').waitFor()
      const two = entriesOf(await bodyOf(await create(page, { file: null })))
      expect(two).toEqual(['hello.txt', 'second.txt'].map(name => [name, 'hello']))
      await click(page, 'Sent')
      for (const name of ['Befunde.zip', 'files.zip']) await rowOf(page, name).waitFor()
    },
  )

  test.each([1440, 390])('at %i pixels, the chosen link has the focus, in view; a revoke asks first', async width => {
    const { page, api, viewOf } = await pageHere({ viewport: { width, height: 800 } })
    const url = await create(page, { way: 'To a program', recipients: 'Anna' })
    const { key = '' } = await viewOf(url)
    const later = { notBefore: new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '') }
    for (let number = 0; number < 20; number += 1) await issueAt(api, { key, reference: `Person ${number}`, ...later })
    await click(page, 'Sent')
    await rowOf(page, 'Person 19')
      .getByText(/^works from .* at \d\d:\d\d; ends .* at \d\d:\d\d$/)
      .waitFor()
    await rowOf(page, 'for Anna').click()
    const card = page.getByRole('group', { name: 'hello.txt' })
    await card.getByText('5 B').waitFor()
    const { y = 0, height = 0 } = (await card.boundingBox()) ?? {}
    expect([y >= 0, y + height <= 800]).toEqual([true, true])
    expect(await page.evaluate('document.activeElement.className')).toBe('card')
    await click(page, 'Revoke…')
    await page.keyboard.press('Enter')
    expect(await viewOf(url)).toMatchObject({ state: 'live' })
    await click(page, 'Revoke…')
    await click(page, 'Revoke it')
    await rowOf(page, 'for Anna').getByText('revoked: it opens nothing').waitFor()
    expect(await page.evaluate('document.activeElement.className')).toBe('card')
    expect((await fetch(url)).status).toBe(403)
  })

  test('a link is replaced by another one, which is shown once', async () => {
    const { page, viewOf } = await pageHere()
    const url = await create(page, { recipients: 'Anna' })
    await click(page, 'Sent')
    await rowOf(page, 'for Anna').click()
    await click(page, 'Replace…')
    await click(page, 'Replace it')
    const another = await page.getByRole('textbox', { name: 'Link' }).inputValue()
    expect([await viewOf(url), await viewOf(another)]).toMatchObject([{ state: 'revoked' }, { state: 'live' }])
    await click(page, 'Back to the list')
    await rowOf(page, 'for Anna').getByText('replaced by another link').waitFor()
  })

  test('the keyboard alone is enough, from the open page to a copied link and its revoke', async () => {
    const { page, viewOf } = await pageHere()
    const choosing = page.waitForEvent('filechooser')
    await press(page, 'Choose a file', ['Tab', 'Enter'])
    await (await choosing).setFiles(hello)
    await press(page, 'Create the link', ['Tab', 'Enter'])
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
    await press(page, 'Copy', ['Tab', 'Space'])
    await press(page, 'Sent', ['Shift+Tab', 'Enter'])
    await rowOf(page, 'hello.txt').waitFor()
    await press(page, 'hello.txt', ['Tab', 'Enter'])
    await press(page, 'Revoke…', ['Tab', 'Enter'])
    await press(page, 'Revoke it', ['Tab', 'Space'])
    await rowOf(page, 'hello.txt').getByText('revoked').waitFor()
    expect(await viewOf(await copied(page))).toMatchObject({ state: 'revoked' })
  })

  test('an upload that the network breaks says so, goes on from the parts that arrived, and can be cancelled', async () => {
    const { page, context, viewOf } = await pageHere()
    const file = join(temporaryFolder(), 'large.bin')
    writeFileSync(file, randomBytes(1000))
    truncateSync(file, bytes)
    const last = Math.ceil(bytes / partBytes)
    const numberOf = (url: string | URL) => Number(new URL(url).searchParams.get('partNumber'))
    const sent = new Set<number>()
    const arrived = new Set<number>()
    page.on('request', request => request.method() === 'PUT' && sent.add(numberOf(request.url())))
    page.on('requestfinished', request => request.method() === 'PUT' && arrived.add(numberOf(request.url())))
    const isLast = (url: URL) => numberOf(url) === last
    await page.route(isLast, () => undefined)
    await page.getByLabel('Choose a file').setInputFiles(file)
    await page.getByLabel('For whom?').fill('Anna')
    // A part is tried again for two minutes.
    await page.clock.install()
    await click(page, 'Create the link')
    await expect.poll(() => arrived.size, { timeout: 600_000 }).toBe(last - 1)
    await context.setOffline(true)
    // What was held goes on, into the broken network.
    await page.unroute(isLast)
    const problem = page.locator('#problem')
    await expect
      .poll(async () => (await page.clock.fastForward(15_000), problem.innerText()), { timeout: 600_000, interval: 50 })
      .toMatch(/^No response: is the network there\? The button goes on where it broke\./)
    await context.setOffline(false)
    sent.clear()
    const url = await create(page, { file: null })
    expect([...sent]).toEqual([last])
    expect(await viewOf(url)).toMatchObject({ size: bytes, reference: 'Anna' })
    await click(page, 'Send another')
    sent.clear()
    await page.route('**/*partNumber=*', () => undefined)
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await click(page, 'Create the link')
    await expect.poll(() => sent.size).toBe(1)
    // What is sent can't be changed meanwhile.
    expect(await page.getByLabel('For whom?').isDisabled()).toBe(true)
    await page.getByLabel('Add files').setInputFiles({ ...hello, name: 'next.txt' })
    const question = page.waitForEvent('dialog')
    void page.reload().catch(() => undefined)
    await (await question).dismiss()
    await click(page, 'Cancel')
    await page.getByText('Cancelled.').waitFor()
    expect(await page.locator('.drop').innerText()).toContain('hello.txt')
  }, 1_800_000)

  test('an upload whose page was loaded again goes on from the parts that arrived', async () => {
    const { page, viewOf } = await pageHere()
    const file = join(temporaryFolder(), 'two parts.bin')
    writeFileSync(file, randomBytes(partBytes + 1000))
    const isSecond = (url: URL) => url.searchParams.get('partNumber') === '2'
    const parts: (string | null)[] = []
    page.on('requestfinished', request => {
      if (request.method() === 'PUT') parts.push(new URL(request.url()).searchParams.get('partNumber'))
    })
    await page.route(isSecond, () => undefined)
    await page.getByLabel('Choose a file').setInputFiles(file)
    await click(page, 'Create the link')
    await expect.poll(() => parts).toEqual(['1'])
    page.once('dialog', question => void question.accept())
    await page.reload()
    await page.unroute(isSecond)
    await page.getByLabel('Choose a file').setInputFiles(file)
    const url = await create(page, { file: null })
    expect(parts).toEqual(['1', '2'])
    expect(await viewOf(url)).toMatchObject({ size: partBytes + 1000 })
  })

  test('a login that ends in the middle loses nothing, and the next person in the same browser begins anew', async () => {
    const { page, context } = await pageHere({}, { login: true }, { refusal: /status of 400/ })
    const popup = page.waitForEvent('popup')
    await logIn(page, 'anna')
    await expect.poll(async () => (await popup).isClosed()).toBe(true)
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await page.getByLabel('For whom?').fill('Carla')
    // An hour later, the provider refuses the refresh token.
    const headers = { 'access-control-allow-origin': new URL(page.url()).origin }
    await context.route('**/token', route => route.fulfill({ status: 400, json: { error: 'invalid_grant' }, headers }))
    await page.clock.install()
    await page.clock.fastForward(3_600_000)
    await click(page, 'Create the link')
    await page.getByText('Your login has ended.').waitFor()
    await context.unroute('**/token')
    await page.clock.setSystemTime(new Date())
    // It knows the person, and asks for nothing.
    await click(page, 'Log in')
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
    // The way back stays on the page, and a log out asks.
    await click(page, 'Sent')
    await rowOf(page, 'for Carla').waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Your link' }).waitFor()
    const asked: string[] = []
    page.on(
      'dialog',
      question => void (asked.push(question.message()), question[asked.length === 1 ? 'dismiss' : 'accept']()),
    )
    await click(page, 'Log out')
    expect(await page.getByRole('heading', { name: 'Your link' }).isVisible()).toBe(true)
    await click(page, 'Log out')
    expect(asked).toEqual(Array(2).fill(expect.stringMatching(/^Log out\? /)))
    await page.reload()
    await logIn(page, 'ben')
    await page.locator('.person', { hasText: 'ben' }).waitFor()
    await click(page, 'Sent')
    await page.getByText('No links.').waitFor()
  })

  test('an answer of the provider that is replayed, or stolen by another browser, logs no one in', async () => {
    const { page, context, api } = await pageHere({}, { login: true })
    const answers: string[] = []
    context.on('request', request => request.url().includes('/callback.html?code=') && answers.push(request.url()))
    await logIn(page, 'anna')
    await page.locator('.person', { hasText: 'anna' }).waitFor()
    const thief = await personIn(browserHere())
    onTestFinished(() => thief.close())
    const stealing = await thief.newPage()
    await stealing.goto(`${api}/`)
    for (const each of [context, thief]) {
      const tab = await each.newPage()
      await tab.goto(answers[0] ?? '')
      await tab.getByText('You can close this window.').waitFor()
      await tab.close()
    }
    expect(await page.locator('.person').innerText()).toContain('anna')
    await stealing.getByRole('button', { name: 'Log in' }).waitFor()
    expect(answers).toHaveLength(2)
  })

  test('a refused field is named, marked and focused, also a folded one, and what is filled in stays', async () => {
    const { page } = await pageHere({}, {}, { refusal: /status of 400/ })
    const refusedAs = async (text: RegExp, id: string) => {
      await click(page, 'Create the link')
      await page.getByText(text).waitFor()
      const focused = () => page.evaluate('document.activeElement.id + document.activeElement.ariaInvalid')
      await expect.poll(focused).toBe(`${id}true`)
    }
    await click(page, 'Create the link')
    await page.getByText('Choose a file, or drop one.').waitFor()
    await page.getByLabel('Choose a file').setInputFiles({ ...hello, name: 'x\u202egpj.exe' })
    expect(await page.locator('.drop').innerText()).toMatch(/^x\\u202egpj\.exe 5 B/)
    await page.getByLabel('Message').fill('The findings of May.')
    await refusedAs(/^A file name has up to 255 characters, /, 'filename')
    await page.getByLabel('File name').fill('x.txt')
    await page.getByLabel('Only from the network').fill('everywhere')
    await page.getByText('Options', { exact: true }).click()
    await refusedAs(/^A network is written like /, 'network')
    await page.getByLabel('Only from the network').fill('')
    await page.getByLabel('For whom?').fill('x'.repeat(300))
    await refusedAs(/^A name has up to 200 characters, /, 'reference')
    await page.getByLabel('For whom?').fill('')
    await page.getByLabel('Until when?').selectOption('a time that I choose')
    const until = page.getByLabel('Until', { exact: true })
    const dayMs = 24 * 3_600_000
    await until.fill(localTime(new Date(Date.now() + 30 * dayMs)))
    await refusedAs(/^Choose a time until \w+day,? \d+ \w+ at \d\d:\d\d\.$/, 'expiresAt')
    const [earliest, latest] = ['min', 'max'].map(name => until.getAttribute(name))
    expect(new Date((await latest) ?? '').getTime() - Date.now()).toBeGreaterThan(6.9 * dayMs)
    expect(new Date((await earliest) ?? '').getTime()).toBeGreaterThan(Date.now())
    await until.fill(localTime(new Date(Date.now() + dayMs)))
    expect(await page.getByLabel('Message').inputValue()).toBe('The findings of May.')
    await create(page, { file: null, recipients: 'Anna' })
    expect(await page.locator('.created').innerText()).toMatch(/x\.txt for Anna/)
    expect(await page.evaluate('document.body.innerText')).not.toMatch(/\p{Bidi_Control}/u)
    await click(page, 'Send another')
    for (const name of ['Message', 'File name', 'For whom?'])
      expect(await page.getByLabel(name).inputValue(), name).toBe('')
  })

  test('a passphrase, made or of one’s own, is shown apart; no secret is kept in storage or on the page', async () => {
    const { page } = await pageHere()
    await page.getByLabel('Passphrase').selectOption('yes, make one')
    const first = await create(page, { way: 'To a program' })
    const made = await copiedBy(page, 'Copy Passphrase')
    expect(made).toMatch(/^\d{4}-\d{4}-\d{4}$/)
    await click(page, 'Sent')
    await rowOf(page, 'hello.txt').click()
    const tried = async (url: string, passphrase: string) =>
      (await ask(url, { headers: { 'once-passphrase': passphrase } })).status
    expect(await tried(first, '000000')).toBe(403)
    await page.getByText('1 of 5 tries made').waitFor()
    expect(await tried(first, made)).toBe(302)
    await click(page, 'Send')
    await click(page, 'Send another')
    const own = 'correct horse battery'
    await page.getByLabel('Passphrase').selectOption('yes, one of mine')
    await page.getByText(/^Your passphrase/).waitFor()
    await page.getByRole('textbox', { name: 'Your passphrase' }).fill(own)
    const second = await create(page)
    expect(await tried(second, own)).toBe(302)
    await click(page, 'Send another')
    for (const isNew of [false, true]) {
      if (isNew) await page.reload()
      await click(page, 'Sent')
      await rowOf(page, 'hello.txt').first().waitFor()
      const kept = await page.evaluate<string>(everythingKept)
      expect([first.slice(-43), second.slice(-43), made, own].filter(secret => kept.includes(secret))).toEqual([])
    }
  })

  test('each way has its options, and what the sender changes reaches the API', async () => {
    const { page, viewOf } = await pageHere()
    const people = { confirm: true, bind: 'client', receipt: null }
    const ways = {
      Mail: { ...people, urlSeconds: 3600 },
      Chat: { ...people, urlSeconds: 3600 },
      Phone: { ...people, urlSeconds: 14_400 },
      'To a program': { bind: 'exact', urlSeconds: 900, receipt: null },
    }
    for (const [way, fields] of Object.entries(ways)) {
      expect(await viewOf(await create(page, { way }))).toMatchObject(fields)
      await click(page, 'Send another')
    }
    await page.getByText('Options', { exact: true }).click()
    const [soon, later] = [3_600_000, 7_200_000].map(ms => localTime(new Date(Date.now() + ms)))
    await page.getByLabel('Until when?').selectOption('a time that I choose')
    await page.getByLabel('Until', { exact: true }).fill(later ?? '')
    await page.getByLabel('Works from').fill(soon ?? '')
    await page.getByLabel('From whom?').fill('Dr. Weiß')
    await page.getByLabel('File name').fill('Befund.txt')
    await page.getByLabel('Only from the network').fill('203.0.113.0/24')
    await page.getByLabel('Home Region').selectOption('eu-west-1')
    await page.getByLabel('Require confirmation').check()
    await page.getByLabel('Keep a receipt').uncheck()
    const view = await viewOf(await create(page, { way: 'Phone' }))
    const chosen = { filename: 'Befund.txt', network: '203.0.113.0/24', homeRegion: 'eu-west-1', sender: 'Dr. Weiß' }
    expect(view).toMatchObject({ ...chosen, confirm: true, urlSeconds: 14_400, state: 'not-yet-valid' })
    expect(view).not.toHaveProperty('receipt')
    expect(['notBefore', 'expiresAt'].map(name => localTime(new Date(view[name] ?? '')))).toEqual([soon, later])
  })

  test('the Workshop shows redemption, refusals, unredeemed requests, revocation and expiry on the lanes of the edges', async () => {
    const { page, context, api, edges } = await pageHere()
    const { pathname } = new URL(await create(page, { way: 'To a program' }))
    await click(page, 'Workshop')
    await event(page, 'Issued by the api').waitFor()
    const [edge = ''] = Object.values(edges)
    await ask(edge + pathname, { method: 'HEAD' })
    await ask(edge + pathname, { headers: { 'Sec-Purpose': 'prefetch' } })
    await event(page, 'Not redeemed at us-east-1 · probed').waitFor()
    await event(page, 'Not redeemed at us-east-1 · speculative').waitFor()
    // The new window closes because the response is a download, which then belongs to the window that opened it.
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Open it at eu-west-1' }).click()
    expect((await downloading).suggestedFilename()).toBe('hello.txt')
    const redeemed = event(page, 'Redeemed at eu-west-1')
    await redeemed.waitFor()
    expect([await lanesOf(redeemed, 'redeemed'), await lanesOf(redeemed, 'store')]).toEqual([[2], [1]])
    const second = context.waitForEvent('page')
    await page.getByRole('link', { name: 'Open it at ap-northeast-1' }).click()
    expect(await (await second).getByRole('heading').innerText()).toBe('This link no longer works')
    const refused = event(page, 'Refused at ap-northeast-1 · spent')
    await refused.waitFor()
    expect(await lanesOf(refused, 'refused')).toEqual([3])
    await click(page, 'Send')
    await click(page, 'Send another')
    await page.getByLabel('Until when?').selectOption('10 seconds')
    const short = await create(page)
    await click(page, 'Workshop')
    await page.clock.install()
    await page.clock.fastForward(10_000)
    await event(page, 'Expired').waitFor()
    await page.getByRole('combobox', { name: 'Link' }).selectOption('all links')
    await redeemed.waitFor()
    await click(page, 'Sent')
    await page.getByText(/^ended today at .*, not opened$/).waitFor()
    await ask(`${api}/links/${idOf(short)}`, { method: 'DELETE' })
    await click(page, 'Workshop')
    await event(page, 'Revoked by the api').waitFor()
  })

  test('the Workshop draws the one winner of fifty viewers at three edges, the same as in the log', async () => {
    const port = await ownPorts()
    const { page, lines, edges, close } = await pageHere({}, { data: temporaryFolder(), port })
    const id = idOf(await create(page))
    await click(page, 'Workshop')
    await page.getByLabel('or have').fill('50')
    await click(page, 'Race')
    const heading = page.getByRole('heading', { name: /^One of 50 won: viewer \d+ at [\w-]+, after \d+ ms$/ })
    await heading.waitFor()
    const of = (outcome: string) =>
      lines.filter(line => line['linkId'] === id && line['outcome'] === outcome && line['edge'])
    const [winner = '', ...others] = of('redeemed').map(({ edge }) => String(edge))
    expect([of('refused').length, others]).toEqual([49, []])
    expect(await heading.innerText()).toContain(` at ${winner}, `)
    const redeemed = event(page, `Redeemed at ${winner}`)
    await redeemed.waitFor()
    expect(await lanesOf(redeemed, 'redeemed')).toEqual([1 + Object.keys(edges).indexOf(winner)])
    // It reconnects by itself, and forgets what happened in an emulator that has ended.
    await close()
    await page.getByText('not connected, trying again').waitFor()
    await emulatorHere({ bucket: temporaryFolder(), data: temporaryFolder(), port })
    await page.getByText('live', { exact: true }).waitFor()
    await page.getByText('Nothing yet.').waitFor()
  })

  test.each([390, 1440])('at %i pixels, people with disabilities can use each tab, light and dark', async width => {
    const { page } = await pageHere({ viewport: { width, height: 900 } })
    const check = async (state: string) => expect(await faultsIn(page), state).toEqual([])
    await page.getByText('Options', { exact: true }).click()
    await page.getByLabel('Choose a file').setInputFiles({ ...hello, name: `${'long_'.repeat(40)}.txt` })
    await page.getByLabel('Passphrase').selectOption('yes, one of mine')
    await check('an open form')
    await page.getByLabel('Only from the network').fill('everywhere')
    await page.getByRole('combobox', { name: 'Passphrase' }).selectOption('yes, make one')
    await page.getByLabel('For whom?').fill('Anna, Ben')
    await click(page, 'Create the link')
    await check('how many people')
    await page.keyboard.press('Escape')
    await page.getByLabel('For whom?').fill('')
    await click(page, 'Create the link')
    await page.getByText('A network is written like').waitFor()
    await check('an error')
    await page.getByLabel('Only from the network').fill('')
    await create(page, { file: null })
    await page.getByText('QR code', { exact: true }).click()
    await check('a link')
    await click(page, 'Workshop')
    await click(page, 'Race')
    await page.getByRole('heading', { name: /of 50 won/ }).waitFor()
    await check('the Workshop')
    await click(page, 'Send')
    await click(page, 'Send another')
    await page.getByLabel('Choose a file').setInputFiles(hello)
    await page.getByLabel('For whom?').fill(`Anna\nBen\n${'x'.repeat(300)}`)
    await click(page, 'Create 3 links')
    await page.getByRole('heading', { name: 'Your 2 links' }).waitFor()
    await check('a list of links')
    await click(page, 'Sent')
    await rowOf(page, 'for Anna').click()
    await check('a chosen link')
    await click(page, 'Revoke…')
    await check('a question')
    await page.evaluate(`document.querySelector('dialog[open] button').textContent = ''`)
    expect(await faultsIn(page), 'guard').toContainEqual(expect.stringContaining('button-name'))
  })
})

/** The row of the timeline with that text. */
const event = (page: Page, text: string) => page.locator('#rows').getByRole('listitem').filter({ hasText: text })

/** The lanes, counted from 0, on which a row has marks of a kind. */
const lanesOf = async (row: Locator, kind: string) =>
  Array.from(
    (await row.innerHTML()).matchAll(new RegExp(`mark ${kind}" style="grid-column: (\\d+)`, 'g')),
    ([, column]) => Number(column) - 1,
  )

const bodyOf = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())

/** Returns the names and texts of a zip, as Python reads it. */
function entriesOf(input: Buffer): readonly (readonly [string, string])[] {
  const script = `import io, json, sys, zipfile
with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())) as zip:
  print(json.dumps([[name, zip.read(name).decode()] for name in zip.namelist()]))`
  return JSON.parse(spawnSync(python, ['-c', script], { input, encoding: 'utf8' }).stdout) as [string, string][]
}

/** What the page holds, with the values of controls, without the Workshop, which goes on to open the links; and its storages. */
const everythingKept = `(async () => JSON.stringify([
  { ...sessionStorage }, { ...localStorage }, document.cookie, history.state, await indexedDB.databases(), await caches.keys(),
  ...[...document.querySelectorAll('main > div:not(:has(.workshop))')].map(part => part.outerHTML),
  ...[...document.querySelectorAll('input, textarea')].map(({ value }) => value),
]))()`

/** Formats a time as a field of it has it, in the zone of this machine, which is the browser's. */
function localTime(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
