import { describe, expect, test } from 'vitest'
import { responseFault } from '../../../emulator/cloudfront/quotas.ts'

const header = (key: string, value = 'x') => ({ [key]: [{ key, value }] })

describe('CloudFront accepts', () => {
  test.each([
    ['a redirect', { status: '302', headers: header('location', '/a') }],
    ['a status alone', { status: '200' }],
    ['two cookies', { status: '200', headers: { 'set-cookie': [{ value: 'a=1' }, { value: 'b=2' }] } }],
  ])('%s', (_, response) => {
    expect(responseFault(response)).toBeUndefined()
  })
})

describe('CloudFront sends 502 instead of', () => {
  test.each([
    ['no response', undefined, 'not an object'],
    ['a number as status', { status: 302 }, 'status'],
    ['a status out of range', { status: '199' }, 'status'],
    ['a 204 with a body', { status: '204', body: 'x' }, '204'],
    [
      'a body too large with its headers',
      { status: '200', headers: header('x-a', 'y'.repeat(100)), body: 'x'.repeat(40_900) },
      'bytes',
    ],
    ['a body that is not text', { status: '200', body: {} }, 'body'],
    ['a body that is not base64', { status: '200', body: 'a', bodyEncoding: 'base64' }, 'base64'],
    ['another encoding', { status: '200', body: 'a', bodyEncoding: 'hex' }, 'bodyEncoding'],
    ['an upper-case header', { status: '200', headers: header('Location') }, 'lower case'],
    ...['connection', 'x-cache', 'client-cert', 'cloudfront-viewer-country'].map((name): [string, object, string] => [
      name,
      { status: '200', headers: header(name) },
      'disallowed',
    ]),
    ...['host', 'via', 'content-length', 'transfer-encoding', 'cdn-loop'].map((name): [string, object, string] => [
      name,
      { status: '200', headers: header(name) },
      'read-only',
    ]),
    ['a line break in a value', { status: '200', headers: header('location', '/a\r\nset-cookie: b') }, 'plain text'],
    ['a header that is not a list', { status: '200', headers: { location: '/a' } }, 'not a list'],
  ])('%s', (_, response, fault) => {
    expect(responseFault(response)).toContain(fault)
  })
})
