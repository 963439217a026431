import { readFileSync } from 'node:fs'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { parseViewerRequest } from '../../../edge/redeem/viewer-request.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

const vectors = JSON.parse(readFileSync(new URL('../../vectors/events.json', import.meta.url), 'utf8')) as {
  event: CloudFrontRequestEvent
  request: object
}[]

test.each(vectors.map((vector, index) => [index, vector] as const))(
  'committed event %d is parsed as before',
  (_, vector) => {
    expect(JSON.parse(JSON.stringify(parseViewerRequest(vector.event)))).toEqual(vector.request)
  },
)

describe('a host', () => {
  const hostOf = (value: string | readonly string[]) =>
    parseViewerRequest(viewerRequest({ uri: '/', headers: { Host: value } })).host

  test.each([
    ['files.example.com', 'files.example.com'],
    ['FILES.Example.com:8443', 'files.example.com:8443'],
    ['127.0.0.1:8080', '127.0.0.1:8080'],
    ['localhost', 'localhost'],
    [`${'a.'.repeat(126)}b`, `${'a.'.repeat(126)}b`],
  ])('%s is plain', (value, host) => {
    expect(hostOf(value)).toBe(host)
  })

  test.each(['', '*', 'a?b', 'a:', 'a:123456', 'a..b', `${'a.'.repeat(126)}bb`, 'x'.repeat(64)])('%j is not', value => {
    expect(hostOf(value)).toBeUndefined()
  })

  test('must come in exactly one header', () => {
    expect(hostOf(['a.example', 'a.example'])).toBeUndefined()
    expect(hostOf([])).toBeUndefined()
  })
})

describe('what a viewer accepts', () => {
  const acceptOf = (value: string | readonly string[]) =>
    parseViewerRequest(viewerRequest({ uri: '/', headers: { Accept: value } })).accept

  test.each([
    ['*/*', 'any'],
    ['', 'any'],
    ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'html'],
    ['application/json', 'json'],
    ['application/json, text/html', 'html'],
  ] as const)('%j: %s', (value, accept) => {
    expect(acceptOf(value)).toBe(accept)
  })

  test('may come in several headers', () => {
    expect(acceptOf(['image/png', 'text/html'])).toBe('html')
    expect(acceptOf(['text/', 'html'])).toBe('any')
  })
})

test('Office, which requests a link as a program would before it opens the browser, gets the page', () => {
  const office = 'Mozilla/4.0 (compatible; ms-office; MSOffice 16)'
  const request = parseViewerRequest(viewerRequest({ uri: '/', headers: { Accept: '*/*', 'User-Agent': office } }))
  expect(request).toMatchObject({ accept: 'html', robot: false })
})

test('Java, which asks for HTML by default, gets what programs get', () => {
  const headers = { Accept: 'text/html, image/gif, image/jpeg, */*; q=0.2', 'User-Agent': 'Java/17.0.9' }
  expect(parseViewerRequest(viewerRequest({ uri: '/', headers }))).toMatchObject({ accept: 'any', holdsSecret: false })
})

describe('who sent a form', () => {
  const own = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate' }
  const chromium = { ...own, 'sec-ch-ua': '"Chromium";v="156"' }
  const firefox = { ...own, 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0' }
  test.each([
    ['person', 'Chromium, which says that a person did', { ...chromium, 'Sec-Fetch-User': '?1' }],
    ['person', 'Firefox, which says that a person did', { ...firefox, 'Sec-Fetch-User': '?1' }],
    ['program', 'Chromium, which names no person', chromium],
    ['program', 'Firefox, which names no person', firefox],
    ['program', 'a fetch', { ...chromium, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-User': '?1' }],
    ['program', 'another site', { ...chromium, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-User': '?1' }],
    ['unknown', 'Safari, which never names a person', own],
    ['unknown', 'a client that sends no metadata', {}],
  ])('is %s according to %s', (sender, _, headers) => {
    expect(parseViewerRequest(viewerRequest({ uri: '/', method: 'POST', headers })).formSender).toBe(sender)
  })
})

describe('a page of another origin', () => {
  const site = (site: string, mode = 'cors') => ({ 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode })
  test.each([
    [true, 'a page of another site', { ...site('cross-site'), Origin: 'https://portal.example' }],
    [true, 'a page of the same site', site('same-site')],
    [true, 'a page without an origin of its own', { ...site('cross-site'), Origin: 'null' }],
    [true, 'a browser that sends no metadata', { Origin: 'https://portal.example' }],
    [true, 'a host that ends like ours', { Origin: 'https://xfiles.example.com' }],
    [true, 'another port of our host', { Origin: 'https://files.example.com:8443' }],
    [true, 'an app in a web view', { Origin: 'capacitor://localhost' }],
    [false, 'a page of the same origin', { ...site('same-origin'), Origin: 'https://files.example.com' }],
    [false, 'a form of our own page, which sends no referrer', { ...site('same-origin', 'navigate'), Origin: 'null' }],
    [true, 'a form of another site', { ...site('cross-site', 'navigate'), Origin: 'https://portal.example' }],
    [false, 'a link on a page of another site', site('cross-site', 'navigate')],
    [false, 'an image or a film on a page of another site', site('cross-site', 'no-cors')],
    [false, 'an address that was typed', site('none', 'navigate')],
    [false, 'Node.js, which names the mode alone', { 'Sec-Fetch-Mode': 'cors' }],
    [false, 'a program', {}],
  ])('sent a request: %s, as %s says', (crossOrigin, _, headers) => {
    const event = viewerRequest({ uri: '/', headers: { Host: 'Files.example.com', ...headers } })
    expect(parseViewerRequest(event).crossOrigin).toBe(crossOrigin)
  })
})

describe('a client identifies itself', () => {
  const clientOf = (headers: Readonly<Record<string, string | readonly string[]>>) =>
    parseViewerRequest(viewerRequest({ uri: '/', headers })).client
  const id = 'AAAAAAAAAAAAAAAAAAAA_-'
  const named = { kind: 'cookie', id }

  test.each([
    ['alone', `__Host-once=${id}`],
    ['among others', `a=b; __Host-once=${id}; c=d`],
    ['without spaces', `a=b;__Host-once=${id};c=d`],
    ['after what is not a pair', `;; =; a; __Host-once=${id}`],
    ['after a malformed one of this name', `__Host-once=short; __Host-once=${id}`],
    ['in a second header', ['a=b', `__Host-once=${id}`]],
  ])('by a cookie, %s', (_, value) => {
    expect(clientOf({ Cookie: value })).toEqual(named)
  })

  test.each([
    ['its name in lower case', `__host-once=${id}`],
    ['its name as the end of another', `x__Host-once=${id}`],
    ['a value too short', `__Host-once=${id.slice(1)}`],
    ['a value too long', `__Host-once=${id}A`],
    ['a space in the middle', `__Host-once= ${id}`],
    ['its text across two headers', ['__Host-', `once=${id}`]],
  ])('not by a cookie with %s', (_, value) => {
    expect(clientOf({ Cookie: value })).toBe('nothing')
  })

  test('by the first of two valid cookies', () => {
    expect(clientOf({ Cookie: `__Host-once=${id}; __Host-once=${'B'.repeat(22)}` })).toEqual(named)
  })

  test('by its Idempotency-Key rather than by a cookie', () => {
    const key = { kind: 'idempotency-key', id: 'order 17' }
    expect(clientOf({ 'Idempotency-Key': 'order 17' })).toEqual(key)
    expect(clientOf({ 'Idempotency-Key': 'order 17', Cookie: `__Host-once=${id}` })).toEqual(key)
  })

  test.each([
    ['empty', ''],
    ['one of two', ['a', 'b']],
    ['repeated', ['a', 'a']],
  ])('not if the Idempotency-Key is %s, even with a valid cookie', (_, key) => {
    expect(clientOf({ 'Idempotency-Key': key, Cookie: `__Host-once=${id}` })).toBe('idempotency-key-invalid')
  })

  test('by nothing, as most clients do', () => {
    expect(clientOf({})).toBe('nothing')
  })
})

test('a User-Agent is read unchanged, several as one', () => {
  const userAgentOf = (value: string | readonly string[]) =>
    parseViewerRequest(viewerRequest({ uri: '/', headers: { 'User-Agent': value } })).userAgent
  expect(userAgentOf('curl/8.5.0')).toBe('curl/8.5.0')
  expect(userAgentOf(['a', 'b'])).toBe('a b')
  expect(userAgentOf([])).toBe('')
})

test.each<[string, unknown]>([
  ['nothing', {}],
  [
    'odd values',
    {
      Records: [
        {
          cf: {
            config: { requestId: 1 },
            request: {
              method: {},
              uri: [],
              clientIp: null,
              headers: { host: 'x', accept: [null, {}], cookie: [{ value: 7 }], 'user-agent': {} },
            },
          },
        },
      ],
    },
  ],
])('an event with %s is parsed as an empty request', (_, event) => {
  expect(parseViewerRequest(event as CloudFrontRequestEvent)).toEqual({
    requestId: '',
    method: '',
    nonce: '',
    host: undefined,
    viewer: undefined,
    accept: 'any',
    acceptLanguage: '',
    speculative: false,
    robot: false,
    crossOrigin: false,
    pageOrigin: undefined,
    preflight: false,
    client: 'nothing',
    holdsSecret: false,
    formToken: undefined,
    formSender: 'unknown',
    askToken: undefined,
    passphrase: 'nothing',
    userAgent: '',
  })
})
