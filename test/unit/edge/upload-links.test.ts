import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { texts } from '../../../edge/pages/texts/languages.ts'
import type { Link } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { slotOf } from '../../../shared/nonce.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { parseUploadToken } from '../../../shared/received.ts'
import { parsePassphrase } from '../../../shared/secrets/passphrase.ts'
import { hashPassphrase } from '../../../shared/secrets/passphrase-hash.ts'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import { rfc3339 } from '../../../shared/time.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>
type Fields = { readonly [name in keyof Link]?: Link[name] | undefined }

const uploads = { uploadApi: 'https://send.example.com/api' }
const html = { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }
const json = { Accept: 'application/json' }
const mine = { 'Idempotency-Key': 'order 17' }
const other = { 'Idempotency-Key': 'order 18' }
const post = (headers: Readonly<Record<string, string>>): RequestOptions => ({ method: 'POST', headers })
const right = '4821-0937-5526'

/** A link as the api issues it with `upload`. */
const takesFile: Fields = {
  key: 'in/received' as ObjectKey,
  maxBytes: 25_000_000,
  types: 'application/pdf,image/*',
  confirm: 'required',
  state: 'live',
  bind: 'none',
  urlSeconds: 14_400,
  sender: 'Dr. Weber',
}

/** Issues a link that takes a file at an edge of its own. */
async function issued(fields: Fields = {}, deployment: Partial<Deployment> = uploads, edge = testEdge({}, deployment)) {
  const passphrase = fields.maxTries !== undefined
  const made = makeLink({ ...takesFile, ...fields } as Partial<Link>, { passphrase })
  const { nonce } = made
  const link = passphrase ? { ...made.link, passphraseHash: hashPassphrase(parsePassphrase(right)!, nonce) } : made.link
  await edge.store.links.put(link, link.homeRegion)
  const open = (options: RequestOptions = {}) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  const stored = () => edge.store.links.find(link.id, link.homeRegion)
  return { edge, nonce, link, open, stored }
}

type Issued = Awaited<ReturnType<typeof issued>>

const reasonOf = ({ body }: CloudFrontResultResponse) => (JSON.parse(body ?? '{}') as { reason?: string }).reason
/** Returns the token in the fragment of the page to which a response leads. */
const tokenIn = (response: CloudFrontResultResponse) =>
  /^https:\/\/send\.example\.com\/upload\.html#([\w.-]+)$/.exec(headerOf(response, 'location') ?? '')?.[1]
const isAsked = ({ status, body = '' }: CloudFrontResultResponse) =>
  status === '200' && body.includes(`<h1>${texts.en.pages.upload[0]}</h1>`) && body.includes('<form method="post"')

/** A browser gets the page and presses its button a second later. Returns the response and its cookie. */
async function pressed({ edge, open }: Issued, options: RequestOptions = {}) {
  const page = await open({ headers: html })
  const Cookie = /^__Host-once=[\w-]{22}/.exec(headerOf(page, 'set-cookie') ?? '')?.[0] ?? ''
  const querystring = /action="\?(confirm=[\w.-]+)"/.exec(page.body ?? '')?.[1] ?? ''
  edge.clock.advance(1000)
  const { headers, ...rest } = options
  const response = await open({ method: 'POST', querystring, headers: { ...html, Cookie, ...headers }, ...rest })
  return { response, browser: { ...html, Cookie } }
}

/** Expects that a token is the right to the upload that the item says, and returns it. */
async function expectRight({ link, nonce, stored }: Issued, token: string | undefined): Promise<string> {
  const { receipt, state, maxBytes } = (await stored())!
  expect(state).toBe('used')
  expect(parseUploadToken(token ?? '', testKeys.mac)).toEqual({
    linkId: link.id,
    redemptionId: receipt?.redemptionId,
    maxBytes,
    expiresAt: receipt?.urlExpiresAt,
  })
  expect(token?.split('.')[0]).toBe(String(slotOf(nonce)))
  return token ?? ''
}

describe('without the setting, a link that takes a file', () => {
  test.each<[string, RequestOptions]>([
    ['a browser', { headers: html }],
    ['a program', {}],
    ['a program that confirms', post({ ...mine, ...json })],
  ])('is unsupported for %s, and the store is not called', async (_, options) => {
    const { edge, open, link, stored } = await issued({}, {})
    const response = await open(options)
    expect([response.status, edge.lines[0]?.reason, edge.calls()]).toEqual(['503', 'unsupported', 0])
    expect(await stored()).toEqual(link)
  })
})

describe('a browser', () => {
  test('is asked for a file first, as often as it looks, and the link is not used', async () => {
    const { open, stored } = await issued()
    for (let times = 0; times < 3; times += 1) {
      const page = await open({ headers: html })
      expect(isAsked(page)).toBe(true)
      expect(page.body).toMatch(/At most 25 MB.*PDF document.*picture/s)
      expect(page.body).not.toContain('received')
      expect(headerOf(page, 'content-security-policy')).toContain(`form-action 'self' https://send.example.com`)
    }
    expect(await stored()).toMatchObject({ state: 'live', unredeemed: { unconfirmed: 3 } })
  })

  test('is asked for a file even if the store does not respond', async () => {
    const { table } = testEdge().store
    const inspect = async () => Promise.reject(new Error('unavailable'))
    const { open } = await issued({}, uploads, testEdge({ table: { ...table, inspect } }, uploads))
    const page = await open({ headers: html })
    expect(isAsked(page)).toBe(true)
    expect(page.body).not.toMatch(/class="file"|Dr\. Weber/)
  })

  test('goes by the button to the page of the upload with its token, and keeps its cookie', async () => {
    const link = await issued()
    const { response, browser } = await pressed(link)
    expect([response.status, response.body, headerOf(response, 'refresh')]).toEqual(['303', undefined, undefined])
    expect(headerOf(response, 'set-cookie')).toContain(`${browser.Cookie}; Path=/;`)
    expect(headerOf(response, 'cache-control')).toBe('no-store')
    expect(headerOf(response, 'referrer-policy')).toBe('no-referrer')
    const token = await expectRight(link, tokenIn(response))
    expect(JSON.stringify(response).split(token)).toHaveLength(2)
    expect(link.edge.lines.at(-1)).not.toHaveProperty('error')
  })

  test('gets the same token again by the link, and no other browser gets one', async () => {
    const link = await issued()
    const { response, browser } = await pressed(link)
    link.edge.clock.advance(600_000)
    const again = await link.open({ headers: browser })
    expect([again.status, again.body, tokenIn(again)]).toEqual(['302', undefined, tokenIn(response)])
    const elsewhere = await link.open({ headers: html })
    expect([elsewhere.status, link.edge.lines.at(-1)?.reason]).toEqual(['403', 'spent'])
    expect(tokenIn(elsewhere)).toBeUndefined()
  })

  test('comes from another network to the same upload', async () => {
    const link = await issued()
    const { response, browser } = await pressed(link)
    expect(tokenIn(await link.open({ headers: browser, clientIp: '198.51.100.9' }))).toBe(tokenIn(response))
  })
})

describe('a program', () => {
  test('gets where to send the file, its token and its end, by a POST with a key', async () => {
    const link = await issued()
    const response = await link.open(post({ ...mine, ...json }))
    expect(response.status).toBe('200')
    const { token, ...rest } = JSON.parse(response.body ?? '') as Record<string, string>
    await expectRight(link, token)
    expect(rest).toEqual({ url: 'https://send.example.com/api/received', expiresAt: rfc3339(secondsFromNoon(14_400)) })
  })

  test('is redirected without JSON, and gets the same token with both, and with GET once the link is used', async () => {
    const link = await issued()
    const redirect = await link.open(post(mine))
    expect([redirect.status, redirect.body]).toEqual(['303', undefined])
    const token = await expectRight(link, tokenIn(redirect))
    link.edge.clock.advance(60_000)
    const document = await link.open(post({ ...mine, ...json }))
    expect(JSON.parse(document.body ?? '')).toMatchObject({ token, expiresAt: rfc3339(secondsFromNoon(14_400)) })
    expect(tokenIn(await link.open({ headers: mine }))).toBe(token)
    for (const options of [post(other), post({ ...other, ...json }), { headers: json }, {}])
      expect(reasonOf(await link.open(options))).toBe('spent')
    expect(await link.stored()).toMatchObject({ receipt: { redeemedAt: secondsFromNoon(0) } })
  })

  test('gets the same token from the key of its link, once another key makes new links', async () => {
    const { current, bySlot } = testKeys.mac
    const next = [...bySlot.keys()].find(slot => slot !== current)!
    const keyring = { current: async () => ({ ...testKeys, mac: { current: next, bySlot } }) }
    const link = await issued({}, uploads, testEdge({ keyring }, uploads))
    await expectRight(link, tokenIn(await link.open(post(mine))))
  })

  test('must confirm: a GET does not use the link, with a key or without', async () => {
    const { open, stored } = await issued()
    for (const headers of [{}, json, mine, { ...mine, ...json }]) {
      const response = await open({ headers })
      expect([response.status, reasonOf(response)]).toEqual(['403', 'unconfirmed'])
    }
    expect(reasonOf(await open({ method: 'POST' }))).toBe('unconfirmed')
    expect((await stored())?.state).toBe('live')
  })

  test('that only looks at the link uses nothing: previews, robots, scanners and HEAD', async () => {
    const { open, stored } = await issued()
    const agents = ['Slackbot-LinkExpanding 1.0', 'WhatsApp/2.23', 'Googlebot/2.1', 'curl/8.5.0', 'BarracudaCentral']
    for (const agent of agents) {
      for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
        const response = await open({ method, headers: { ...html, 'User-Agent': agent, Purpose: 'prefetch' } })
        expect([tokenIn(response), headerOf(response, 'location')]).toEqual([undefined, undefined])
      }
    }
    expect(await stored()).toMatchObject({ state: 'live' })
    expect((await stored())?.receipt).toBeUndefined()
  })
})

describe('a link that takes a file ends', () => {
  test('for all with its expiry, used or not, though an upload goes on until its own end', async () => {
    const [unused, used] = [await issued(), await issued()]
    await expectRight(used, tokenIn(await used.open(post(mine))))
    expect((await used.stored())?.receipt?.urlExpiresAt).toBe(secondsFromNoon(14_400))
    for (const { edge, open } of [unused, used]) {
      edge.clock.advance(3_600_000)
      expect(reasonOf(await open(post(mine)))).toBe('expired')
    }
  })

  test('for the client that used it with its upload', async () => {
    const { edge, open } = await issued({ urlSeconds: 60 })
    const token = tokenIn(await open(post(mine)))
    edge.clock.advance(59_999)
    expect(tokenIn(await open(post(mine)))).toBe(token)
    edge.clock.advance(1)
    expect(reasonOf(await open(post(mine)))).toBe('spent')
  })

  test('for all once it is revoked or replaced, also after its use', async () => {
    const replaced = await issued({ state: 'revoked', replacedBy: makeLink().link.id })
    expect(reasonOf(await replaced.open(post(mine)))).toBe('replaced')
    for (const isUsed of [true, false]) {
      const { edge, open, link } = await issued()
      if (isUsed) expect(tokenIn(await open(post(mine)))).toBeDefined()
      await edge.store.links.revoke(link, link.homeRegion)
      expect(reasonOf(await open(post(mine)))).toBe('revoked')
    }
  })
})

describe('a link that takes a file is checked as every link', () => {
  const secret: Fields = { tries: 0, maxTries: 3 }

  test('for its passphrase: a program gets nothing without it, and not with another', async () => {
    const link = await issued(secret)
    expect(reasonOf(await link.open(post(mine)))).toBe('passphrase-required')
    expect(reasonOf(await link.open(post({ ...mine, 'Once-Passphrase': '000000' })))).toBe('wrong-passphrase')
    expect((await link.stored())?.state).toBe('live')
    await expectRight(link, tokenIn(await link.open(post({ ...mine, 'Once-Passphrase': right }))))
  })

  test('for its passphrase: the page of it says nothing of the file, and its form leads to the upload', async () => {
    const link = await issued(secret)
    const { body, headers } = await link.open({ headers: html })
    expect(body).not.toMatch(/25 MB|Dr\. Weber/)
    expect(headers?.['content-security-policy']?.[0]?.value).toContain('https://send.example.com')
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const wrong = await pressed(link, { body: 'passphrase=000000', headers: form })
    expect(wrong.response.body).toContain('This passphrase is wrong.')
    expect(headerOf(wrong.response, 'content-security-policy')).toContain('https://send.example.com')
    const { response } = await pressed(link, { body: `passphrase=${right}`, headers: form })
    expect(response.status).toBe('303')
    await expectRight(link, tokenIn(response))
  })

  test('for its network and its start', async () => {
    const { open, stored } = await issued({ network: parseNetwork('198.51.100.0/24')! })
    expect(reasonOf(await open(post(mine)))).toBe('wrong-network')
    expect((await stored())?.state).toBe('live')
    expect(tokenIn(await open({ ...post(mine), clientIp: '198.51.100.9' }))).toBeDefined()
    const early = await issued({ notBefore: secondsFromNoon(60) })
    expect(reasonOf(await early.open(post(mine)))).toBe('not-yet-valid')
  })
})

test.each<[string, RequestOptions]>([
  ['HEAD', { method: 'HEAD' }],
  ['OPTIONS', { method: 'OPTIONS' }],
  ['PUT', { method: 'PUT', headers: mine }],
  ['DELETE', { method: 'DELETE', headers: mine }],
  ['a prefetch', post({ ...mine, 'Sec-Purpose': 'prefetch' })],
  ['a preview', post({ ...mine, 'X-Purpose': 'preview' })],
  ['a robot', { headers: { 'User-Agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' } }],
  ['a page of another origin', post({ ...mine, Origin: 'https://portal.example' })],
  ['a form of another site', post({ ...html, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })],
])('%s does not use the link', async (_, options) => {
  const { open, stored } = await issued()
  expect(JSON.stringify(await open(options))).not.toContain('upload.html#')
  expect((await stored())?.state).toBe('live')
})

test('a link that gives a file gets no token, and one that takes a file no signed URL', async () => {
  const gives = await issued({ maxBytes: undefined, types: undefined })
  const takes = await issued()
  for (const headers of [mine, { ...mine, ...json }]) {
    const [signed, taken] = [await gives.open(post(headers)), await takes.open(post(headers))].map(each =>
      JSON.stringify(each),
    )
    expect(signed).toContain('Signature=')
    expect(signed).not.toMatch(/send\.example\.com|token/)
    expect(taken).toContain('send.example.com')
    expect(taken).not.toMatch(/Signature|Policy|files\.example\.com/)
  }
})

test('an item that does not say how large a file it takes gets no token, nor a signed URL', async () => {
  const edge = testEdge({}, uploads)
  const { maxBytes: _, ...fields } = takesFile
  const made = makeLink(fields as Partial<Link>, { upload: true })
  await edge.store.links.put(made.link, made.link.homeRegion)
  const response = await edge.open(viewerRequest({ uri: `/d/${made.nonce}`, ...post({ ...mine, ...json }) }))
  expect([response.status, reasonOf(response)]).toEqual(['503', 'failed'])
})

test('no log line has the token, nor any part of it but the link id', async () => {
  const link = await issued()
  const { response, browser } = await pressed(link)
  await link.open({ headers: browser })
  const [, linkId, ...parts] = (tokenIn(response) ?? '').split('.')
  const lines = JSON.stringify(link.edge.lines)
  expect(lines).toContain(linkId)
  for (const secret of [...parts, link.nonce, 'upload.html']) expect(lines).not.toContain(secret)
})

test('with uniform refusals, a link that took a file, is over or was revoked is refused as a forged one', async () => {
  const uniform = { ...uploads, uniformRefusals: true }
  const [spent, revoked, expired] = [
    await issued({}, uniform),
    await issued({ state: 'revoked' }, uniform),
    await issued({ expiresAt: secondsFromNoon(0) }, uniform),
  ]
  await spent.open(post(other))
  const forged = await spent.edge.open(viewerRequest({ uri: `/d/${makeLink().nonce.replace(/..$/, 'AA')}` }))
  expect(reasonOf(forged)).toBe('not-redeemable')
  for (const { open } of [spent, revoked, expired]) expect(await open(post(mine))).toEqual(forged)
})
