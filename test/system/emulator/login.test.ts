import { expect, onTestFinished, test, vi } from 'vitest'
import { type ClientOptions, createClient } from '../../../client/client.ts'
import { pageTexts } from '../../../console/page-files.ts'
import type { Login, Setup } from '../../../console/protocol.ts'
import type { EmulatorOptions } from '../../../emulator/emulator.ts'
import { linksTo } from '../../support/browser/links-to-texts.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'

/** The page's session; its module has types of browsers, which those of Node.js exclude. */
interface Page {
  readonly Session: new (
    login: Login,
    changed: () => void,
  ) => Required<Pick<ClientOptions, 'fetch' | 'token'>> & {
    readonly state: string
    logIn(): Promise<void>
  }
  finishLogin(): boolean
}

interface Language {
  loadLanguage(language: string): Promise<void>
}

const [file, languageFile]: string[] = ['../../../console/page/login.ts', '../../../console/page/language.ts']
const { Session, finishLogin } = (await import(file ?? '')) as Page
const { loadLanguage } = (await import(languageFile ?? '')) as Language

/** A person with a browser, as far as a login needs one: a window that keeps cookies, and any name and password. */
function personNamed(login: string, page: string) {
  const cookies = new Map<string, string>()
  async function open(url: string, body?: URLSearchParams): Promise<string> {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    const options = { headers, redirect: 'manual', ...(body && { method: 'POST', body }) } as const
    const response = await fetch(url, options)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const next = response.headers.get('location')
    if (next === null) {
      const [, action = ''] = /action="([^"]+)"/.exec(await response.text()) ?? []
      return open(action, new URLSearchParams({ prompt: 'login', login, password: 'any' }))
    }
    const to = new URL(next, url)
    return to.origin === page ? to.href : open(to.href)
  }
  return open
}

/** The page at an emulator with logins. `logIn` has a person log in there. */
async function pageHere(more: Partial<EmulatorOptions> = {}) {
  const { api: origin } = await emulatorHere({ bucket: temporaryFolder(), login: true, ...more })
  let person = personNamed('ann', origin)
  const returned = (url: string) => {
    const { pathname, search } = new URL(url)
    vi.stubGlobal('location', { origin, pathname, search })
    finishLogin()
  }
  const popup = {
    opener: {},
    close: () => undefined,
    location: { replace: async (url: string) => returned(await person(url)) },
  }
  vi.stubGlobal('location', { origin, pathname: '/', search: '' })
  vi.stubGlobal('history', { replaceState: () => undefined })
  vi.stubGlobal('document', { body: { append: () => undefined } })
  vi.stubGlobal('localStorage', { getItem: () => null, removeItem: () => undefined })
  vi.stubGlobal('window', { open: () => popup, close: () => undefined })
  onTestFinished(() => void vi.unstubAllGlobals())
  const setup = JSON.parse((await ask(`${origin}/console/setup`)).body) as Required<Setup>
  const states: string[] = []
  const session = new Session(setup.login, () => states.push(session.state))
  const client = () => createClient({ origin, token: session.token, fetch: session.fetch, attempts: 1 })
  async function logIn(name: string): Promise<void> {
    person = personNamed(name, origin)
    const before = states.length
    await session.logIn()
    await expect.poll(() => states.length).toBeGreaterThan(before)
  }
  return { origin, session, states, client, logIn }
}

const link = { key: 'a', allowMissing: true } as const

test('two people see nothing of each other', async () => {
  const { client, logIn } = await pageHere()
  await logIn('ann')
  const { id } = await client().issue(link)
  await logIn('ben')
  await expect(client().show(id)).rejects.toMatchObject({ status: 404 })
  expect(await client().list().next()).toMatchObject({ done: true })
  await logIn('ann')
  expect(await client().show(id)).toMatchObject({ id })
})

test('senders ask for files, and no login comes before the file of a link', async () => {
  const { origin, client, logIn } = await pageHere()
  await logIn('ann')
  const { id } = await client().ask({ upload: { prefix: 'inbox/', maxBytes: 1 } })
  expect(await client().show(id)).toMatchObject({ upload: { prefix: 'inbox/' } })
  const headers = { authorization: 'Bearer of another login' }
  expect(await ask(`${origin}/links`, { headers })).toMatchObject({ status: 401 })
  expect((await ask(`${origin}/received`, { headers })).status).not.toBe(401)
})

test('with a claim for it, the sender is the name of the login, and the page knows', async () => {
  const { api: origin } = await emulatorHere({ bucket: temporaryFolder(), login: true })
  const fixed = await emulatorHere({ bucket: temporaryFolder(), login: true, senderClaim: 'name' })
  const logins = [origin, fixed.api].map(async api => JSON.parse((await ask(`${api}/console/setup`)).body) as Setup)
  expect((await Promise.all(logins)).map(({ login }) => login?.isSenderFixed)).toEqual([undefined, true])
  const { client, logIn } = await pageHere({ senderClaim: 'name' })
  await logIn('ann')
  expect(await client().show((await client().issue(link)).id)).toMatchObject({ sender: 'ann' })
  await expect(client().issue({ ...link, sender: 'ben' })).rejects.toMatchObject({ reason: 'sender-fixed' })
})

test('a token that ends is refreshed, and one without refresh waits; nothing goes on as another person', async () => {
  const links = linksTo(await pageTexts())
  vi.stubGlobal('document', { documentElement: {}, querySelectorAll: () => links })
  await loadLanguage('en')
  const { session, states, client, logIn } = await pageHere()
  await logIn('ann')
  const { id } = await client().issue(link)
  const old = await session.token()
  vi.useFakeTimers({ now: Date.now() + 290_000, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  expect(await session.token()).not.toBe(old)
  // Beyond the refresh token as well.
  vi.setSystemTime(Date.now() + 30 * 24 * 3_600_000)
  const waiting = client().show(id)
  const why = waiting.catch((error: unknown) => (error as { text(): string }).text())
  const refused = expect(why).resolves.toMatch('Another person has logged in')
  await expect.poll(() => session.state).toBe('ended')
  await logIn('ben')
  await refused
  expect(states).toEqual(['in', 'in', 'ended', 'in'])
})

test('a refused token is renewed once, and the request sent again', async () => {
  const { session, logIn, origin } = await pageHere()
  await logIn('ann')
  const sent: string[] = []
  const send = globalThis.fetch
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (!url.startsWith(`${origin}/links`)) return send(url, init)
    sent.push(new Headers(init.headers).get('authorization') ?? '')
    return sent.length === 2 ? new Response(null, { status: 401 }) : send(url, init)
  })
  const headers = { authorization: `Bearer ${await session.token()}` }
  for (const _ of [1, 2]) expect((await session.fetch(`${origin}/links`, { headers })).status).toBe(200)
  expect([sent.length, new Set(sent).size]).toEqual([3, 2])
})
