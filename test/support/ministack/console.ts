import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loopback } from '../../../cli/adapters/machine.ts'
import { launchChromium, missingChromium } from '../chromium.ts'
import { onceHere, type Outcome } from '../cli/once-here.ts'
import { temporaryFolder } from '../folder.ts'
import { attackScript, type Reading } from '../foreign-page.ts'
import { ask } from '../http.ts'
import { serveHere } from '../serve.ts'
import { type Front, startFront } from './front.ts'
import { logDownload } from './life/deliveries.ts'
import { type Deployed, type Life, lifeOf, target } from './life/deployed.ts'
import { account } from './ministack.ts'

/** Bytes of the file that is uploaded with a break: four parts. CONSOLE_BYTES sets another size. */
const bytes = Number(process.env['CONSOLE_BYTES'] ?? 32 * 1024 * 1024)

/** A user without rights on files of others. */
const otherUser = { uid: 65_534, gid: 65_534, encoding: 'utf8' } as const

/** A running `once console`, and what it said. */
interface RunningConsole {
  readonly origin: string
  /** The file that opens its page. */
  readonly file: string
  readonly token: string
  /** Programs that it started, with their arguments. */
  readonly started: readonly (readonly string[])[]
  /** Presses Ctrl-C, and waits until it has ended. */
  end(): Promise<Outcome>
}

/** Registers tests of `once console` on a deployment, in Chromium. */
export function opensConsole(get: () => Deployed): void {
  describe.skipIf(missingChromium)('once console', () => {
    let console: RunningConsole
    let browser: Browser
    let life: Life
    let front: Front
    let page: Page
    beforeAll(async () => {
      ;[browser, life, console] = await Promise.all([launchChromium(), lifeOf(get()), startConsole(get())])
      const { operator, clock } = get()
      front = await startFront({ endpoint: operator.ministack.endpoint, account, now: clock.now })
      // The page may send files to hosts of AWS, of which MiniStack has none.
      const context = await browser.newContext({ bypassCSP: true })
      context.setDefaultTimeout(60_000)
      page = await context.newPage()
    })
    afterAll(async () => {
      await browser?.close()
      await life?.close()
      await front?.close()
      await console?.end()
    })
    opensByItsFile(() => ({ console, page }))
    uploadsAfterABreak(() => ({ page, life, front }))
    withstandsOthers(() => ({ console, browser, life }))

    test('ends with the command, and leaves neither file nor server', async () => {
      await page.close()
      expect((await console.end()).code).toBe(0)
      expect(existsSync(console.file)).toBe(false)
      await expect(fetch(console.origin)).rejects.toThrow('fetch failed')
    })
  })
}

function opensByItsFile(get: () => { console: RunningConsole; page: Page }): void {
  test.skipIf(process.getuid?.() !== 0)('another user of the machine can not read its file', () => {
    const { console } = get()
    expect(spawnSync('cat', [console.file], otherUser)).toMatchObject({ status: 1, stdout: '' })
  })

  test('it starts a browser with a file of its user alone, and no argument or address has its secret', async () => {
    const { console, page } = get()
    expect(console.started).toEqual([['xdg-open', console.file]])
    expect(statSync(console.file).mode & 0o777).toBe(0o600)
    await page.goto(`file://${console.file}`)
    await page.getByRole('button', { name: 'Create' }).waitFor()
    await vi.waitFor(() => expect(existsSync(console.file)).toBe(false))
    expect(page.url()).toBe(`${console.origin}/`)
    expect(await page.content()).not.toContain(console.token)
    expect(await page.evaluate('document.cookie')).toBe('')
    const reloading = page.waitForRequest(`${console.origin}/`)
    await page.reload()
    expect((await reloading).method()).toBe('GET')
    await page.getByRole('button', { name: 'Create' }).waitFor()
  })
}

function uploadsAfterABreak(parts: () => { page: Page; life: Life; front: Front }): void {
  test('a file whose upload broke off, and whose page was loaded again, goes on from the parts that S3 has', async () => {
    const { page, life, front } = parts()
    const { path, sha256 } = await largeFile(bytes)
    const sent: string[] = []
    page.on('request', request => request.method() === 'PUT' && sent.push(request.url()))
    const count = Math.ceil(bytes / partBytes)
    await page.getByLabel('Choose a file').setInputFiles(path)
    // The network breaks in the middle, and the page is loaded again.
    const isPart = (url: URL) => url.searchParams.has('partNumber')
    await page.route(isPart, route => (sent.length > count / 2 ? route.abort() : route.continue()))
    await page.getByRole('button', { name: 'Create' }).click()
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(count / 2), { timeout: 600_000, interval: 50 })
    page.once('dialog', question => void question.accept())
    await page.reload()
    await page.unroute(isPart)
    await page.getByRole('button', { name: 'Create' }).waitFor()
    const before = sent.length
    await page.getByLabel('Choose a file').setInputFiles(path)
    await page.getByLabel('To a program').check()
    await page.getByLabel('For whom?').fill('the large one')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'Your link' }).waitFor({ timeout: 600_000 })
    const again = sent.length - before
    expect(again).toBeGreaterThan(0)
    expect(again).toBeLessThanOrEqual(Math.ceil(count / 2) + 4)
    const url = await page.getByRole('textbox', { name: 'Link' }).inputValue()
    const file = target(await life.visit(url), url)
    expect(await hashOf(file, front)).toBe(sha256)
    await page.getByRole('button', { name: 'Sent', exact: true }).click()
    await page.getByRole('button', { name: 'large.bin for the large one' }).click()
    const card = page.getByRole('group', { name: 'large.bin' })
    await expect
      .poll(() => card.innerText(), { timeout: 60_000 })
      .toMatch(/Opened\s+.*with curl, from[^]*Download\s+no download so far/)
    expect((await logDownload(file, life)).size).toBe(bytes)
    await expect.poll(() => card.innerText(), { timeout: 60_000 }).toMatch(/Download\s+([\d.]+) of \1 [MG]B, complete/)
    expect(await card.innerText()).toMatch(/opened .* at \d\d:\d\d, downloaded whole/)
  })
}

const operations = [
  ['GET', '/console/setup'],
  ['GET', '/links'],
  ['POST', '/links', '{"key":"planted.txt"}'],
  ['POST', '/links/batch', '{"links":[{"key":"planted.txt"}]}'],
  ['GET', `/links/${'A'.repeat(22)}`],
  ['DELETE', `/links/${'A'.repeat(22)}`],
  ['POST', '/uploads', '{"key":"planted.txt"}'],
  ['POST', `/uploads/${'A'.repeat(43)}/complete`, '{"bytes":1}'],
  ['DELETE', `/uploads/${'A'.repeat(43)}`],
  ['POST', '/exchange', '{}'],
] as const

function withstandsOthers(get: () => { console: RunningConsole; browser: Browser; life: Life }): void {
  test('a request without its secret, for another host or from another origin does nothing', async () => {
    const { origin, token } = get().console
    const authorization = `Bearer ${token}`
    for (const [method, path, body] of operations) {
      const headers = { 'content-type': 'application/json' }
      const send = (more: object) =>
        ask(origin + path, { method, headers: { ...headers, ...more }, ...(body && { body }) })
      for (const wrong of [{}, { authorization: `Bearer ${token}A` }, { cookie: `token=${token}` }])
        expect((await send(wrong)).status, `${method} ${path}`).toBe(401)
      const foreign = [
        { host: 'rebound.example' },
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'same-site' },
      ]
      for (const each of [...foreign, { host: new URL(origin).host.replace('127.0.0.1', 'localhost') }])
        expect((await send({ ...each, authorization })).status, `${method} ${path}`).toBe(403)
    }
    const wrong = await ask(`${origin}/console/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'token=guessed',
    })
    expect({ status: wrong.status, hasToken: wrong.body.includes(token) }).toEqual({ status: 401, hasToken: false })
    const other = await ask(`${origin}/exchange`, { method: 'POST', headers: { authorization }, body: '{}' })
    expect(other.status).toBe(404)
  })

  test('a page of another origin can neither read nor change anything', async () => {
    const { console, browser, life } = get()
    const { origin } = await serveHere((_, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><body>')
    })
    const page = await browser.newPage()
    await page.goto(origin)
    const paths = ['/', '/links', '/console/setup', '/console/open', '/uploads']
    const read = await page.evaluate<Reading[]>(attackScript({ base: console.origin, linkId: 'A'.repeat(22), paths }))
    expect(read).toEqual([])
    await page.close()
    const keys: string[] = []
    for await (const { key } of life.api.list()) keys.push(key)
    expect(keys).not.toContain('planted.txt')
  })
}

/** Bytes of a part of a file that has fewer than 9,000 of them. */
const partBytes = 8 * 1024 * 1024

async function largeFile(size: number): Promise<{ readonly path: string; readonly sha256: string }> {
  const path = join(temporaryFolder(), 'large.bin')
  const file = createWriteStream(path)
  const hash = createHash('sha256')
  for (let left = size; left > 0; left -= partBytes) {
    const chunk = randomBytes(Math.min(partBytes, left))
    hash.update(chunk)
    if (!file.write(chunk)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
  return { path, sha256: hash.digest('hex') }
}

/** Returns the SHA-256 of the file of a signed URL. */
async function hashOf(file: string, front: Front): Promise<string> {
  const hash = createHash('sha256')
  const { host, origin } = new URL(file)
  const request = requestHttp(front.origin + file.slice(origin.length), { headers: { host } }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  for await (const chunk of response as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

async function startConsole({ operator, context }: Deployed): Promise<RunningConsole> {
  const stopping = new AbortController()
  const started: (readonly string[])[] = []
  const home = mkdtempSync(join(tmpdir(), 'once-home-'))
  // As on many machines, other users may look into the home folder.
  chmodSync(home, 0o755)
  const printed = Promise.withResolvers<string>()
  const ports = {
    ...operator.ports,
    loopback: { ...loopback, home, platform: 'linux' },
    interrupts: { abortOnInterrupt: () => stopping.signal },
    programs: {
      run: async (name: string, args: readonly string[]) => {
        started.push([name, ...args])
        return { code: 0, output: '' }
      },
    },
    print: printed.resolve,
  }
  const ended = onceHere(['console', '--json', ...context.flatMap(each => ['-c', each])], ports)
  const said = await Promise.race([printed.promise, ended.then(outcome => Promise.reject(new Error(outcome.noted)))])
  const { origin, file } = JSON.parse(said) as { origin: string; file: string }
  const [, token = ''] = /name="token" value="([\w-]{43})"/.exec(readFileSync(file, 'utf8')) ?? []
  return {
    origin,
    file,
    token,
    started,
    end: async () => {
      stopping.abort()
      const outcome = await ended
      rmSync(home, { recursive: true, force: true })
      return outcome
    },
  }
}
