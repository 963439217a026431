import { expect, onTestFinished, test, vi } from 'vitest'
import { type ClientOptions, createClient } from '../../../client/client.ts'
import type { Login, Setup } from '../../../console/protocol.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'

/** The page's session; its module has types of browsers, which those of Node.js exclude. */
interface Page {
  readonly Session: new (
    login: Login,
    changed: () => void,
  ) => Required<Pick<ClientOptions, 'fetch' | 'token'>> & {
    readonly state: string
    readonly person: string | undefined
    readonly problem: string | undefined
    logIn(): Promise<void>
    logOut(): void
  }
  finishLogin(): boolean
}

const file: string = '../../../console/page/login.ts'
const { Session, finishLogin } = (await import(file)) as Page

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

/** The page at an emulator with logins. `logIn` has a person log in there; `came` are the addresses to which logins came back. */
async function pageHere() {
  const { api: origin } = await emulatorHere({ bucket: temporaryFolder(), login: true })
  const came: string[] = []
  const replaced: unknown[] = []
  let person = personNamed('ann', origin)
  const returned = (url: string) => {
    const { pathname, search } = new URL(url)
    came.push(url)
    vi.stubGlobal('location', { origin, pathname, search })
    finishLogin()
  }
  const popup = {
    opener: {},
    close: () => undefined,
    location: { replace: async (url: string) => returned(await person(url)) },
  }
  vi.stubGlobal('location', { origin, pathname: '/', search: '' })
  vi.stubGlobal('history', { replaceState: (...given: unknown[]) => replaced.push(given.at(-1)) })
  vi.stubGlobal('document', { body: { append: () => undefined } })
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  })
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
  return { origin, session, states, came, replaced, client, logIn, returned }
}

const link = { key: 'a', allowMissing: true } as const

test('what waits for a login goes on after it, and two people see nothing of each other', async () => {
  const { session, client, logIn, came, replaced } = await pageHere()
  const waiting = client().issue({ ...link, reference: 'of ann' })
  await logIn('ann')
  const { id } = await waiting
  expect([session.state, session.person, session.problem]).toEqual(['in', 'ann', undefined])
  expect(replaced).toEqual(['/callback.html'])
  expect(new URL(came[0] ?? '').search).toMatch(/^\?code=/)
  expect((await client().show(id)).reference).toBe('of ann')
  const ofAnn = client()
  session.logOut()
  await logIn('ben')
  expect(session.person).toBe('ben')
  await expect(client().show(id)).rejects.toMatchObject({ status: 404 })
  expect(await client().list().next()).toMatchObject({ done: true })
  await expect(ofAnn.show(id)).rejects.toThrow('The person who began this is not logged in any more.')
})

test('an answer with another state, or a second time, changes nothing', async () => {
  const { session, states, came, logIn, returned, origin } = await pageHere()
  await logIn('ann')
  const [first = ''] = came
  returned(first)
  returned(`${origin}/callback.html?code=stolen&state=made-up`)
  await new Promise(resolve => setTimeout(resolve, 100))
  expect([states, session.problem]).toEqual([['in'], undefined])
})

test('a token that ends is refreshed, and one without refresh waits; nothing goes on as another person', async () => {
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
  const refused = expect(waiting).rejects.toThrow('Another person has logged in')
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

test('programs without a token are the local user, and the provider’s page loads nothing from elsewhere', async () => {
  const { origin } = await pageHere()
  expect((await ask(`${origin}/links`)).status).toBe(200)
  const page = await ask(`${origin}/callback.html?code=a`, {
    headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  })
  expect(page.status).toBe(200)
  expect(page.headers['content-security-policy']).toMatch(/connect-src 'self' http:\S+ http:\S+;/)
})
