import { spawn } from 'node:child_process'
import { once as event } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test, vi } from 'vitest'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { createClient } from '../../../client/client.ts'
import { loopback } from '../../../cli/adapters/machine.ts'
import { launchChromium, missingChromium } from '../../support/browser/chromium.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'

const main = join(import.meta.dirname, '../../../cli/main.ts')
const api = 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/v1'

test.each([[[]], [['--json']], [['--no-browser']]])(
  'once console prints and runs nothing with its secret, which is in a file of this user: %j',
  async options => {
    const home = temporaryFolder()
    const stop = new AbortController()
    const ran: string[] = []
    const seen = Promise.withResolvers<{ mode: number; text: string; opened: unknown }>()
    async function look(file: string): Promise<void> {
      const text = readFileSync(file, 'utf8')
      const { mode } = statSync(file)
      const [, url = ''] = /action="([^"]+)"/.exec(text) ?? []
      const headers = { 'content-type': 'application/x-www-form-urlencoded', host: new URL(url).host }
      const { status, headers: sent } = await ask(url, { method: 'POST', headers, body: `token=${secretIn(text)}` })
      seen.resolve({ mode: mode & 0o777, text, opened: [status, sent['cross-origin-opener-policy']] })
      stop.abort()
    }
    const said: string[] = []
    const outcome = await onceHere(['console', '--api', api, ...options], {
      aws: { ...allOfAws(), account: async () => '111122223333' },
      loopback: { ...loopback, home },
      interrupts: { abortOnInterrupt: () => stop.signal },
      print: line => {
        said.push(line)
        look(line.startsWith('{') ? (JSON.parse(line) as { file: string }).file : line).catch(seen.reject)
      },
      programs: { run: async (...command) => void ran.push(JSON.stringify(command)) },
    })
    const { mode, text, opened } = await seen.promise
    expect(outcome.code).toBe(0)
    expect(opened).toEqual([200, 'same-origin-allow-popups'])
    expect(mode).toBe(0o600)
    expect(secretIn(text)).toMatch(/^[\w-]{43}$/)
    expect(ran).toHaveLength(options.includes('--no-browser') ? 0 : 1)
    expect([outcome.noted, ...said, ...ran].join('\n')).not.toContain(secretIn(text))
    expect(readdirSync(home)).toEqual([])
    await expect(ask(originIn(text))).rejects.toThrow()
  },
)

/** Starts a console of an API as a process, whose page is not opened; returns its file. */
async function consoleIn(home: string, of = api) {
  const args = [main, 'console', '--no-browser', '--api', of]
  const child = spawn(process.execPath, args, { env: { HOME: home, ONCE_TOKEN: 'a.b.c' } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [file] = (await event(createInterface({ input: child.stdout }), 'line')) as [string]
  const kill = async () => (child.kill('SIGKILL'), event(child, 'exit'))
  return { file, name: basename(file), kill }
}

test('a console that is killed leaves no secret: its file goes when the page opens, or when another one starts', async () => {
  const home = temporaryFolder()
  const [opened, unopened, waiting] = await Promise.all([consoleIn(home), consoleIn(home), consoleIn(home)])
  const text = readFileSync(opened.file, 'utf8')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const open = () => ask(`${originIn(text)}console/open`, { method: 'POST', headers, body: `token=${secretIn(text)}` })
  expect((await open()).status).toBe(200)
  await vi.waitFor(() => expect(readdirSync(home)).not.toContain(opened.name))
  // A browser that loads the page again may post again.
  expect((await open()).status).toBe(200)
  await Promise.all([opened.kill(), unopened.kill()])
  expect(readdirSync(home).toSorted()).toEqual([unopened.name, waiting.name].toSorted())
  const next = await consoleIn(home)
  expect(readdirSync(home).toSorted()).toEqual([waiting.name, next.name].toSorted())
})

test('a link is replaced through it, as the page does: without a body', async () => {
  const { api: of } = await emulatorHere({ bucket: temporaryFolder() })
  const { file } = await consoleIn(temporaryFolder(), of)
  const text = readFileSync(file, 'utf8')
  const client = createClient({ origin: originIn(text), token: () => secretIn(text), attempts: 1 })
  const { id } = await client.issue({ key: 'a', allowMissing: true })
  const next = await client.replace(id)
  expect(await client.show(id)).toMatchObject({ state: 'revoked', replacedBy: next.id })
  expect(await client.show(next.id)).toMatchObject({ state: 'live', key: 'a' })
})

test.skipIf(missingChromium)(
  'its file opens the page in a browser, also again, and no address or cookie has its secret',
  async () => {
    const { file } = await consoleIn(temporaryFolder())
    const text = readFileSync(file, 'utf8')
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`file://${file}`)
    const create = page.getByRole('button', { name: 'Create' })
    await create.waitFor()
    expect(page.url()).toBe(originIn(text))
    expect(await page.content()).not.toContain(secretIn(text))
    expect(await page.evaluate('document.cookie')).toBe('')
    const reloading = page.waitForRequest(originIn(text))
    await page.reload()
    expect((await reloading).method()).toBe('GET')
    await create.waitFor()
  },
)

const secretIn = (text: string) => /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''
const originIn = (text: string) => /action="(http:\/\/[^/]+)/.exec(text)?.[1] + '/'
