import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import type { Link } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { parsePassphrase } from '../../../shared/secrets/passphrase.ts'
import { hashPassphrase } from '../../../shared/secrets/passphrase-hash.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import { draftReceipt } from '../../../shared/redemption/receipt.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink } from '../../support/table/links.ts'
import { memoryStore } from '../../support/table/memory-store.ts'
import { bodyOf, headerOf, policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>
type Fields = { readonly [name in keyof Link]?: Link[name] | undefined }

const html = { Accept: 'text/html' }
const right = '4821-0937-5526'
/** A page that stays, while the browser follows it to the capability. */
const isDownload = (response: CloudFrontResultResponse) =>
  response.status === '200' && (headerOf(response, 'refresh') ?? '').startsWith('0;url=/')

/** Issues a link with a passphrase at an edge of its own. It keeps a receipt, unless `fields` removes it. */
async function issued(
  fields: Fields = {},
  deployment: Partial<Deployment> = {},
  change = (table: LinkTable): LinkTable => table,
) {
  const store = memoryStore()
  const edge = testEdge({ table: change(store.table) }, deployment)
  const made = makeLink({ state: 'live', tries: 0, maxTries: 3, ...fields } as Partial<Link>, { passphrase: true })
  const { nonce } = made
  const link = { ...made.link, passphraseHash: hashPassphrase(parsePassphrase(right)!, nonce) }
  await store.links.put(link, link.homeRegion)
  const open = (options: RequestOptions = {}) => edge.open(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  const stored = () => store.links.find(link.id, link.homeRegion)
  const program = (passphrase?: string, options: RequestOptions = {}) =>
    open({
      ...options,
      headers: { ...options.headers, ...(passphrase && { 'Once-Passphrase': encodeURIComponent(passphrase) }) },
    })
  return { edge, link, nonce, open, stored, program, store, browser: browserAt(open, edge.clock) }
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

/** A browser with a cookie jar, which sends the form of its last page two seconds later. */
function browserAt(
  open: (options: RequestOptions) => Promise<CloudFrontResultResponse>,
  clock: { advance(ms: number): void },
) {
  let page: CloudFrontResultResponse | undefined
  let cookie: string | undefined
  const keep = (response: CloudFrontResultResponse) => {
    const all = response.headers?.['set-cookie']?.map(({ value }) => value.split(';')[0] ?? '') ?? []
    cookie = all.find(each => each.startsWith('__Host-once=')) ?? cookie
    if (response.body?.includes('<form')) page = response
    return response
  }
  const headers = () => ({ ...html, ...(cookie && { Cookie: cookie }) })
  return {
    get: async () => keep(await open({ headers: headers() })),
    async send(passphrase: string | undefined, options: RequestOptions = {}) {
      clock.advance(2000)
      const querystring = /action="\?(confirm=[\w.-]+)"/.exec(page?.body ?? '')?.[1] ?? ''
      const body = new URLSearchParams(passphrase === undefined ? {} : { passphrase }).toString()
      return keep(await open({ method: 'POST', querystring, body, headers: { ...headers(), ...form }, ...options }))
    },
  }
}

const reasonOf = ({ body }: CloudFrontResultResponse) => (JSON.parse(body ?? '{}') as { reason?: string }).reason
const asks = ({ body = '' }: CloudFrontResultResponse) => /<input id="passphrase" name="passphrase" required/.test(body)

describe('a browser', () => {
  test('is asked with any GET, by a page that says nothing of the file, and takes no try', async () => {
    const { browser, stored } = await issued({ key: 'secret/name.pdf' as never, size: 4_200_000 })
    for (let times = 0; times < 3; times += 1) {
      const page = await browser.get()
      expect(page.status).toBe('200')
      expect(asks(page)).toBe(true)
      expect(page.body).not.toMatch(/name\.pdf|4\.2|You have been sent/)
    }
    expect(await stored()).toMatchObject({ state: 'live', tries: 0 })
  })

  test('gets the file with the right passphrase, in any spelling', async () => {
    const { browser, stored } = await issued()
    await browser.get()
    const response = await browser.send(' ４８２１ 0937–5526 ')
    expect(isDownload(response)).toBe(true)
    expect(policyOf(response)).toContain('https://files.example.com/report.pdf')
    expect(await stored()).toMatchObject({ state: 'used', tries: 1 })
  })

  test('is asked again after a wrong one, with the tries that are left; the link is not used', async () => {
    const { browser, stored } = await issued()
    await browser.get()
    const wrong = await browser.send('4821-0937-5527')
    expect(wrong.status).toBe('403')
    expect(asks(wrong)).toBe(true)
    expect(wrong.body).toContain('This passphrase is wrong. The link was not used. Tries left: 2.')
    expect(wrong.body).not.toContain('5527')
    expect(wrong.body).toContain('aria-invalid="true" aria-describedby="error"')
    expect(await stored()).toMatchObject({ state: 'live', tries: 1 })
    expect(isDownload(await browser.send(right))).toBe(true)
  })

  test('locks the link with its last try, also for the right passphrase', async () => {
    const { browser, stored, program, edge } = await issued()
    await browser.get()
    await browser.send('wrong one')
    await browser.send('wrong two')
    const last = await browser.send('wrong three')
    expect(last.status).toBe('403')
    expect(last.body).toContain('This link is locked')
    expect((await browser.send(right)).body).toContain('This link is locked')
    expect((await browser.get()).body).toContain('This link is locked')
    expect(reasonOf(await program(right))).toBe('locked')
    expect(await stored()).toMatchObject({ state: 'live', tries: 3 })
    expect(edge.lines.map(({ reason }) => reason)).toEqual([
      undefined,
      'wrong-passphrase',
      'wrong-passphrase',
      'locked',
      'locked',
      'locked',
      'locked',
    ])
  })

  test.each([
    ['no passphrase', undefined, {}],
    ['an empty one', '', {}],
    ['an old form', right, { querystring: 'confirm=mibq1x2y.aB3_-aB3_-aB3_-aB3_-aB' }],
  ])('that sends a form with %s is asked once more, and takes no try', async (_, passphrase, options) => {
    const { browser, stored } = await issued()
    await browser.get()
    const page = await browser.send(passphrase, options)
    expect(page.status).toBe('200')
    expect(page.body).toContain('Please type the passphrase and press the button once more.')
    expect(await stored()).toMatchObject({ state: 'live', tries: 0 })
  })

  test('gets the same file again without the passphrase, as long as its cookie is the one of its form', async () => {
    const { browser, open, stored } = await issued()
    await browser.get()
    const first = await browser.send(right)
    const again = await browser.get()
    expect(isDownload(again)).toBe(true)
    expect(policyOf(again)).toBe(policyOf(first))
    expect(await stored()).toMatchObject({ tries: 1 })
    const other = await open({ headers: { ...html, Cookie: '__Host-once=AAAAAAAAAAAAAAAAAAAAAA' } })
    expect(other.body).toContain('This link no longer works')
    expect(isDownload(await browser.send(right))).toBe(true)
    expect(await stored()).toMatchObject({ tries: 1 })
  })

  test('that a read mistakes for the one that used the link can still not use it', async () => {
    let mine: Link['receipt']
    const { open, link, nonce, stored } = await issued({}, {}, table => ({
      ...table,
      async inspect(place, kind, attempt) {
        const found = await table.inspect(place, kind, attempt)
        return found && mine && { ...found, state: 'used', receipt: mine }
      },
    }))
    const subject = {
      client: { kind: 'cookie', id: 'AAAAAAAAAAAAAAAAAAAAAA' } as const,
      viewer: parseAddress('203.0.113.7'),
      userAgent: 'test',
      origin: 'https://files.example.com',
    }
    const draft = draftReceipt(subject, nonce, { edgeRegion: 'eu-west-1', receiptAddress: 'prefix', mac: testKeys.mac })
    mine = { ...draft, redeemedAt: link.issuedAt, urlExpiresAt: link.expiresAt }
    const response = await open({ headers: { ...html, Cookie: '__Host-once=AAAAAAAAAAAAAAAAAAAAAA' } })
    expect(response.status).toBe('403')
    expect(await stored()).toMatchObject({ state: 'live', tries: 0 })
  })

  test('is asked on the page that says that the store does not respond', async () => {
    const { browser } = await issued({}, {}, table => ({
      ...table,
      tryReserve: async () => ({ kind: 'unknown-effect' }),
    }))
    await browser.get()
    const page = await browser.send(right)
    expect(page.status).toBe('503')
    expect(asks(page)).toBe(true)
    expect(page.body).toContain('The link cannot be opened just now: This attempt did not use it. Try again.')
    expect(headerOf(page, 'retry-after')).toBe('5')
    expect(page.body).not.toContain('4821')
  })
})

describe('a program', () => {
  test.each<[string, RequestOptions]>([
    ['GET', {}],
    ['POST', { method: 'POST', headers: { 'Idempotency-Key': 'k' } }],
  ])('opens the link by %s with the header', async (method, options) => {
    const { program, stored } = await issued()
    const wrong = await program('another one', options)
    expect(JSON.parse(wrong.body ?? '')).toMatchObject({ reason: 'wrong-passphrase', status: 403, triesLeft: 2 })
    expect((await program(right, options)).status).toBe(method === 'POST' ? '303' : '302')
    expect(await stored()).toMatchObject({ state: 'used', tries: 2 })
  })

  test('must still confirm where the link asks for it', async () => {
    const { program, stored } = await issued({ confirm: 'required' })
    expect(reasonOf(await program(right))).toBe('unconfirmed')
    expect(await stored()).toMatchObject({ state: 'live', tries: 0 })
    expect((await program(right, { method: 'POST', headers: { 'Idempotency-Key': 'k' } })).status).toBe('303')
  })
})

describe('a passphrase that can not be used is refused before the store:', () => {
  const posted = (body: RequestOptions['body'], headers = {}): RequestOptions => ({
    method: 'POST',
    body,
    headers: { 'Idempotency-Key': 'k', ...form, ...headers },
  })
  test.each<[string, RequestOptions]>([
    ['a short header', { headers: { 'Once-Passphrase': '12345' } }],
    ['two headers', { headers: { 'Once-Passphrase': [right, right] } }],
    ['a header with half an escape', { headers: { 'Once-Passphrase': '482109375526%E' } }],
    ['a header with bytes that are not escaped', { headers: { 'Once-Passphrase': 'pässwörter' } }],
    ['a body of more than 4 KB', posted(`passphrase=${right}&x=${'a'.repeat(4096)}`)],
    ['a truncated body', posted({ ...bodyOf(`passphrase=${right}`), inputTruncated: true })],
    [
      'a body that is not base64',
      posted({ ...bodyOf(`passphrase=${right}`), encoding: 'text', data: `passphrase=${right}` }),
    ],
    ['a field that comes twice', posted(`passphrase=${right}&passphrase=${right}`)],
    [
      'a field with raw bytes',
      posted(bodyOf(Buffer.from([...Buffer.from('passphrase=4821'), 0xff, 0xfe, 0x41, 0x42]))),
    ],
  ])('%s', async (_, options) => {
    const { open, edge, stored } = await issued()
    const response = await open(options)
    expect(response.status).toBe('400')
    expect(reasonOf(response)).toBe('passphrase-invalid')
    expect(response.body).not.toContain('4821')
    expect(edge.calls()).toBe(0)
    expect(await stored()).toMatchObject({ tries: 0 })
  })

  test.each<[string, RequestOptions]>([
    ['the longest body', posted(`passphrase=${right}&x=${'a'.repeat(4096 - 12 - right.length - 2)}`)],
    [
      'escapes and spaces',
      posted('x&passphrase=4821+0937%2D5526', { 'Content-Type': 'APPLICATION/x-www-form-urlencoded; charset=utf-8' }),
    ],
    ['a header beside a form', posted('passphrase=wrong+one', { 'Once-Passphrase': right })],
  ])('but not %s', async (_, options) => {
    const { open } = await issued()
    const response = await open(options)
    expect(response.status === '303' || isDownload(response)).toBe(true)
  })

  test.each<[string, RequestOptions]>([
    ['a body of another type', posted(`passphrase=${right}`, { 'Content-Type': 'text/plain' })],
    ['no body', posted(undefined)],
    ['a query', { querystring: `passphrase=${right}` }],
  ])('and %s has none', async (_, options) => {
    const { open, edge } = await issued()
    expect(reasonOf(await open(options))).toBe('passphrase-required')
    expect(edge.calls()).toBe(0)
  })
})

describe('with uniform refusals', () => {
  const uniform = { uniformRefusals: true }
  const states: readonly (readonly [string, Fields, Partial<Deployment>?])[] = [
    ['live', {}],
    ['used', { state: 'used' }],
    ['revoked', { state: 'revoked' }],
    ['locked', { tries: 3 }],
    ['of another network', { network: parseNetwork('198.51.100.0/24')! }],
    ['too early', { notBefore: 4_000_000_000 as never }],
  ]
  /** Without the token, which is random in each page, and the seconds until its end. */
  const bytesOf = ({ status, headers, body = '' }: CloudFrontResultResponse) =>
    JSON.stringify({ status, headers, body }).replaceAll(
      /confirm=[\w.-]+|__Host-once=[\w-]{22}|"requestId[^,}]+|--left:\d+s|sha256-[\w+/=]+|<span>in \d+ \w+/g,
      '',
    )

  test('a wrong passphrase gets a browser the same bytes for every link, the page before it too', async () => {
    const seen = await Promise.all(
      states.map(async ([, fields]) => {
        const { browser } = await issued(fields, uniform)
        return [bytesOf(await browser.get()), bytesOf(await browser.send('another one'))]
      }),
    )
    expect(new Set(seen.map(([page]) => page)).size).toBe(1)
    expect(new Set(seen.map(([, response]) => response)).size).toBe(1)
    expect(seen[0]?.[1]).toContain('That did not open the link.')
  })

  test('and a program too', async () => {
    const seen = await Promise.all(
      states.map(async ([, fields]) => bytesOf(await (await issued(fields, uniform)).program('another one'))),
    )
    expect(new Set(seen).size).toBe(1)
    expect(seen[0]).not.toContain('triesLeft')
  })

  test('the last try gets them too, and the right passphrase opens a live link', async () => {
    const { browser, program } = await issued({ tries: 2 }, uniform)
    await browser.get()
    const last = bytesOf(await browser.send('another one'))
    expect(last).toBe(bytesOf(await browser.send(right)))
    expect(reasonOf(await program(right))).toBe('not-redeemable')
    const live = await issued({}, uniform)
    await live.browser.get()
    expect(isDownload(await live.browser.send(right))).toBe(true)
  })
})

test('a link that is bound to its client opens with the passphrase and its secret, in a browser and in a program', async () => {
  const bound = { bind: 'client-only', urlSeconds: 3600 } as const
  const inBrowser = await issued(bound, { gate: true })
  await inBrowser.browser.get()
  expect(headerOf(await inBrowser.browser.send(right), 'set-cookie')).toContain('__Secure-once-')
  const inProgram = await issued(bound, { gate: true })
  expect(reasonOf(await inProgram.program(right))).toBe('client-required')
  expect(await inProgram.stored()).toMatchObject({ tries: 0 })
  expect((await inProgram.program(right, { headers: { 'Once-Client': 'a'.repeat(43) } })).status).toBe('302')
})
