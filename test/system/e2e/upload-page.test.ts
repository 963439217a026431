import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { missingChromium, personIn } from '../../support/browser/chromium.ts'
import { faultsIn } from '../../support/browser/faults.ts'
import { click, hello, press, sendersPages } from '../../support/browser/senders-page.ts'
import { issueAt } from '../../support/machine/http.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { serveHere } from '../../support/machine/serve.ts'

/** `UPLOAD_BYTES=2000000000` sends a file of 2 GB. */
const bytes = Number(process.env['UPLOAD_BYTES'] ?? 64_000_000)

const ended = /ERR_(ABORTED|INTERNET_DISCONNECTED)|status of 4\d\d/

/** Makes a file of random bytes, chunk by chunk. */
async function largeFile(): Promise<string> {
  const path = join(temporaryFolder(), 'scan ü.bin')
  await using file = await open(path, 'w')
  const chunk = 1_000_000
  for (let written = 0; written < bytes; written += chunk) {
    await file.write(randomBytes(Math.min(chunk, bytes - written)))
  }
  return path
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Lets a page send so many bytes a second, until the end. */
async function slowed(page: Page, uploadThroughput: number) {
  const session = await page.context().newCDPSession(page)
  const set = async (each: number) =>
    session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: each,
    })
  const start = async () => set(uploadThroughput)
  await start()
  return { start, end: async () => set(-1) }
}

/** Lets a page send so many parts, and holds the others back; returns what allows more. */
async function partsHeld(page: Page, first: number): Promise<(more: number) => void> {
  let allowed = first
  const held: (() => void)[] = []
  await page.route(/[?&]partNumber=/, async route => {
    allowed -= 1
    if (allowed < 0) await new Promise<void>(go => held.push(go))
    // After a reload, what was held is no longer wanted.
    await route.continue().catch(() => undefined)
  })
  return more => {
    allowed += more
    for (const go of held.splice(0, more)) go()
  }
}

/** What a link of these tests takes. */
const upload = { prefix: 'clinic/', maxBytes: 3_000_000_000 }

/** Opens a link and presses its button. */
async function openLink(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.locator('form button').click()
  await page.waitForURL('**/upload.html')
}

describe.skipIf(missingChromium)('the page on which a recipient sends the file of a link', () => {
  const { pageHere, browserHere } = sendersPages()

  async function askedHere(fields: object = {}) {
    const emulator = await pageHere({}, {}, { refusal: ended })
    const { api } = emulator
    const link = await issueAt(api, { upload, sender: 'Klinikum am Park', ...fields })
    const show = async () => (await fetch(`${api}/links/${link.id}`)).json() as Promise<Record<string, unknown>>
    return { ...emulator, url: link.url, show }
  }

  test.each([
    [390, 844],
    [1440, 900],
  ])(
    'at %i pixels, a large file arrives whole after a cut, a reload and a change of network',
    { timeout: 1_200_000 },
    async (width, height) => {
      const { page, context, url, show, api } = await askedHere()
      await page.setViewportSize({ width, height })
      await openLink(page, url)
      expect(new URL(page.url()).hash).toBe('')
      await page.getByText('Klinikum am Park asks you for a file.').waitFor()
      expect(await faultsIn(page)).toEqual([])
      const path = await largeFile()
      const parts: string[] = []
      page.on('requestfinished', request => request.method() === 'PUT' && parts.push(request.url()))
      const throttle = await slowed(page, bytes / 8)
      const allow = await partsHeld(page, 3)
      await page.getByLabel('File').setInputFiles(path)
      await click(page, 'Send')
      await expect.poll(() => parts.length, { timeout: 600_000 }).toBeGreaterThan(1)
      await context.setOffline(true)
      await page.waitForTimeout(1500)
      await context.setOffline(false)
      await throttle.start()
      const before = parts.length
      allow(3)
      await expect.poll(() => parts.length, { timeout: 600_000 }).toBeGreaterThan(before)
      page.once('dialog', dialog => void dialog.accept())
      await page.reload()
      await page.getByText(/^Part of “scan ü.bin” has arrived/).waitFor()
      expect(await faultsIn(page)).toEqual([])
      const arrived = parts.length
      await throttle.end()
      allow(Infinity)
      await page.getByLabel('File').setInputFiles(path)
      await click(page, 'Send')
      await page.getByRole('heading', { name: 'Klinikum am Park has your file' }).waitFor({ timeout: 600_000 })
      expect(await faultsIn(page)).toEqual([])
      // Parts that arrived before the reload are not sent again.
      const all = Math.ceil(bytes / 8_388_608)
      if (bytes < 8e10) expect(parts.length - arrived).toBeLessThan(all)
      const { received } = (await show()) as { received: { key: string; size: number; filename: string } }
      expect(received).toMatchObject({ size: bytes, filename: 'scan ü.bin' })
      const { url: own } = await issueAt(api, { key: received.key })
      const saved = join(temporaryFolder(), 'saved')
      const response = await fetch(own)
      expect(response.headers.get('content-security-policy')).toContain('sandbox')
      expect(response.headers.get('content-disposition')).toMatch(/^attachment; .*scan%20%C3%BC\.bin/)
      await using file = await open(saved, 'w')
      for await (const chunk of response.body!) await file.write(chunk)
      expect(await hashOf(saved)).toBe(await hashOf(path))
    },
  )

  test('by keyboard alone, and again from the link: the same browser goes on, and sees what was received', async () => {
    const { page, url, show } = await askedHere()
    await openLink(page, url)
    await page.getByLabel('File').setInputFiles(hello)
    await page.getByLabel('File').focus()
    await press(page, 'Send', ['Tab', 'Enter'])
    const heading = page.getByRole('heading', { name: 'Klinikum am Park has your file' })
    await heading.waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H2')
    await page.getByText(/^hello\.txt · 5 B · today at /).waitFor()
    await page.reload()
    await heading.waitFor()
    await page.goto(url)
    await heading.waitFor()
    expect(await show()).toMatchObject({ state: 'used', received: { state: 'received', filename: 'hello.txt' } })
  })

  test('another browser gets nothing, and the page without its token says so', async () => {
    const { page, url, api } = await askedHere()
    await openLink(page, url)
    const other = await (await personIn(browserHere())).newPage()
    await other.goto(url)
    expect(await other.locator('h1').innerText()).toBe('This link no longer works')
    await other.goto(`${api}/upload.html`)
    await other.getByText(/^This page opens from the link in your message/).waitFor()
    await other.goto(`${api}/upload.html#1.${'a'.repeat(22)}.${'b'.repeat(22)}.5.1795536000.${'c'.repeat(22)}`)
    await other.getByText(/^This page opens from the link in your message/).waitFor()
    await other.context().close()
  })

  test('of two windows one completes, and the other says so', async () => {
    const { page, context, url } = await askedHere()
    await openLink(page, url)
    const second = await context.newPage()
    await second.goto(url)
    await second.getByLabel('File').setInputFiles({ ...hello, name: 'second.txt' })
    await page.getByLabel('File').setInputFiles(hello)
    await click(second, 'Send')
    await second.getByRole('heading', { name: 'Klinikum am Park has your file' }).waitFor()
    await click(page, 'Send')
    await page.getByText(/^second\.txt · 5 B · today at /).waitFor()
  })

  test('a page with a script is stored, and given as an attachment in a sandbox that runs nothing', async () => {
    const { page, url, show, api } = await askedHere()
    await openLink(page, url)
    const script = '<script>document.title = "ran"</script>'
    await page.getByLabel('File').setInputFiles({ name: 'a.html', mimeType: 'text/html', buffer: Buffer.from(script) })
    await click(page, 'Send')
    await page.getByRole('heading', { name: 'Klinikum am Park has your file' }).waitFor()
    const { received } = (await show()) as { received: { key: string; contentType: string } }
    expect(received.contentType).toBe('text/html')
    const refused = await fetch(`${api}/links`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: received.key, media: 'object' }),
    })
    expect(refused.status).toBe(400)
    const response = await fetch((await issueAt(api, { key: received.key })).url)
    expect(await response.text()).toBe(script)
    expect(response.headers.get('content-disposition')).toMatch(/^attachment;/)
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('a foreign page shows neither page in a frame, reads nothing of a window that it opens, and uses nothing', async () => {
    const { page, url, api, show, context } = await askedHere()
    const mine = await issueAt(api, { upload })
    const headers = { accept: 'application/json', 'idempotency-key': 'mine' }
    const { token } = (await (await fetch(mine.url, { method: 'POST', headers })).json()) as { token: string }
    const framed = [url, `${api}/upload.html#${token}`]
    const { origin } = await serveHere((_, response) => {
      const frames = framed.map(each => `<iframe src="${each}"></iframe>`).join('')
      response.setHeader('content-type', 'text/html').end(frames)
    })
    const foreign = await context.newPage()
    await foreign.goto(origin, { waitUntil: 'load' })
    // The emulator shows nothing to a frame; what CloudFront serves has the same policy.
    for (const frame of foreign.frames().slice(1)) expect(await frame.locator('form, main').count()).toBe(0)
    const headersOfPage = (await fetch(`${api}/upload.html`)).headers
    expect(headersOfPage.get('content-security-policy')).toContain("frame-ancestors 'none'")
    for (const each of framed) {
      const opening = context.waitForEvent('page')
      await foreign.evaluate(`opened = window.open(${JSON.stringify(each)})`)
      const opened = await opening
      await opened.getByRole('button').first().waitFor()
      const read = `(() => { try { return opened.closed || opened.location.href } catch (error) { return error.name } })()`
      expect([true, 'SecurityError']).toContain(await foreign.evaluate(read))
    }
    expect(await show()).toMatchObject({ state: 'live' })
    await openLink(page, url)
  })

  test('what can not be sent is refused with a reason: too large, of another type, withdrawn', async () => {
    const { page, url, api } = await askedHere({ upload: { prefix: '', maxBytes: 4, types: ['image/*'] } })
    await openLink(page, url)
    await page.getByText('One file, 4 B at most. Allowed: pictures.').waitFor()
    expect(await page.getByLabel('File').getAttribute('accept')).toBe('image/*')
    await page.getByLabel('File').setInputFiles(hello)
    await page.getByText('This file is too large: 4 B at most.').waitFor()
    expect(await faultsIn(page)).toEqual([])
    await page.getByLabel('File').setInputFiles({ ...hello, buffer: Buffer.from('abc') })
    await click(page, 'Send')
    await page.getByText('Files of this kind are not taken. Allowed: image/*.').waitFor()
    const id = createHash('sha256').update(url.slice(-43)).digest('base64url').slice(0, 22)
    await fetch(`${api}/links/${id}`, { method: 'DELETE' })
    await page.getByLabel('File').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('abc') })
    await click(page, 'Send')
    await page.getByText('This request was withdrawn. Nothing can be sent here any more.').waitFor()
    expect(await faultsIn(page)).toEqual([])
  })
})
