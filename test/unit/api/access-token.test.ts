import { describe, expect, test } from 'vitest'
import { accessTokenOf } from '../../../api/access-token.ts'
import { identityOf } from '../../../api/request.ts'
import type { TokenContext } from '../../../shared/auth.ts'
import { proxyEvent, testApi } from '../../support/api.ts'
import { testExchange } from '../../support/exchange.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'

const token: TokenContext = {
  issuer: 'https://login.example.com',
  subject: 'reports-service',
  groups: '["reports","staff"]',
  expiresAt: String(secondsFromNoon(30)),
}

const ofNobody = { userRoles: [] }

describe('a request to the token API', () => {
  test('has the subject, groups and end that the authorizer has checked', () => {
    expect(accessTokenOf(proxyEvent('GET', '/links', { token }))).toEqual({
      issuer: 'https://login.example.com',
      subject: 'reports-service',
      groups: ['reports', 'staff'],
      expiresAt: secondsFromNoon(30),
    })
  })

  test('has a caller that no IAM principal can be', () => {
    expect(identityOf(proxyEvent('GET', '/links', { token }), ofNobody)).toBe(
      'token/https://login.example.com/reports-service',
    )
    expect(identityOf(proxyEvent('GET', '/links'), ofNobody)).toBe('111122223333/AROAEXAMPLE')
  })

  test.each([
    ['no subject', { subject: '' }],
    ['no issuer', { issuer: '' }],
    ['no end', { expiresAt: '' }],
    ['an end that is no number', { expiresAt: '1e9' }],
    ['groups that are no list', { groups: '"reports"' }],
    ['groups that are no text', { groups: '[7]' }],
    ['groups that are no JSON', { groups: 'reports' }],
  ])('is refused as unavailable if the authorizer gives %s', async (_, wrong) => {
    const api = testApi()
    const { status, body } = await api.call('POST', '/links', { body: { key: 'k' }, token: { ...token, ...wrong } })
    expect([status, body.reason]).toEqual([503, 'unavailable'])
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
    const links = { put: called('put'), find: called('find'), revoke: called('revoke') }
    const api = testApi({ quota, links, objects: { look: called('look') }, listings: { page: called('page') } })
    api.clock.advance(30_000)
    for (const [method, path] of [
      ['POST', '/links'],
      ['POST', '/links/batch'],
      ['GET', '/links'],
      ['GET', '/links/AAAAAAAAAAAAAAAAAAAAAA'],
      ['DELETE', '/links/AAAAAAAAAAAAAAAAAAAAAA'],
      ['GET', '/elsewhere'],
    ] as const) {
      const { status, headers, body } = await api.call(method, path, { body: { key: 'k' }, token })
      expect([status, body.reason], `${method} ${path}`).toEqual([401, 'token-expired'])
      expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"')
    }
    expect(calls).toEqual([])
  })

  test('is accepted a millisecond before', async () => {
    const api = testApi()
    api.clock.advance(29_999)
    expect((await api.call('POST', '/links', { body: { key: 'k' }, token })).status).toBe(201)
  })

  test('exchanges nothing after its end, and the link stays unused', async () => {
    const api = testExchange()
    const { nonce, link } = makeLink()
    await api.store.links.put(link, 'us-east-1')
    api.clock.advance(30_000)
    expect((await api.exchange(nonce, { token })).body.reason).toBe('token-expired')
    expect(api.calls()).toBe(0)
    expect((await api.exchange(nonce)).status).toBe(200)
  })
})
