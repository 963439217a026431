import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connectToAws } from '../../../cli/adapters/aws/aws.ts'
import { createClient } from '../../../client/client.ts'
import { apiStage } from '../../../infra/placement/physical-names.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { ask } from '../machine/http.ts'
import { testProvider } from '../api/tokens.ts'
import { type Deployed, lifeOf } from './life/deployed.ts'
import { account } from './ministack.ts'

const own = testProvider()

/** A provider whose tokens end late: the clock of functions is days ahead. */
const provider = {
  ...own,
  token: (claims = {}, header = {}) => own.token({ exp: 4_000_000_000, ...claims }, header),
}

/** The settings with which a deployment takes tokens of that provider, and its account issues as before. */
export const tokenSettings: readonly string[] = [
  `auth=${JSON.stringify({ issuer: own.issuer, audience: own.audience, jwks: own.keys() })}`,
  `issuers=${JSON.stringify([
    { id: 'account', principal: account, prefixes: [''], verbs: ['issue', 'upload', 'read', 'revoke', 'exchange'] },
    { id: 'desk', subject: 'carol', prefixes: [''], verbs: ['issue', 'upload', 'read', 'revoke'], own: true },
  ])}`,
]

/** Registers tests of the token API of a deployment with that setting. */
export function takesTokens(get: () => Deployed): void {
  const originOf = async () => {
    const [api] = await connectToAws().restApis.named('once-tokens', 'us-east-1')
    return get().operator.ministack.apiUrl(`https://${api?.id}.execute-api.us-east-1.amazonaws.com/${apiStage}`)
  }
  const refusal = async (headers: Readonly<Record<string, string>>, path = '/links') => {
    const answer = await ask((await originOf()) + path, { headers })
    return { ...answer, body: JSON.parse(answer.body) as Record<string, unknown> }
  }

  test('with a token, once issue uploads a file, and its link works once; the caller finds it among its own', async () => {
    const life = await lifeOf(get())
    onTestFinished(async () => life.close())
    await life.issue()
    const file = join(temporaryFolder(), 'scan.txt')
    writeFileSync(file, 'a scan')
    vi.stubEnv('ONCE_TOKEN', provider.token({ sub: 'carol' }))
    onTestFinished(() => void vi.unstubAllEnvs())
    const issued = await life.once('issue', file, '--json')
    expect(issued, issued.noted).toMatchObject({ code: 0 })
    const { id, url } = JSON.parse(issued.said) as { readonly id: string; readonly url: string }
    const saved = join(temporaryFolder(), 'saved')
    expect(await life.redeem(url, saved)).toMatchObject({ code: 0 })
    expect(readFileSync(saved, 'utf8')).toBe('a scan')
    expect((await life.visit(url)).status).toBe(403)
    const listed = await life.once('list', '--json')
    expect(listed.said.split('\n').map(line => (JSON.parse(line) as { readonly id: string }).id)).toEqual([id])
  })

  test('what a caller with a token asks for reaches the functions with the subject of the token, who is no issuer', async () => {
    const api = createClient({ origin: await originOf(), token: () => provider.token(), attempts: 1 })
    const link = { key: 'report.txt' }
    const [id, nonce] = ['A'.repeat(22), 'A'.repeat(43)]
    const requests = [
      () => api.issue(link),
      () => api.issueMany([link])[Symbol.asyncIterator]().next(),
      () => api.show(id),
      () => api.list()[Symbol.asyncIterator]().next(),
      () => api.revoke(id),
      () => api.replace(id),
      () => api.exchange(nonce),
    ]
    for (const send of requests) await expect(send()).rejects.toThrow('got a token of subject "reports"')
    const upload = `/uploads/${'A'.repeat(43)}`
    const headers = { authorization: `Bearer ${provider.token()}`, 'content-type': 'application/json' }
    const uploads = [
      ['POST', '/uploads'],
      ['POST', `${upload}/parts`],
      ['POST', `${upload}/complete`],
      ['DELETE', upload],
    ] as const
    for (const [method, path] of uploads) {
      const { body } = await ask((await originOf()) + path, {
        method,
        headers,
        ...(method === 'POST' && { body: '{}' }),
      })
      expect(body, path).toContain('a token of subject \\"reports\\"')
    }
  })

  test('the token API has a problem for a bad token, with a challenge, for none, and for other paths', async () => {
    const late = await refusal({ authorization: `Bearer ${provider.token({ exp: 1 })}` })
    // MiniStack does not fill in the authorizer's words; on AWS they are variables of gateway responses too.
    expect(['token-expired', '$context.authorizer.reason']).toContain(late.body['reason'])
    expect([late.status, late.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"'])
    const none = await refusal({})
    expect([none.status, none.body['reason']]).toEqual([401, 'token-required'])
    const { body } = await refusal({}, '/elsewhere')
    expect(body).toMatchObject({ status: 403, reason: 'gateway', detail: 'Missing Authentication Token' })
  })
}
