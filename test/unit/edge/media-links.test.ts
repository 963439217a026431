import { generateKeyPairSync } from 'node:crypto'
import { getSignedCookies } from '@aws-sdk/cloudfront-signer'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { signCapability } from '../../../edge/redeem/capability.ts'
import type { Link } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import { parseObjectKey } from '../../../shared/object-key.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const html = { Accept: 'text/html' }
const film = parseObjectKey('films/the film/index.m3u8')!

/** Issues a link for a player at an edge of its own, whose capability lasts an hour. */
async function issued(fields: Partial<Link> = {}) {
  const edge = testEdge()
  const { nonce, link } = makeLink({ key: film, media: 'folder', urlSeconds: 3600, ...fields })
  await edge.store.links.put(link, link.homeRegion)
  const open = (options: RequestOptions = {}) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  return { edge, link, open }
}

const cookiesOf = ({ headers }: CloudFrontResultResponse) => headers?.['set-cookie']?.map(({ value }) => value) ?? []
const policyIn = (text: string) =>
  JSON.parse(
    Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64').toString(),
  ) as object

/**
 * Issues a link with a receipt, which a browser confirms `afterMs` after it got the page. `mine` are that browser's headers,
 * `confirmed` is the response to its form.
 */
async function confirmedInBrowser(fields: Partial<Link>, afterMs = 1000) {
  const link = await issued({ state: 'live', confirm: 'required', ...fields })
  const page = await link.open({ headers: html })
  const [Cookie = ''] = cookiesOf(page).map(cookie => cookie.split(';')[0])
  const querystring = /action="\?(confirm=[\w.-]+)"/.exec(page.body ?? '')?.[1] ?? ''
  const mine = { ...html, Cookie }
  link.edge.clock.advance(afterMs)
  return { ...link, mine, confirmed: await link.open({ method: 'POST', querystring, headers: mine }) }
}

describe('a link for a folder', () => {
  test('gives a program that accepts JSON the cookies in it too', async () => {
    const response = await (await issued()).open({ headers: { Accept: 'application/json' } })
    const body = JSON.parse(response.body ?? '') as { url: string; expiresAt: string; cookies: Record<string, string> }
    expect(body).toMatchObject({
      url: 'https://files.example.com/films/the%20film/index.m3u8',
      expiresAt: '2026-11-24T13:00:00Z',
    })
    expect(Object.entries(body.cookies).map(([name, value]) => `${name}=${value}`)).toEqual(
      cookiesOf(response).map(cookie => cookie.split(';')[0]),
    )
  })

  test('with a receipt gives the same browser the same page again', async () => {
    const { open } = await issued({ state: 'live' })
    const cookies = cookiesOf(await open({ headers: html }))
    const mine = cookies.find(cookie => cookie.startsWith('__Host-once='))?.split(';')[0] ?? ''
    const policies = (list: readonly string[]) => list.filter(cookie => cookie.startsWith('CloudFront-Policy='))
    expect((await open({ headers: html })).status).toBe('403')
    const again = await open({ headers: { ...html, Cookie: mine } })
    expect(again.status).toBe('200')
    expect(policies(cookiesOf(again))).toEqual(policies(cookies))
  })
})

describe('a link for a folder with a receipt, confirmed by a browser’s form,', () => {
  const dayLong = { expiresAt: secondsFromNoon(86_400) }

  test('is where the form leads, and then shows the player each time', async () => {
    const { edge, open, mine, confirmed } = await confirmedInBrowser(dayLong)
    expect(confirmed.status).toBe('303')
    expect(headerOf(confirmed, 'location')).toMatch(/^\/d\/[\w-]{43}$/)
    for (let times = 0; times < 2; times += 1) {
      const player = await open({ headers: mine })
      expect(player.status).toBe('200')
      expect(player.body).toContain('<video')
      expect(cookiesOf(player)).toContainEqual(expect.stringMatching(/^CloudFront-Policy=/))
    }
    expect(edge.lines.map(({ outcome }) => outcome)).toEqual(['unconfirmed', 'confirmed', 'redeemed', 'redeemed'])
  })

  test.each([
    ['before it opens the link again', 0],
    ['after it played', 1],
  ])('offers that browser nothing if it is revoked %s', async (_, plays) => {
    const { edge, link, open, mine, confirmed } = await confirmedInBrowser(dayLong)
    expect(confirmed.status).toBe('303')
    for (let times = 0; times < plays; times += 1) expect((await open({ headers: mine })).body).toContain('<video')
    await edge.store.links.revoke(link, link.homeRegion)
    const page = await open({ headers: mine })
    expect(page.status).toBe('403')
    expect(page.body).toContain('This link was withdrawn')
    for (const offered of ['<form', '<video', '<a ', '<button']) expect(page.body).not.toContain(offered)
    expect(cookiesOf(page)).not.toContainEqual(expect.stringMatching(/^CloudFront-/))
    expect(edge.lines.at(-1)).toMatchObject({ outcome: 'refused', reason: 'revoked' })
    expect(edge.lines.at(-1)).not.toHaveProperty('sameClient')
  })
})

test.each([
  [59, '200'],
  [61, '303'],
])(
  'a form that arrives %i s before the link expires gets %s, and its film plays half a minute later',
  async (seconds, status) => {
    const tenMinutes = { expiresAt: secondsFromNoon(600) }
    const { edge, open, mine, confirmed } = await confirmedInBrowser(tenMinutes, (600 - seconds) * 1000)
    expect(confirmed.status).toBe(status)
    edge.clock.advance(30_000)
    expect((await open({ headers: mine })).status).toBe('200')
  },
)

describe('the page of a player shows', () => {
  test('the name and size of its one object, to the browser that redeems and again after a reload', async () => {
    const key = parseObjectKey('films/the film.mp4')!
    const size = 1_500_000_000
    const { edge, open, mine, confirmed } = await confirmedInBrowser({ key, size, media: 'object' })
    for (const page of [
      confirmed.status === '303' ? await open({ headers: mine }) : confirmed,
      await open({ headers: mine }),
    ])
      expect(page.body).toContain('<bdi translate="no">the film.mp4</bdi>, <span>1.5 GB</span>')
    expect(JSON.stringify(edge.lines)).not.toContain('the film')
  })
})

describe('signed cookies', () => {
  const to = {
    viewer: parseAddress('203.0.113.7')!,
    isFirst: true,
    ipv6: false,
    secret: undefined,
    origin: 'https://files.example.com',
    expiresAt: secondsFromNoon(3600),
  }
  const folder = (fields: Partial<Link> = {}) => makeLink({ key: film, media: 'folder', ...fields }).link

  test('equal those of the official signer, character for character, with RSA', () => {
    const { privateKey: rsaKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const rsa = { keyPairId: 'KRSA', privateKey: rsaKey } as const
    const { cookies } = signCapability(folder(), rsa, to)
    const policy = JSON.stringify(policyIn(cookies?.values['CloudFront-Policy'] ?? ''))
    const privateKey = rsaKey.export({ format: 'pem', type: 'pkcs8' }) as string
    expect(cookies?.values).toEqual(
      getSignedCookies({ policy, keyPairId: rsa.keyPairId, privateKey, algorithm: 'SHA256' }),
    )
  })

  test('are never made for an object at the top, whose folder has every object', () => {
    const fields = { key: parseObjectKey('index.m3u8')! }
    expect(() => signCapability(folder(fields), testKeys.signing, to)).toThrow('root')
  })
})
