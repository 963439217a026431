import { readFileSync } from 'node:fs'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { parse } from '../../edge/parse.ts'
import { viewerRequest } from '../support/opening.ts'

const vectors = JSON.parse(readFileSync(new URL('../vectors/events.json', import.meta.url), 'utf8')) as {
  event: CloudFrontRequestEvent
  opening: object
}[]

test.each(vectors.map((vector, index) => [index, vector] as const))(
  'committed event %d is read as before',
  (_, vector) => {
    expect(JSON.parse(JSON.stringify(parse(vector.event)))).toEqual(vector.opening)
  },
)

describe('a host', () => {
  const hostOf = (value: string | readonly string[]) =>
    parse(viewerRequest({ uri: '/', headers: { Host: value } })).host

  test.each([
    ['files.example.com', 'files.example.com'],
    ['FILES.Example.com:8443', 'files.example.com:8443'],
    ['127.0.0.1:8080', '127.0.0.1:8080'],
    ['localhost', 'localhost'],
    [`${'a.'.repeat(126)}b`, `${'a.'.repeat(126)}b`],
  ])('%s is plain', (value, host) => {
    expect(hostOf(value)).toBe(host)
  })

  test.each([
    '',
    '*',
    '*.example.com',
    'a?b',
    'a\\b',
    'a/b',
    'a b',
    'a@b',
    'a"b',
    'a:',
    'a:123456',
    'a:80x',
    '.a',
    'a.',
    'a..b',
    `${'a.'.repeat(126)}bb`,
    'x'.repeat(64),
  ])('%j is not', value => {
    expect(hostOf(value)).toBeUndefined()
  })

  test('there must be one', () => {
    expect(hostOf(['a.example', 'a.example'])).toBeUndefined()
    expect(hostOf([])).toBeUndefined()
  })
})

describe('what a viewer accepts', () => {
  const acceptOf = (value: string | readonly string[]) =>
    parse(viewerRequest({ uri: '/', headers: { Accept: value } })).accept

  test.each([
    ['*/*', 'any'],
    ['', 'any'],
    ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'html'],
    ['application/json', 'json'],
    ['application/json, text/html', 'html'],
  ] as const)('%j: %s', (value, accept) => {
    expect(acceptOf(value)).toBe(accept)
  })

  test('may be said in several headers', () => {
    expect(acceptOf(['image/png', 'text/html'])).toBe('html')
    expect(acceptOf(['text/', 'html'])).toBe('any')
  })
})

test.each<[string, unknown]>([
  ['nothing', {}],
  ['no records', { Records: [] }],
  ['an empty record', { Records: [{}] }],
  ['no request', { Records: [{ cf: { config: {} } }] }],
  ['no config', { Records: [{ cf: { request: {} } }] }],
  [
    'odd values',
    {
      Records: [
        {
          cf: {
            config: { requestId: 1 },
            request: { method: {}, uri: [], clientIp: null, headers: { host: 'x', accept: [null, {}] } },
          },
        },
      ],
    },
  ],
])('an event with %s is an opening of nothing', (_, event) => {
  expect(parse(event as CloudFrontRequestEvent)).toEqual({
    requestId: '',
    method: '',
    nonce: '',
    host: undefined,
    address: '',
    accept: 'any',
    speculative: false,
  })
})
