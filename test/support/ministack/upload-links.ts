import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { expect, test } from 'vitest'
import { personIn } from '../browser/chromium.ts'
import { click } from '../browser/senders-page.ts'
import { missingJq } from '../clients/programs.ts'
import { outputOf } from '../documented-programs/programs.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { type Life, reasonOf, target } from './life/deployed.ts'

/** A deployment, and where a browser and curl reach its hosts. */
interface Reached {
  readonly life: Life
  readonly browser: Browser
  readonly port: number
  /** Returns what its functions and requests have logged so far. */
  readonly log: () => string
}

/** Returns the lines of a page's first block of commands that has this text. */
function documentedLines(page: string, text: string): readonly string[] {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs', page), 'utf8')
  const blocks = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  return (blocks.find(block => block.includes(text)) ?? '').trimEnd().split('\n')
}

/** What docs/asking.md says to run for a link, as one program: it prints the state of the upload. */
function documentedProgram(): string {
  const [variables = '', sha256 = '', ...upload] = documentedLines('links.md', '$api/uploads')
  const begin = documentedLines('asking.md', 'Once-Upload').map(line => line.replace(' LINK ', ' "$link" '))
  const goOn = upload
    .filter(line => /^part=|parts|-T|complete/.test(line))
    .map(line => line.replace('"$url"', '"$put"').replace(/^url=/, 'put='))
    .map(line => line.replace('$api/uploads/', '$url/').replace('-H "$json"', '-H "$token" -H "$json"'))
  return [variables, sha256, ...begin, ...goOn, 'echo', 'curl -s "$url" -H "$token"'].join('\n')
}

/** Registers tests of links that take a file: asked for by our command, sent by programs and in Chromium, and read. */
export function linksTakeFiles(get: () => Reached): void {
  const asks = async (...args: readonly string[]) => {
    const asked = await get().life.once('ask', 'inbox/', '--max-bytes', '50MB', '--json', ...args)
    expect(asked, asked.noted).toMatchObject({ code: 0 })
    return JSON.parse(asked.said) as { readonly id: string; readonly url: string }
  }
  /** Opens a link as a program does. */
  const open = (url: string, key: string = randomUUID()) =>
    get().life.visit(url, { method: 'POST', headers: { 'idempotency-key': key, accept: 'application/json' } })
  /** Reads what a link received: what is known of it, and its bytes by a one-time link for it. */
  const read = async (id: string, content: string) => {
    const { life } = get()
    const { received } = await life.api.show(id)
    const { key = '' } = received ?? {}
    expect(key).toMatch(new RegExp(`^inbox/received/${id}/[\\w-]{22}$`))
    const status = await life.once('status', id)
    expect(status.said, status.noted).toContain(key)
    const { url } = await life.issue({ key })
    const file = await life.visit(target(await life.visit(url), url))
    expect(file).toMatchObject({ status: 200, body: content })
    expect(file.headers['content-disposition']).toMatch(/^attachment; /)
    expect(file.headers['content-security-policy']).toContain('sandbox')
    expect(reasonOf(await life.visit(url))).toBe('spent')
    return received
  }

  test.skipIf(missingJq)(
    'a program sends the file of a link by the documented lines, and no second one does',
    async () => {
      const { life, port } = get()
      const { id, url } = await asks()
      const folder = temporaryFolder()
      const redeemed = await life.redeem(url, join(folder, 'saved'))
      expect([redeemed.code, redeemed.noted]).toEqual([2, expect.stringContaining('one that takes a file')])
      expect(await life.api.show(id)).toMatchObject({ state: 'live' })
      const [content, key] = [`a report ${id}`, randomUUID()]
      writeFileSync(join(folder, 'report.pdf'), content)
      writeFileSync(join(folder, '.curlrc'), `insecure\nconnect-to = "::127.0.0.1:${port}"\n`)
      const command = ['bash', '--norc', '-euo', 'pipefail', '-c', documentedProgram()]
      const [, state = ''] = (await outputOf(folder, command, { link: url, key })).split('\n')
      const file = { filename: 'report.pdf', bytes: content.length }
      expect(JSON.parse(state)).toMatchObject({ state: 'received', received: file })
      expect(reasonOf(await open(url))).toBe('spent')
      const again = JSON.parse((await open(url, key)).body) as { readonly url: string; readonly token: string }
      const headers = { 'once-upload': again.token, 'content-type': 'application/json' }
      const begun = await life.visit(again.url, { method: 'POST', headers, body: JSON.stringify(file) })
      expect(reasonOf(begun)).toBe('file-received')
      expect(await read(id, content)).toMatchObject({ state: 'received', filename: 'report.pdf', size: content.length })
    },
  )

  test('a person sends the file of a link in a browser, and no second one does', async () => {
    const { browser } = get()
    const { id, url } = await asks('--types', 'application/pdf,image/*')
    const messages: string[] = []
    const context = await personIn(browser)
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    page.on('console', message => void messages.push(message.text()))
    await page.goto(url)
    await page.locator('form button').click()
    await page.waitForURL('https://send.example.com/upload.html')
    const content = `found by ${id}`
    const file = { name: 'Befund (März).pdf', mimeType: 'application/pdf', buffer: Buffer.from(content) }
    await page.getByLabel('File').setInputFiles(file)
    await click(page, 'Send')
    await page.getByRole('heading', { name: 'Your file has arrived' }).waitFor()
    expect(messages).toEqual([])
    await context.close()
    const other = await (await personIn(browser)).newPage()
    await other.goto(url)
    expect(await other.locator('h1').innerText()).toBe('This link no longer works')
    await other.context().close()
    expect(await read(id, content)).toMatchObject({
      state: 'received',
      filename: file.name,
      contentType: file.mimeType,
    })
  })

  test('an upload is ended, and that of a revoked link takes nothing more, and stays open for the teardown', async () => {
    const { life, log } = get()
    const { id, url } = await asks()
    const opened = JSON.parse((await open(url)).body) as { readonly url: string; readonly token: string }
    const headers = { 'once-upload': opened.token, 'content-type': 'application/json' }
    const body = JSON.stringify({ filename: 'a.txt', bytes: 1 })
    const begin = () => life.visit(opened.url, { method: 'POST', headers, body })
    const { upload } = JSON.parse((await begin()).body) as { readonly upload: { readonly id: string } }
    expect((await life.visit(`${opened.url}/${upload.id}`, { method: 'DELETE', headers })).status).toBe(204)
    expect((await begin()).status).toBe(200)
    await life.api.revoke(id)
    expect(reasonOf(await begin())).toBe('link-revoked')
    expect(JSON.parse((await life.visit(opened.url, { headers })).body)).toMatchObject({ state: 'withdrawn' })
    expect(log()).not.toContain(opened.token.split('.').at(-1))
  })
}
