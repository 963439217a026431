import { generateKeyPairSync } from 'node:crypto'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { getSignedCookies } from '@aws-sdk/cloudfront-signer'
import { describe, expect, test } from 'vitest'
import { signCapability } from '../../edge/capability.ts'
import type { Link } from '../../shared/link.ts'
import { parseIpv4 } from '../../shared/network.ts'
import { parseObjectKey } from '../../shared/object-key.ts'
import { testEdge } from '../support/edge.ts'
import { testKeys } from '../support/keys.ts'
import { makeLink, secondsFromNoon } from '../support/links.ts'
import { headerOf, policyOf, viewerRequest } from '../support/opening.ts'

type Asking = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const html = { Accept: 'text/html' }
const film = parseObjectKey('films/the film/index.m3u8')!

/** A link for a player at an edge of its own, an hour long. */
async function issued(fields: Partial<Link> = {}) {
  const edge = testEdge()
  const { nonce, link } = makeLink({ key: film, media: 'folder', urlSeconds: 3600, ...fields })
  await edge.store.links.put(link, link.homeRegion)
  const open = (asking: Asking = {}) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...asking }))
  return { edge, link, open }
}

const cookiesOf = ({ headers }: CloudFrontResultResponse) => headers?.['set-cookie']?.map(({ value }) => value) ?? []
const policyIn = (text: string) =>
  JSON.parse(
    Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64').toString(),
  ) as object

describe('a link for a folder', () => {
  test('sends a program to its object, with cookies for that folder alone that end with the capability', async () => {
    const { open } = await issued()
    const answer = await open()
    expect([answer.status, headerOf(answer, 'location')]).toEqual(['302', '/films/the%20film/index.m3u8'])
    const attributes = '; Path=/films/the%20film/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax'
    const cookies = cookiesOf(answer).map(cookie => cookie.replace(attributes, '').split('=') as [string, string])
    const { 'CloudFront-Policy': policy = '', ...others } = Object.fromEntries(cookies)
    expect(others).toEqual({
      'CloudFront-Signature': expect.stringMatching(/^[A-Za-z0-9~_-]{90,100}$/),
      'CloudFront-Key-Pair-Id': testKeys.signing.keyPairId,
      'CloudFront-Hash-Algorithm': 'SHA256',
    })
    expect(policyIn(policy)).toEqual({
      Statement: [
        {
          Resource: 'https://files.example.com/films/the%20film/*',
          Condition: {
            DateLessThan: { 'AWS:EpochTime': secondsFromNoon(3600) },
            IpAddress: { 'AWS:SourceIp': '203.0.113.7/32' },
          },
        },
      ],
    })
    expect((await open()).status).toBe('403')
  })

  test('gives a program that reads JSON the cookies in it as well', async () => {
    const answer = await (await issued()).open({ headers: { Accept: 'application/json' } })
    const body = JSON.parse(answer.body ?? '') as { url: string; expiresAt: string; cookies: Record<string, string> }
    expect([body.url, body.expiresAt]).toEqual([
      'https://files.example.com/films/the%20film/index.m3u8',
      '2026-11-24T13:00:00Z',
    ])
    expect(Object.entries(body.cookies).map(([name, value]) => `${name}=${value}`)).toEqual(
      cookiesOf(answer).map(cookie => cookie.split(';')[0]),
    )
  })

  test('gives a browser a page that plays it, and with a receipt gives the same browser the same page again', async () => {
    const { open } = await issued({ state: 'live' })
    const page = await open({ headers: html })
    expect([page.status, page.body]).toEqual(['200', expect.stringContaining('src="/films/the%20film/index.m3u8"')])
    expect(headerOf(page, 'content-security-policy')).toMatch(/default-src 'none'.*media-src 'self'/)
    const cookies = cookiesOf(page)
    const mine = cookies.find(cookie => cookie.startsWith('__Host-once='))?.split(';')[0] ?? ''
    const policies = (list: readonly string[]) => list.filter(cookie => cookie.startsWith('CloudFront-Policy='))
    expect((await open({ headers: html })).status).toBe('403')
    const again = await open({ headers: { ...html, Cookie: mine } })
    expect([again.status, policies(cookiesOf(again))]).toEqual(['200', policies(cookies)])
  })

  test('after a confirmation by POST a program is sent on with 303, a browser gets the player', async () => {
    const key = { 'Idempotency-Key': 'order 17' }
    const one = await issued({ confirm: 'required' })
    expect((await one.open({ headers: html })).body).toContain('<form method="post"')
    expect((await one.open({ method: 'POST', headers: key })).status).toBe('303')
    const other = await issued({ confirm: 'required' })
    const page = await other.open({ method: 'POST', headers: { ...key, ...html } })
    expect([page.status, page.body]).toEqual(['200', expect.stringContaining('<video')])
  })

  test('with a receipt the form of a browser leads to the link, which then is its player', async () => {
    const { edge, open } = await issued({ state: 'live', confirm: 'required', expiresAt: secondsFromNoon(86_400) })
    const asked = await open({ headers: html })
    const [Cookie = ''] = cookiesOf(asked).map(cookie => cookie.split(';')[0])
    const querystring = /action="\?(confirm=[\w.-]+)"/.exec(asked.body ?? '')?.[1] ?? ''
    edge.clock.advance(1000)
    const sent = await open({ method: 'POST', querystring, headers: { ...html, Cookie } })
    expect(sent.status).toBe('303')
    expect(headerOf(sent, 'location')).toMatch(/^\/d\/[\w-]{43}$/)
    for (let times = 0; times < 2; times += 1) {
      const player = await open({ headers: { ...html, Cookie } })
      expect([player.status, player.body]).toEqual(['200', expect.stringContaining('<video')])
      expect(cookiesOf(player)).toContainEqual(expect.stringMatching(/^CloudFront-Policy=/))
    }
    expect(edge.lines.map(({ outcome }) => outcome)).toEqual(['asked', 'confirmed', 'redeemed', 'redeemed'])
    const stranger = await open({ headers: html })
    expect([stranger.status, edge.lines.at(-1)]).toEqual(['403', expect.not.objectContaining({ own: true })])
    edge.clock.advance(3_600_000)
    const late = await open({ headers: { ...html, Cookie } })
    expect(late.status).toBe('403')
    expect(edge.lines.at(-1)).toMatchObject({ outcome: 'refused', reason: 'spent', own: true })
  })
})

test.each([
  [59, '200'],
  [61, '303'],
])(
  'a form that comes %i s before the link expires is answered with %s: none loses its film on the way',
  async (seconds, status) => {
    const { edge, open } = await issued({ state: 'live', confirm: 'required', expiresAt: secondsFromNoon(600) })
    const asked = await open({ headers: html })
    const [Cookie = ''] = cookiesOf(asked).map(cookie => cookie.split(';')[0])
    const querystring = /action="\?(confirm=[\w.-]+)"/.exec(asked.body ?? '')?.[1] ?? ''
    edge.clock.advance((600 - seconds) * 1000)
    expect((await open({ method: 'POST', querystring, headers: { ...html, Cookie } })).status).toBe(status)
    edge.clock.advance(30_000)
    expect((await open({ headers: { ...html, Cookie } })).status).toBe(seconds > 30 ? '200' : '403')
  },
)

describe('a link for an object that is played', () => {
  test('leads to a signed URL that lives as long, and sets no cookie', async () => {
    const { open } = await issued({ media: 'object', key: parseObjectKey('film.mp4')! })
    const answer = await open()
    expect([answer.status, cookiesOf(answer)]).toEqual(['302', []])
    expect(policyOf(answer)).toContain('"Resource":"https://files.example.com/film.mp4"')
    expect(policyOf(answer)).toContain(`"AWS:EpochTime":${secondsFromNoon(3600)}`)
  })

  test('gives a browser a page that plays it from that URL', async () => {
    const { open } = await issued({ media: 'object', key: parseObjectKey('film.mp4')! })
    expect((await open({ headers: html })).body).toMatch(/src="\/film\.mp4\?Policy=[^"]+&#38;Hash-Algorithm=SHA256"/)
  })
})

describe('signed cookies', () => {
  const to = {
    viewer: parseIpv4('203.0.113.7')!,
    origin: 'https://files.example.com',
    expiresAt: secondsFromNoon(3600),
  }
  const folder = (fields: Partial<Link> = {}) => makeLink({ key: film, media: 'folder', ...fields }).link

  test('are with RSA those of the official signer, character for character', () => {
    const { privateKey: rsaKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const rsa = { kind: 'secret', keyPairId: 'KRSA', privateKey: rsaKey } as const
    const { cookies } = signCapability(folder(), rsa, to)
    const policy = JSON.stringify(policyIn(cookies?.values['CloudFront-Policy'] ?? ''))
    const privateKey = rsaKey.export({ format: 'pem', type: 'pkcs8' }) as string
    expect(cookies?.values).toEqual(
      getSignedCookies({ policy, keyPairId: rsa.keyPairId, privateKey, algorithm: 'SHA256' }),
    )
  })

  test.each<[string, Partial<Link>]>([
    ['an object at the top, whose folder is every object', { key: parseObjectKey('index.m3u8')! }],
    ['a file name, which one object has', { filename: 'film.m3u8' }],
  ])('are never made for %s', (_, fields) => {
    expect(() => signCapability(folder(fields), testKeys.signing, to)).toThrow('a link for a folder')
  })
})
