import { describe, expect, test } from 'vitest'
import { createAuthorizer } from '../../../api/authorizer/handler.ts'
import type { AuthorizerPorts, LogLine } from '../../../api/authorizer/ports.ts'
import { parseAuth } from '../../../shared/callers/auth.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { testProvider } from '../../support/api/tokens.ts'

const methodArn = 'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/v1/GET/links'

/** An authorizer whose provider can fail, and whose reads are counted. */
function setUp() {
  const provider = testProvider()
  const parsed = parseAuth({ issuer: provider.issuer, audience: 'https://links.example.com' })
  if (!parsed.ok) throw new Error('valid')
  const clock = manualClock(Date.now() as ReturnType<AuthorizerPorts['clock']['now']>)
  const state = { reads: 0, isDown: false }
  const lines: LogLine[] = []
  const keys = {
    async load() {
      state.reads += 1
      if (state.isDown) throw new Error('connect ECONNREFUSED')
      return provider.keys()
    },
  }
  const authorize = createAuthorizer({ clock, keys, log: line => lines.push(line) }, parsed.value)
  async function reasonFor(token: string): Promise<unknown> {
    const event = { type: 'TOKEN', authorizationToken: `Bearer ${token}`, methodArn } as const
    const { policyDocument, context } = await authorize(event)
    return (policyDocument.Statement[0] as { Effect: string }).Effect === 'Allow' ? 'accepted' : context?.['reason']
  }
  return { provider, clock, state, lines, reasonFor }
}

const minute = 60_000

describe('the keys of the provider', () => {
  test('are not read again within ten seconds, whatever keys tokens make up', async () => {
    const { provider, clock, state, reasonFor } = setUp()
    for (let made = 0; made < 100; made += 1) {
      expect(await reasonFor(provider.token({}, { kid: `made-up-${made}` }))).toBe('token-key-unknown')
      clock.advance(99)
    }
    expect(state.reads).toBe(1)
    clock.advance(101)
    await reasonFor(provider.token({}, { kid: 'made-up' }))
    expect(state.reads).toBe(2)
    expect(await reasonFor(provider.token())).toBe('accepted')
  })

  test('are trusted for five minutes after the provider has withdrawn one, at most', async () => {
    const { provider, clock, reasonFor } = setUp()
    const token = provider.token({ exp: Math.floor(Date.now() / 1000) + 3600 })
    expect(await reasonFor(token)).toBe('accepted')
    provider.rotate('rsa', 'next')
    clock.advance(5 * minute - 1)
    expect(await reasonFor(token)).toBe('accepted')
    clock.advance(1)
    expect(await reasonFor(token)).toBe('token-key-unknown')
  })

  test('are replaced, also if the provider gives a new key the name of an old one', async () => {
    const { provider, clock, reasonFor } = setUp()
    const old = provider.token({ exp: Math.floor(Date.now() / 1000) + 3600 })
    expect(await reasonFor(old)).toBe('accepted')
    provider.rotate('rsa')
    clock.advance(5 * minute)
    expect(await reasonFor(old)).toBe('token-signature')
    expect(await reasonFor(provider.token({ exp: Math.floor(Date.now() / 1000) + 3600 }))).toBe('accepted')
  })
})

describe('while the provider does not respond', () => {
  test('no token is accepted without keys, and none is refused for that', async () => {
    const { provider, state, lines, reasonFor } = setUp()
    state.isDown = true
    await expect(reasonFor(provider.token())).rejects.toThrow('could not be checked')
    await expect(reasonFor(provider.token({ aud: 'other' }))).rejects.toThrow('could not be checked')
    expect(lines.map(({ outcome, reason, error }) => [outcome, reason, error])).toEqual([
      ['failed', 'unavailable', 'Error'],
      ['failed', 'unavailable', 'Error'],
    ])
    expect(state.reads).toBe(1)
  })

  test('tokens of known keys are accepted for a day', async () => {
    const { provider, clock, state, reasonFor } = setUp()
    const token = provider.token({ exp: Math.floor(Date.now() / 1000) + 2 * 86_400 })
    expect(await reasonFor(token)).toBe('accepted')
    state.isDown = true
    clock.advance(24 * 60 * minute - 1)
    expect(await reasonFor(token)).toBe('accepted')
    clock.advance(10_000)
    await expect(reasonFor(token)).rejects.toThrow('could not be checked')
  })

  test('a token of an unknown key is neither accepted nor refused: its key may be new', async () => {
    const { provider, clock, state, reasonFor } = setUp()
    await reasonFor(provider.token())
    clock.advance(11_000)
    state.isDown = true
    provider.rotate('ec', 'next')
    for (const _ of [1, 2]) {
      await expect(reasonFor(provider.token({}, { kid: 'next' }))).rejects.toThrow('could not be checked')
    }
    expect(state.reads).toBe(2)
    state.isDown = false
    clock.advance(10_000)
    expect(await reasonFor(provider.token({}, { kid: 'next' }))).toBe('accepted')
  })
})
