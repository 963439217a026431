import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { groupsClaimOf, parseAuth, userPoolOf } from '../../../shared/callers/auth.ts'
import { describeInvalid } from '../../../shared/fields.ts'
import { testProvider } from '../../support/api/tokens.ts'

const auth = { issuer: 'https://login.example.com', audience: 'links' }

/** Returns what is wrong with `auth`, one line a field. */
function faultsOf(input: unknown): readonly string[] {
  const parsed = parseAuth(input)
  return parsed.ok ? [] : parsed.invalid.map(describeInvalid)
}

describe('the setting auth', () => {
  test.each(['links', ['links'], ['a', 'b', 'c', 'd']])('needs issuer and audience only: %j', audience => {
    const auth = { issuer: 'https://login.example.com', audience }
    expect(parseAuth(auth)).toEqual({ ok: true, value: expect.objectContaining({ ...auth, cacheSeconds: 60 }) })
  })

  test.each([
    ['nothing', undefined, 'auth: got nothing'],
    ['http', { ...auth, issuer: 'http://login.example.com' }, 'auth.issuer: got "http://login.example.com"'],
    ['an issuer with a query', { ...auth, issuer: 'https://login.example.com?a' }, 'auth.issuer'],
    ['an issuer with a user', { ...auth, issuer: 'https://me@login.example.com' }, 'auth.issuer'],
    ['no issuer', { audience: 'links' }, 'auth.issuer: got nothing, allowed: the issuer of tokens'],
    ['no audience', { issuer: auth.issuer }, 'auth.audience: got nothing'],
    ['a list of no audience', { ...auth, audience: [] }, 'auth.audience: got [], allowed: a name of this API'],
    [
      'five audiences',
      { ...auth, audience: ['a', 'b', 'c', 'd', 'e'] },
      'auth.audience: got ["a","b","c","d","e"], allowed: a name',
    ],
    ['an empty audience', { ...auth, audience: ['a', ''] }, 'auth.audience: got ["a",""], allowed: a name of this API'],
    ['keys over http', { ...auth, jwksUri: 'http://login.example.com/keys' }, 'auth.jwksUri'],
    ['results that are reused for long', { ...auth, cacheSeconds: 61 }, 'auth.cacheSeconds: got 61, allowed'],
    ['an unknown field', { ...auth, scope: 'links' }, 'auth.scope: got a field that is not known'],
    ['no keys', { ...auth, jwks: { keys: [] } }, 'auth.jwks.keys'],
    ['a value of the CDK at run time', { ...auth, issuer: '${Token[TOKEN.1]}' }, 'auth: got a value of the CDK'],
  ])('refuses %s', (_, input, start) => {
    expect(faultsOf(input)).toEqual([expect.stringMatching(new RegExp(`^${start.replaceAll(/[.[\]$?]/g, '\\$&')}`))])
  })

  test('refuses a private key, and does not repeat it', () => {
    const keys = testProvider().privateKeys()
    const faults = faultsOf({ ...auth, jwks: { keys } }).join()
    expect(faults).toContain('auth.jwks.keys.0.d: got "a private key", allowed: nothing')
    for (const { d = '' } of keys) expect(faults).not.toContain(d.slice(0, 8))
  })

  test('keeps what verifies a signature of each key, and nothing else', () => {
    const { keys } = testProvider().keys()
    const more = keys.map(key => ({ ...key, x5c: ['MIIB'.repeat(500)], key_ops: ['verify'] }))
    expect(parseAuth({ ...auth, jwks: { keys: more } })).toMatchObject({ ok: true, value: { jwks: { keys } } })
    const parsed = parseAuth({ ...auth, jwks: { keys: more } })
    expect(JSON.stringify(parsed)).not.toContain('"x5c"')
  })

  test('of a private network has keys, because that reaches no provider', () => {
    const settings = { homeRegions: ['eu-west-1'], network: 'private', auth }
    expect(() => parseSettings(settings)).toThrow('auth.jwks: got nothing, allowed: with network "private" the keys')
    expect(() => parseSettings({ ...settings, auth: { ...auth, jwks: testProvider().keys() } })).not.toThrow()
    expect(() => parseSettings({ ...settings, network: 'public' })).not.toThrow()
  })
})

test.each(['"', '\\', '$', ' ', '\n'])('the claim of the sender has no %j: it is put into JSON', sign => {
  expect(faultsOf({ ...auth, senderClaim: `a${sign}b` })).toEqual([expect.stringMatching(/^auth\.senderClaim: got "/)])
  expect(faultsOf({ ...auth, senderClaim: 'https://example.com/sender' })).toEqual([])
})

test('a user pool is known by either of its issuers, and has its own claim of groups', () => {
  const id = 'eu-west-1_AbCdEfGhI'
  for (const host of ['cognito-idp', 'issuer-cognito-idp']) {
    const issuer = `https://${host}.eu-west-1.amazonaws.com/${id}`
    expect(userPoolOf({ issuer })).toBe(id)
    expect(groupsClaimOf({ issuer })).toBe('cognito:groups')
    expect(groupsClaimOf({ issuer, groupsClaim: 'teams' })).toBe('teams')
  }
  expect(userPoolOf({ issuer: `https://cognito-idp.eu-west-1.amazonaws.com.example.com/${id}` })).toBeUndefined()
  expect(groupsClaimOf(auth)).toBe('groups')
})
