import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emulator } from '../../../emulator/emulator.ts'
import { parseAuth } from '../../../shared/callers/auth.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { tokenRefusals } from '../../../shared/api/token-refusal.ts'
import { badTokens } from '../../support/api/bad-tokens.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'
import { issuersOf } from '../../support/api/issuers.ts'
import { type OidcServer, startOidcServer } from '../../support/api/oidc-server.ts'

const audience = 'https://links.example.com'
const issuers = issuersOf(
  { id: 'reports', group: 'reports', prefixes: ['reports/'], verbs: ['issue', 'read', 'revoke'] },
  { id: 'laptop', principal: '000000000000', prefixes: [''], verbs: ['issue'] },
)

let server: OidcServer

/** An emulator that accepts tokens of the server, with a clock that can be set forward, and what its functions log. */
async function setUp(settings: object = {}) {
  const parsed = parseAuth({ issuer: server.provider.issuer, audience, ...settings })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.invalid))
  const state = { ahead: 0 }
  const lines: Record<string, unknown>[] = []
  const clock = {
    now: () => (Date.now() + state.ahead) as EpochMs,
    pause: async (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
  }
  const emulator: Emulator = await emulatorHere({
    bucket: temporaryFolder(),
    regions: ['us-east-1'],
    access: { auth: parsed.value, issuers },
    clock,
    log: line => lines.push(line as Record<string, unknown>),
  })
  return {
    /** Log lines of the api's functions: each request that reaches one writes a line. */
    served: () => lines.filter(line => 'api' in line),
    advance: (ms: number) => void (state.ahead += ms),
    async call(
      token: string | undefined,
      { method = 'POST', path = '/links', body = {} }: { method?: string; path?: string; body?: object } = {},
    ) {
      const headers = {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      }
      const sent = method === 'GET' ? {} : { body: JSON.stringify(body) }
      const answer = await ask(`${emulator.api}${path}`, { method, headers, ...sent })
      return { ...answer, body: JSON.parse(answer.body) as Record<string, unknown> }
    },
  }
}

const report = { body: { key: 'reports/x', allowMissing: true } }

describe('with tokens of an OpenID Connect server over https', () => {
  beforeAll(async () => {
    server = await startOidcServer()
  })
  afterAll(() => server.close())

  test('a group with the prefix reports/ issues reports/x, sees it, and can’t issue other/x', async () => {
    const { call } = await setUp()
    const token = await server.accessToken()
    const issued = await call(token, report)
    expect([issued.status, issued.body['reason']]).toEqual([201, undefined])
    const other = await call(token, { body: { key: 'other/x', allowMissing: true } })
    expect([other.status, other.body['reason']]).toEqual([403, 'key-not-allowed'])
    const list = await call(token, { method: 'GET' })
    expect(list.body['links']).toMatchObject([{ id: issued.body['id'] }])
    const exchanged = await call(token, { path: '/exchange', body: { nonce: String(issued.body['url']).slice(-43) } })
    expect([exchanged.status, exchanged.body['reason']]).toEqual([403, 'verb-not-allowed'])
  })

  test('programs of this machine are an IAM user beside them', async () => {
    const { call } = await setUp()
    expect((await call(undefined, report)).status).toBe(201)
    expect((await call(undefined, { method: 'GET' })).body['reason']).toBe('verb-not-allowed')
  })

  test('every bad token gets 401 with its reason, a challenge and no call of a function, so none of the table', async () => {
    const { call, served } = await setUp()
    const wrong: unknown[] = []
    for (const [title, token, reason] of badTokens(server.provider)) {
      for (const request of [report, { method: 'GET' }, { path: '/exchange', body: { nonce: 'x' } }]) {
        const { status, headers, body } = await call(token, request)
        const seen = [status, body['reason'], body['detail'], headers['www-authenticate'], headers['content-type']]
        const expected = [
          401,
          reason,
          tokenRefusals[reason],
          'Bearer error="invalid_token"',
          'application/problem+json',
        ]
        if (JSON.stringify(seen) !== JSON.stringify(expected)) wrong.push([title, seen])
      }
    }
    expect(wrong).toEqual([])
    expect(served()).toEqual([])
    expect((await call(server.provider.token({ groups: ['reports'] }), report)).status).toBe(201)
    expect(served()).toHaveLength(1)
  })

  test('made-up keys cause two requests to the server, the document and the keys, in ten seconds', async () => {
    const { call } = await setUp()
    const before = server.reads()
    for (let made = 0; made < 30; made += 1) await call(server.provider.token({}, { kid: `made-up-${made}` }), report)
    expect(server.reads() - before).toBe(2)
  })

  test('a result that is cached does not outlive its token', async () => {
    const { call, served, advance } = await setUp()
    const now = Math.floor(Date.now() / 1000)
    const token = server.provider.token({ groups: ['reports'], exp: now + 20 })
    expect((await call(token, report)).status).toBe(201)
    const before = server.reads()
    advance(20_000)
    const { status, body } = await call(token, report)
    expect([status, body['reason']]).toEqual([401, 'token-expired'])
    expect(server.reads()).toBe(before)
    // The function refuses: API Gateway did not ask the authorizer again.
    expect(served().map(({ outcome, reason }) => reason ?? outcome)).toEqual(['issued', 'token-expired'])
  })

  test('a new key is accepted at once, the old one until its provider’s keys are read again', async () => {
    const { call, advance } = await setUp({ cacheSeconds: 0 })
    const old = server.provider.token({ groups: ['reports'] }, { kid: 'ec' })
    expect((await call(old, report)).status).toBe(201)
    await server.rotate('ec', 'next')
    expect((await call(old, report)).status).toBe(201)
    advance(11_000)
    expect((await call(server.provider.token({ groups: ['reports'] }, { kid: 'next' }), report)).status).toBe(201)
    expect((await call(old, report)).body['reason']).toBe('token-key-unknown')
    expect((await call(await server.accessToken(), report)).status).toBe(201)
  })

  test('while the server is down, known keys go on, and nothing is accepted without keys', async () => {
    const known = await setUp({ cacheSeconds: 0 })
    const token = server.provider.token({ groups: ['reports'] })
    expect((await known.call(token, report)).status).toBe(201)
    server.isUp = false
    try {
      known.advance(6 * 60_000)
      const later = server.provider.token({ groups: ['reports'], exp: Math.floor(Date.now() / 1000) + 3600 })
      expect((await known.call(later, report)).status).toBe(201)
      const unknown = await setUp()
      const { status, headers, body } = await unknown.call(token, report)
      expect([status, body['reason'], headers['retry-after']]).toEqual([503, 'unavailable', '5'])
      expect(unknown.served()).toEqual([])
    } finally {
      server.isUp = true
    }
  })

  test('keys are not read from a server whose document names another issuer, or whose name the certificate lacks', async () => {
    const { port } = new URL(server.provider.issuer)
    for (const issuer of [`https://localhost:${port}`, `https://127.0.0.2:${port}`]) {
      const { call, served } = await setUp({ issuer })
      const { status, body } = await call(server.provider.token({ iss: issuer, groups: ['reports'] }), report)
      expect([status, body['reason']], issuer).toEqual([503, 'unavailable'])
      expect(served()).toEqual([])
    }
  })

  test('with keys in the settings, nothing is asked of the server', async () => {
    const before = server.reads()
    const { call } = await setUp({ jwks: server.provider.keys() })
    expect((await call(server.provider.token({ groups: ['reports'] }), report)).status).toBe(201)
    expect((await call(server.provider.token({}, { kid: 'made-up' }), report)).body['reason']).toBe('token-key-unknown')
    expect(server.reads()).toBe(before)
  })
})
