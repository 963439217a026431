import { randomBytes } from 'node:crypto'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { checkSignedUrl } from '../../../emulator/cloudfront/signed-request.ts'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import type { Bind, Link } from '../../../shared/link.ts'
import { type ObjectKey, parseObjectKey, parseVersionId } from '../../../shared/object-key.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { clientHash, decisionOf, gate, gateRequest } from '../../support/gate/gate.ts'
import { testKeyGroup } from '../../support/keys/keys.ts'
import { makeLink } from '../../support/table/links.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>

const origin = 'https://files.example.com'
const secret = 'Zq1wSx2eDc3rFv4tGb5yHn6uJm7iK8oL9pQ0aWsEdRf'
const otherSecret = secret.replace('Z', 'Y')
const here = '203.0.113.7'
const elsewhere = '198.51.100.9'
const viewers = { here, nextDoor: '203.0.113.8', elsewhere, ipv6: '2001:db8:1:2::9' } as const

/** How clients identify themselves. */
const clients = {
  browser: { Accept: 'text/html', 'Sec-Fetch-Site': 'none' },
  'program that reads JSON': { Accept: 'application/json' },
  program: { Accept: '*/*' },
  'program with Once-Client': { Accept: '*/*', 'Once-Client': secret },
  'program with both headers': { Accept: '*/*', 'Once-Client': secret, 'Idempotency-Key': 'order 17' },
  'program with an Idempotency-Key': { Accept: '*/*', 'Idempotency-Key': 'order 17' },
  'client with our cookie': { Accept: '*/*', Cookie: '__Host-once=AAAAAAAAAAAAAAAAAAAAAA' },
} as const satisfies Record<string, Readonly<Record<string, string>>>

/** Issues a link with a receipt, or with the `fields` that replace its own, at an edge behind a gate. */
async function issued(fields: { [name in keyof Link]?: Link[name] | undefined } = {}, more: Partial<Deployment> = {}) {
  const edge = testEdge({}, { gate: true, ...more })
  const { nonce, link } = makeLink({ state: 'live', bind: 'client', urlSeconds: 600, ...fields } as Partial<Link>)
  await edge.store.links.put(link, link.homeRegion)
  const open = (options: RequestOptions = {}) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  return { edge, nonce, link, open, stored: () => edge.store.links.find(link.id, link.homeRegion) }
}

const cookiesOf = ({ headers }: CloudFrontResultResponse) => headers?.['set-cookie']?.map(({ value }) => value) ?? []
const reasonOf = ({ body }: CloudFrontResultResponse) => (JSON.parse(body ?? '{}') as { reason?: string }).reason

/** Path and query to which a response leads. */
function locationOf(response: CloudFrontResultResponse): string {
  if (response.status !== '200') return headerOf(response, 'location') ?? `refused: ${reasonOf(response)}`
  return (JSON.parse(response.body ?? '{}') as { url: string }).url.slice(origin.length)
}

/** Parameters of the URL that bind it, without `l`, by name. */
function bindingOf(response: CloudFrontResultResponse): Record<string, string> {
  const parameters = [...new URLSearchParams(locationOf(response).split('?')[1])]
  return Object.fromEntries(parameters.filter(([name]) => name === 'a' || name === 'c'))
}

/** Returns whether the gate and CloudFront's signature check let a viewer fetch what a response leads to. */
function isFetched(response: CloudFrontResultResponse, ip: string, headers: readonly (readonly [string, string])[]) {
  const url = locationOf(response)
  const checked = checkSignedUrl(
    { url: origin + url, address: ip, now: Date.parse('2026-11-24T12:00:00Z') as never },
    testKeyGroup,
  )
  return checked.kind === 'granted' && decisionOf(gate(gateRequest({ url, ip, headers }), 'request')) === 'pass'
}

/** The secret that a client has after a response: its own, or the cookie's. */
function proofOf(response: CloudFrontResultResponse, headers: Readonly<Record<string, string>>) {
  if (headers['Once-Client'] !== undefined) return [['Once-Client', headers['Once-Client']]] as const
  const cookie = cookiesOf(response).find(each => each.startsWith('__Secure-once-'))
  return cookie === undefined ? [] : ([['Cookie', cookie.split(';')[0] ?? '']] as const)
}

const clientNames = Object.keys(clients) as readonly (keyof typeof clients)[]
/** Binding, client, parameters that bind its URL, cookie of the secret, and viewers who fetch the file with it and without. */
const table = (['exact', 'prefix', 'client', 'client-only', 'none'] as const).flatMap(bind =>
  clientNames.map(name => [bind, name] as const),
)

/** Addresses of the viewers who can fetch the file, by binding. */
const fetchers: Record<Bind, { readonly withSecret: readonly string[]; readonly without: readonly string[] }> = {
  exact: { withSecret: [here], without: [here] },
  prefix: { withSecret: [here, viewers.nextDoor], without: [here, viewers.nextDoor] },
  client: { withSecret: Object.values(viewers), without: [here] },
  'client-only': { withSecret: Object.values(viewers), without: [] },
  none: { withSecret: Object.values(viewers), without: Object.values(viewers) },
}

describe('who gets the file', () => {
  test.each(table)('of a link bound %s, opened by a %s', async (bind, name) => {
    const headers = clients[name]
    const { open, stored } = await issued({ bind })
    const response = await open({ headers })
    if (bind === 'client-only' && (name === 'program' || name === 'program with an Idempotency-Key')) {
      expect([response.status, reasonOf(response)]).toEqual(['403', 'client-required'])
      expect((await stored())?.state).toBe('live')
      return
    }
    const proof = proofOf(response, headers)
    const isClientBound = bind === 'client' || bind === 'client-only'
    expect(Object.keys(bindingOf(response))).toEqual(bind === 'client' ? ['a', 'c'] : isClientBound ? ['c'] : [])
    expect(policyOf(response)?.includes('IpAddress') ?? false).toBe(
      (bind === 'exact' || bind === 'prefix') && response.status !== '200',
    )
    const fetch = (more: typeof proof) => Object.values(viewers).filter(ip => isFetched(response, ip, more))
    expect(fetch(proof)).toEqual(fetchers[bind].withSecret)
    expect(fetch([])).toEqual(fetchers[bind].without)
    expect(fetch([['Once-Client', otherSecret]])).toEqual(fetchers[bind].without)
  })
})

describe('the cookie of a client’s secret', () => {
  test.each(['client', 'client-only'] as const)(
    'comes with a link bound %s, for the file and as long as it',
    async bind => {
      const { open, link } = await issued({ bind, key: 'a b/ü.pdf' as ObjectKey })
      const response = await open({ headers: clients.browser })
      expect(response.status).toBe('302')
      const [mine = '', browser = '', ...others] = cookiesOf(response)
      const [, value = ''] = /^__Secure-once-[\w-]{22}=([\w-]{22});/.exec(mine) ?? []
      expect(mine).toBe(
        `__Secure-once-${link.id}=${value}; Path=/a%20b/%C3%BC.pdf; Max-Age=600; Secure; HttpOnly; SameSite=Lax`,
      )
      expect(browser).toMatch(/^__Host-once=[\w-]{22}; Path=\/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax$/)
      expect(others).toEqual([])
      expect(bindingOf(response)['c']).toBe(clientHash(value))
    },
  )

  test('comes in JSON too', async () => {
    const { open, link } = await issued()
    const response = await open({ headers: clients['program that reads JSON'] })
    const { cookies } = JSON.parse(response.body ?? '') as { cookies: Record<string, string> }
    const name = `__Secure-once-${link.id}`
    expect(cookies).toEqual({ [name]: expect.stringMatching(/^[\w-]{22}$/) })
    expect(cookiesOf(response)[0]?.startsWith(`${name}=${cookies[name]}; Path=/report.pdf;`)).toBe(true)
  })

  test.each(['exact', 'prefix', 'none'] as const)('comes with no link bound %s', async bind => {
    const { open } = await issued({ bind })
    expect(cookiesOf(await open({ headers: clients.browser })).map(each => each.split('=')[0])).toEqual(['__Host-once'])
  })

  test.each(['client', 'client-only'] as const)('is not set if the client brought its secret, bound %s', async bind => {
    for (const name of ['program with Once-Client', 'program with both headers'] as const) {
      const { open } = await issued({ bind })
      const response = await open({ headers: { ...clients[name], Accept: 'application/json' } })
      expect(cookiesOf(response)).toEqual([])
      expect(JSON.parse(response.body ?? '')).not.toHaveProperty('cookies')
      expect(bindingOf(response)['c']).toBe(clientHash(secret))
    }
  })

  test('has the path of the file up to 1,024 characters, and / for longer ones', async () => {
    for (const [length, path] of [
      [1023, `/${'x'.repeat(1023)}`],
      [1024, '/'],
    ] as const) {
      const { open } = await issued({ key: 'x'.repeat(length) as ObjectKey })
      expect(cookiesOf(await open({ headers: clients.browser }))[0]).toContain(`; Path=${path}; Max-Age`)
    }
  })
})

describe('an IPv6 viewer', () => {
  const folder = { media: 'folder', key: parseObjectKey('film/index.m3u8')! } as const

  test.each(['exact', 'prefix'] as const)('of a folder bound %s is refused, and the link is not used', async bind => {
    const { open, stored, link } = await issued({ ...folder, bind }, { ipv6: true })
    expect(reasonOf(await open({ clientIp: viewers.ipv6 }))).toBe('address-unsupported')
    expect(await stored()).toEqual(link)
    expect((await open()).status).toBe('302')
  })

  test.each(['client', 'client-only', 'none'] as const)('of a folder bound %s gets it', async bind => {
    const { open } = await issued({ ...folder, bind }, { ipv6: true })
    expect((await open({ clientIp: viewers.ipv6, headers: clients['program that reads JSON'] })).status).toBe('200')
  })
})

describe('a repeat by the same client', () => {
  const versionId = parseVersionId('3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH')!
  const withoutSignature = (response: CloudFrontResultResponse) => locationOf(response).split('&Policy=')[0]
  const repeats = Object.entries(clients).filter(
    ([name]) => name !== 'browser' && !/^program( that reads JSON)?$/.test(name),
  )

  test.each(repeats)('from the same address is the same capability: a %s', async (_, headers) => {
    const { open, edge } = await issued({ versionId })
    const first = await open({ headers })
    edge.clock.advance(599_000)
    const again = await open({ headers })
    expect(withoutSignature(again)).toBe(withoutSignature(first))
    expect(policyOf(again)).toBe(policyOf(first))
    expect(proofOf(again, headers)).toEqual(proofOf(first, headers))
  })

  test.each(repeats)('from another address names no address: a %s', async (_, headers) => {
    const { open, edge, link } = await issued({ versionId })
    const first = await open({ headers })
    edge.clock.advance(10_000)
    const moved = await open({ headers, clientIp: elsewhere })
    const { c = '' } = bindingOf(first)
    expect(bindingOf(moved)).toEqual({ c })
    const endOf = (response: CloudFrontResultResponse) => /"AWS:EpochTime":(\d+)/.exec(policyOf(response) ?? '')?.[1]
    expect(endOf(moved)).toBe(endOf(first))
    expect(withoutSignature(moved)).toBe(withoutSignature(first)?.replace(/&a=[^&]+/, ''))
    expect(isFetched(moved, elsewhere, [])).toBe(false)
    expect(isFetched(moved, elsewhere, proofOf(first, headers))).toBe(true)
    expect(bindingOf(await open({ headers }))).toEqual(bindingOf(first))
    expect(link.bind).toBe('client')
  })

  test('of a browser is recognised by the cookie that came with the redirect', async () => {
    const { open } = await issued({ versionId })
    const first = await open({ headers: clients.browser })
    const jar = cookiesOf(first)
      .map(each => each.split(';')[0])
      .find(each => each?.startsWith('__Host-once='))
    const again = await open({ headers: { ...clients.browser, Cookie: jar ?? '' }, clientIp: elsewhere })
    expect(bindingOf(again)).toEqual({ c: bindingOf(first)['c'] })
    expect((await open({ headers: clients.browser })).status).toBe('403')
  })

  test.each([
    ['another Once-Client', { 'Once-Client': otherSecret }],
    ['another Once-Client and the same Idempotency-Key', { 'Once-Client': otherSecret, 'Idempotency-Key': 'order 17' }],
    ['the same Once-Client without the Idempotency-Key', { 'Once-Client': secret }],
    ['the same Idempotency-Key without Once-Client', { 'Idempotency-Key': 'order 17' }],
  ])('is not one with %s', async (_, headers) => {
    const { open } = await issued({ versionId })
    expect((await open({ headers: clients['program with both headers'] })).status).toBe('302')
    expect(reasonOf(await open({ headers }))).toBe('spent')
  })
})

describe('without a receipt', () => {
  test.each(['client', 'client-only'] as const)('a link bound %s works once, and its secret is new', async bind => {
    const { open, stored } = await issued({ bind, state: undefined })
    const response = await open({ headers: clients.browser })
    expect(cookiesOf(response).map(each => each.split('=')[0]?.slice(0, 14))).toEqual(['__Secure-once-'])
    expect(await stored()).toBeUndefined()
    expect(isFetched(response, elsewhere, proofOf(response, {}))).toBe(true)
  })
})

describe('is not used', () => {
  test.each(['client', 'client-only'] as const)(
    'by an edge without a gate, bound %s: the store is not called',
    async bind => {
      const { open, edge, stored, link } = await issued({ bind }, { gate: false })
      const response = await open({ headers: clients['program with Once-Client'] })
      expect([response.status, reasonOf(response)]).toEqual(['503', 'unsupported'])
      expect(edge.calls()).toBe(0)
      expect(await stored()).toEqual(link)
    },
  )

  test.each([
    ['of 42 characters', secret.slice(1)],
    ['of 44 characters', `${secret}A`],
    ['that comes twice', [secret, secret]],
  ])('with a Once-Client %s, whatever the binding', async (_, value) => {
    for (const bind of ['exact', 'client', 'client-only'] as const) {
      const { open, edge } = await issued({ bind })
      const response = await open({ headers: { 'Once-Client': value, 'Idempotency-Key': 'order 17' } })
      expect([response.status, reasonOf(response)]).toEqual(['400', 'once-client-invalid'])
      expect(edge.calls()).toBe(0)
    }
  })

  test.each([
    ['client', false],
    ['client-only', false],
    ['exact', true],
    ['none', true],
  ] as const)('if the item is bound %s and its nonce has the flag: %s', async (bind, client) => {
    const edge = testEdge({}, { gate: true })
    const { nonce, link } = makeLink({ bind, state: 'live' }, { client })
    await edge.store.links.put(link, link.homeRegion)
    const response = await edge.open(viewerRequest({ uri: `/d/${nonce}`, headers: { 'Once-Client': secret } }))
    expect(['unsupported', 'client-required']).toContain(reasonOf(response))
    expect(await edge.store.links.find(link.id, link.homeRegion)).toEqual(link)
  })

  test('if it is bound in a way that this version does not know', async () => {
    for (const state of ['live', undefined] as const) {
      const { open, stored, link } = await issued({ bind: 'device' as Bind, state })
      expect(reasonOf(await open({ headers: clients['program with Once-Client'] }))).toBe('unsupported')
      expect(await stored()).toEqual(link)
    }
  })
})

test('no log line has a secret, its hash or a URL', async () => {
  const random = randomBytes(32).toString('base64url')
  const { open, edge, nonce } = await issued()
  await open({ headers: { 'Once-Client': random } })
  const text = JSON.stringify(edge.lines)
  for (const each of [random, clientHash(random), nonce, 'Policy', '203.0']) expect(text).not.toContain(each)
})
