import { describe, expect, test } from 'vitest'
import type { AuthorizerPorts, LogLine } from '../../../api/authorizer/ports.ts'
import { createAuthorizer } from '../../../api/authorizer/handler.ts'
import { parseAuth } from '../../../shared/callers/auth.ts'
import { type TokenReason, tokenRefusals } from '../../../shared/api/token-refusal.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { badTokens } from '../../support/api/bad-tokens.ts'
import { type TestProvider, testProvider } from '../../support/api/tokens.ts'

const audience = 'https://links.example.com'
const methodArn = 'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/v1/GET/links'
const provider = testProvider()
/** As providers do that leave the algorithm to the token. */
const withoutAlg = testProvider('https://login.example.com', { namesAlgorithms: false })

/** Makes an authorizer for `of`, on the machine's clock as it was, whose keys are counted each time they are read. */
function authorizerFor(
  of: TestProvider,
  settings: object = {},
  keys: AuthorizerPorts['keys'] = { load: async () => of.keys() },
) {
  const parsed = parseAuth({ issuer: of.issuer, audience, ...settings })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.invalid))
  const clock = manualClock(Date.now() as ReturnType<AuthorizerPorts['clock']['now']>)
  const lines: LogLine[] = []
  let reads = 0
  const counted = { load: async () => ((reads += 1), keys.load()) }
  const authorize = createAuthorizer({ clock, keys: counted, log: line => lines.push(line) }, parsed.value)
  return {
    clock,
    lines,
    reads: () => reads,
    ask: (token: string, header = `Bearer ${token}`) =>
      authorize({ type: 'TOKEN', authorizationToken: header, methodArn }),
    async reasonFor(token: string, header?: string) {
      const { policyDocument, context } = await this.ask(token, header)
      const [{ Effect } = { Effect: undefined }] = policyDocument.Statement
      return Effect === 'Allow' ? 'accepted' : context?.['reason']
    },
  }
}

const now = Math.floor(Date.now() / 1000)
const bad = badTokens(provider)

describe('a token is refused', () => {
  test.each(bad)('%s', async (_, token, reason) => {
    const { ask, lines } = authorizerFor(provider)
    const { policyDocument, context } = await ask(token)
    expect(policyDocument.Statement).toEqual([
      { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: expect.stringMatching(/:a1b2c3d4e5\/v1\/\*$/) },
    ])
    expect(context).toEqual({ reason, detail: tokenRefusals[reason] })
    expect(lines).toEqual([{ outcome: 'refused', reason, ms: 0 }])
  })

  test.each([
    ['no header', ''],
    ['a signature of AWS', 'AWS4-HMAC-SHA256 Credential=AKID'],
    ['two tokens', `Bearer ${provider.token()} ${provider.token()}`],
    ['a token without a scheme', provider.token()],
  ])('%s instead of a token', async (_, header) => {
    expect(await authorizerFor(provider).reasonFor('', header)).toBe('token-required')
  })

  test('each reason is given, and the words of each are safe in JSON', () => {
    const given = new Set([...bad.map(([, , reason]) => reason), 'token-required', 'token-use', 'token-sender'])
    expect(given).toEqual(new Set(Object.keys(tokenRefusals)))
    for (const detail of Object.values(tokenRefusals)) expect(detail).not.toMatch(/["\\\p{Cc}$]/u)
  })

  test('what is wrong without a key costs no request to the provider', async () => {
    const free = new Set<TokenReason>(['token-malformed', 'token-type', 'token-issuer'])
    const authorizer = authorizerFor(provider)
    const tokens = bad.filter(([, , reason]) => free.has(reason))
    for (const [, token, reason] of tokens) expect(await authorizer.reasonFor(token)).toBe(reason)
    expect(tokens.length).toBeGreaterThan(15)
    expect(authorizer.reads()).toBe(0)
  })

  test('an algorithm for another type of key, also if the key names none', async () => {
    const authorizer = authorizerFor(withoutAlg)
    for (const [kid, alg] of [
      ['rsa', 'ES256'],
      ['ec', 'RS256'],
      ['rsa', 'EdDSA'],
    ]) {
      expect(['token-algorithm', 'token-signature']).toContain(
        await authorizer.reasonFor(withoutAlg.token({}, { kid, alg })),
      )
    }
  })
})

describe('a token is accepted', () => {
  test.each(['rsa', 'ec', 'ed'])('by a key of each kind: %s', async kid => {
    expect(await authorizerFor(provider).reasonFor(provider.token({}, { kid }))).toBe('accepted')
    expect(await authorizerFor(withoutAlg).reasonFor(withoutAlg.token({}, { kid }))).toBe('accepted')
  })

  test('for all methods of the stage, because API Gateway reuses the result for them', async () => {
    const token = provider.token({ groups: ['reports', 'staff'], exp: now + 120.9 })
    const { principalId, ...result } = await authorizerFor(provider).ask(token)
    expect(result).toEqual({
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: 'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/v1/*',
          },
        ],
      },
      context: {
        issuer: 'https://login.example.com',
        subject: 'reports',
        groups: '["reports","staff"]',
        expiresAt: String(now + 120),
      },
    })
    expect(principalId).toMatch(/^[\w-]{22}$/)
  })

  test.each([
    ['that is one of two audiences', { aud: ['https://other.example.com', audience] }],
    ['that starts in half a minute: the provider’s clock is ahead', { nbf: now + 30 }],
    ['that ends in a thousand years', { exp: now + 1000 * 365 * 86_400 }],
    ['of an access token’s type', {}],
  ])('%s', async (_, more) => {
    expect(await authorizerFor(provider).reasonFor(provider.token(more, { typ: 'at+JWT' }))).toBe('accepted')
  })

  test('for one of the audiences that the settings name, and for no other', async () => {
    const authorizer = authorizerFor(provider, { audience: ['page', 'program'] })
    const reasonFor = (aud: unknown) => authorizer.reasonFor(provider.token({ aud }))
    for (const aud of ['page', 'program', ['other', 'program']]) expect(await reasonFor(aud)).toBe('accepted')
    for (const aud of ['pageprogram', 'page,program', ['other']]) expect(await reasonFor(aud)).toBe('token-audience')
  })

  test.each([
    ['a list', ['a', 'b'], '["a","b"]'],
    ['one name', 'a', '["a"]'],
    ['nothing', undefined, '[]'],
    ['what is no text', [7, null, { a: 1 }, 'a'], '["a"]'],
    ['an object', { a: 1 }, '[]'],
  ])('with the groups of the claim that the settings name: %s', async (_, value, groups) => {
    const authorizer = authorizerFor(provider, { groupsClaim: 'https://example.com/roles' })
    const token = provider.token({ groups: ['not this'], 'https://example.com/roles': value })
    expect((await authorizer.ask(token)).context).toMatchObject({ groups })
  })

  test('with a scheme in any case', async () => {
    expect(await authorizerFor(provider).reasonFor('', `bearer  ${provider.token()}`)).toBe('accepted')
  })
})

describe('with Amazon Cognito', () => {
  const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI'
  const cognito = testProvider(issuer)
  const access = { aud: undefined, token_use: 'access', client_id: 'client1', 'cognito:groups': ['reports'] }
  const authorizer = authorizerFor(cognito, { audience: ['page', 'client1'] })

  test('access tokens of the app client are accepted, with its groups', async () => {
    const { context } = await authorizer.ask(cognito.token(access))
    expect(context).toMatchObject({ issuer, subject: 'reports', groups: '["reports"]' })
  })

  test('tokens with the pool’s other issuer are accepted as of the same issuer', async () => {
    const iss = 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI'
    expect((await authorizer.ask(cognito.token({ ...access, iss }))).context).toMatchObject({ issuer })
  })

  test.each([
    ['ID tokens', { ...access, token_use: 'id', aud: 'client1', client_id: undefined }, 'token-use'],
    ['tokens without a use', { ...access, token_use: undefined }, 'token-use'],
    ['tokens of another app client', { ...access, client_id: 'client2' }, 'token-audience'],
    ['tokens of another user pool', { ...access, iss: `${issuer}x` }, 'token-issuer'],
  ])('%s are refused', async (_, claimsOf, reason) => {
    expect(await authorizer.reasonFor(cognito.token(claimsOf))).toBe(reason)
  })
})
