import { describe, expect, test } from 'vitest'
import { identityOf } from '../../../api/principal.ts'
import { linkRoutes } from '../../../shared/api/routes.ts'
import { secondsOf } from '../../../shared/time.ts'
import { proxyEvent, testApi } from '../../support/api/api.ts'
import { testExchange } from '../../support/api/exchange.ts'
import { asToken, issuersOf } from '../../support/api/issuers.ts'
import { makeLink, noon, secondsFromNoon } from '../../support/table/links.ts'

const issuers = issuersOf(
  { id: 'reports', group: 'reports', prefixes: ['reports/'], verbs: ['issue', 'read', 'revoke', 'exchange'] },
  { id: 'ops', subject: 'ops', prefixes: [''], verbs: ['admin', 'exchange'] },
)

/** A token of the group, which ends half a minute after the clock of the tests starts. */
const token = asToken('reports-service', ['staff', 'reports'], secondsFromNoon(30))

describe('a token of a group', () => {
  test('is a caller that no IAM principal can be', () => {
    const identity = identityOf(proxyEvent('GET', '/links', token), { userRoles: [] })
    expect(identity).toBe('token/https://login.example.com/reports-service')
    expect(identityOf(proxyEvent('GET', '/links'), { userRoles: [] })).toMatch(/^\d{12}\//)
  })

  test('is another caller than one whose subject and Idempotency-Key are the same text together', async () => {
    const api = testExchange({ deployment: { issuers } })
    const { nonce, link } = makeLink({ issuer: 'reports', key: 'reports/x' as never, state: 'live' })
    await api.store.links.put(link, 'us-east-1')
    const as = (subject: string, key: string) => ({
      ...asToken(subject, ['reports']),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    })
    expect((await api.exchange(nonce, as('alice smith', 'k'))).status).toBe(200)
    expect((await api.exchange(nonce, as('alice', 'smith k'))).body.reason).toBe('spent')
    expect((await api.exchange(nonce, as('alice smith', 'k'))).status).toBe(200)
  })
})

describe('a token that API Gateway has cached', () => {
  test('is refused from the second of its end on, before quota, table and bucket', async () => {
    const calls: string[] = []
    const called = (name: string) => async () => {
      calls.push(name)
      throw new Error(name)
    }
    const quota = { tryAdd: called('quota') }
    const links = { put: called('put'), find: called('find'), revoke: called('revoke'), replace: called('replace') }
    const ports = { quota, links, objects: { look: called('look') }, listings: { page: called('page') } }
    const api = testApi(ports, { issuers })
    api.clock.advance(30_000)
    for (const { method, path } of [...Object.values(linkRoutes), { method: 'GET', path: '/elsewhere' }]) {
      const { status, headers, body } = await api.call(method, path, { body: { key: 'reports/x' }, ...token })
      expect([status, body.reason], `${method} ${path}`).toEqual([401, 'token-expired'])
      expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"')
    }
    expect(calls).toEqual([])
  })

  test('is accepted a millisecond before', async () => {
    const api = testApi({}, { issuers })
    api.clock.advance(29_999)
    expect((await api.call('POST', '/links', { body: { key: 'reports/x' }, ...token })).status).toBe(201)
  })

  test('exchanges nothing after its end, and the link stays unused', async () => {
    const api = testExchange({ deployment: { issuers } })
    const { nonce, link } = makeLink({ issuer: 'reports', key: 'reports/x' as never })
    await api.store.links.put(link, 'us-east-1')
    api.clock.advance(30_000)
    expect((await api.exchange(nonce, token)).body.reason).toBe('token-expired')
    expect(api.calls()).toBe(0)
    const later = asToken('reports-service', ['reports'], secondsOf(noon) + 60)
    expect((await api.exchange(nonce, later)).status).toBe(200)
  })
})
