import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { loadFunction } from '../../../emulator/cloudfront/function-runtime.ts'
import { createGate, gateEvent } from '../../../emulator/cloudfront/gate.ts'
import { gateRequest } from '../../support/gate.ts'

const request = gateRequest({ url: '/a%20b?x=1', headers: [['Cookie', 'k=v']] })
const functionThat = (body: string) => `function handler(event){${body}}`
const resultOf = (body: string) => createGate(functionThat(body))(request, 'request-1')

describe('the event of a viewer request', () => {
  test('has what CloudFront documents', () => {
    expect(gateEvent(request, 'request-1')).toEqual({
      version: '1.0',
      context: {
        distributionDomainName: 'files.example.com',
        distributionId: 'ELOCAL',
        eventType: 'viewer-request',
        requestId: 'request-1',
      },
      viewer: { ip: '203.0.113.7' },
      request: {
        method: 'GET',
        uri: '/a%20b',
        querystring: { x: { value: '1' } },
        headers: { host: { value: 'files.example.com' } },
        cookies: { k: { value: 'v' } },
      },
    })
  })

  test('has all values of a name that comes several times, and decodes nothing', () => {
    const headers = [
      ['Cookie', 'a=1; b="2"; a=3'],
      ['cookie', 'a=4;c; =5'],
      ['X-One', '1'],
      ['x-one', '2'],
    ] as const
    const { request } = gateEvent(gateRequest({ url: '/?a=%41&b&&=1&a=2=3?&__proto__=4', headers }), 'request-1')
    expect(JSON.parse(JSON.stringify(request.querystring))).toEqual(
      JSON.parse(
        '{"a":{"value":"%41","multiValue":[{"value":"%41"},{"value":"2=3?"}]},"b":{"value":""},"":{"value":"1"},"__proto__":{"value":"4"}}',
      ),
    )
    const values = (...texts: string[]) => ({ value: texts[0], multiValue: texts.map(value => ({ value })) })
    expect(request.cookies).toEqual({ a: values('1', '3', '4'), b: { value: '"2"' }, c: { value: '' } })
    expect(request.headers['x-one']).toEqual(values('1', '2'))
  })
})

describe('a function', () => {
  test('that returns the request lets it pass', () => {
    expect(resultOf('return event.request')).toEqual({ kind: 'pass' })
  })

  test('that returns a response responds', () => {
    const response = `{statusCode:403,headers:{'x-a':{value:'1'}},body:'no'}`
    expect(resultOf(`return ${response}`)).toEqual({
      kind: 'response',
      status: 403,
      headers: { 'x-a': '1' },
      body: 'no',
    })
  })

  test.each([
    ['throws', 'throw new TypeError("x")', 'TypeError'],
    ['throws no error', 'throw null', 'function error'],
    ['returns a header without a value', 'return {statusCode:403,headers:{a:null}}', 'TypeError'],
  ])('that %s is CloudFront’s 503', (_, body, fault) => {
    expect(resultOf(body)).toEqual({ kind: 'error', status: 503, fault })
  })

  test.each([
    ['changes the path', 'event.request.uri="/b";return event.request', 'neither a response nor the request unchanged'],
    ['removes a parameter', 'delete event.request.querystring.x;return event.request', 'neither'],
    ['returns a copy of the request', 'return JSON.parse(JSON.stringify(event.request))', 'neither'],
    ['returns nothing', '', 'neither'],
    ['returns a promise', 'return Promise.resolve(event.request)', 'neither'],
    ['returns a status as text', 'return {statusCode:"403"}', 'neither'],
    ['returns a status that is none', 'return {statusCode:99}', 'status'],
    ['returns a header in capitals', 'return {statusCode:403,headers:{A:{value:"1"}}}', 'lower case'],
    ['returns a header that only CloudFront may set', 'return {statusCode:403,headers:{via:{value:"1"}}}', 'read-only'],
    ['returns a body that is no text', 'return {statusCode:403,body:{data:"",encoding:"text"}}', 'body'],
    ['returns too much', 'return {statusCode:403,body:"x".repeat(50000)}', 'more than'],
  ])('that %s is CloudFront’s 502', (_, body, fault) => {
    expect(resultOf(body)).toEqual({ kind: 'error', status: 502, fault: expect.stringContaining(fault) as string })
  })

  test('whose code throws when it is loaded is no gate', () => {
    expect(() => createGate('throw new Error("at once")')).toThrow('at once')
  })
})

describe('the engine', () => {
  const valueOf = (expression: string) => loadFunction(functionThat(`return ${expression}`))({ request: {} }).value

  const outside =
    'process fetch setTimeout setInterval queueMicrotask eval WebAssembly XMLHttpRequest URL module exports ' +
    'Map Set Proxy Intl SharedArrayBuffer Atomics Buffer.alloc Buffer.prototype'
  test.each(outside.split(' '))('has no %s', name => {
    expect(valueOf(`typeof ${name}`)).toBe('undefined')
  })

  test.each([
    'Function("return 1")()',
    'handler.constructor("return this")()',
    'require("crypto").createHash.constructor("return process")()',
    'Buffer.from.constructor("return process")()',
  ])('makes no code of text: %s', expression => {
    expect(() => valueOf(expression)).toThrow('Code generation from strings disallowed')
  })

  test.each(['fs', 'child_process', 'http', 'node:crypto', 'querystring'])('has no module %s', name => {
    expect(() => valueOf(`require("${name}")`)).toThrow('not supported')
  })

  test.each(['md5', 'sha1', 'sha256'])('hashes text with %s', algorithm => {
    const expected = createHash(algorithm).update('ab').digest('base64url')
    const hash = `require("crypto").createHash("${algorithm}")`
    expect(valueOf(`${hash}.update("a").update("b").digest("base64url")`)).toBe(expected)
  })

  test.each(['createHash("sha512")', 'createHash("sha256").digest()', 'randomBytes(1)', 'createSign("SHA256")'])(
    'has no %s',
    call => {
      expect(() => valueOf(`require("crypto").${call}`)).toThrow(/not supported|not a function/)
    },
  )
})
