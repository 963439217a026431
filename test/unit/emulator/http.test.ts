import type { CloudFrontRequestEvent } from 'aws-lambda'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { serveViewers } from '../../../emulator/cloudfront/distribution.ts'
import type { ViewerRequestFunction } from '../../../emulator/cloudfront/viewer-request.ts'
import { folderOrigin } from '../../../emulator/s3/origin.ts'
import { securityHeaders } from '../../../shared/http.ts'
import { type ObjectKey, parseObjectKey, resourcePath } from '../../../shared/object-key.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt, locationOf } from '../../support/http.ts'
import { testKeyGroup } from '../../support/keys.ts'
import { noon } from '../../support/links.ts'
import { serveHere } from '../../support/serve.ts'

/** The origin of an edge whose function is `run`. */
async function edgeWith(run: ViewerRequestFunction): Promise<string> {
  const origin = folderOrigin(temporaryFolder())
  const edge = serveViewers({ viewerRequest: run, includeBody: true, keyGroup: testKeyGroup, origin, now: () => noon })
  return (await serveHere(edge)).origin
}

describe('an edge runs the function for /d/* only', () => {
  test.each([
    ['/d/x', true],
    ['/d/', true],
    ['/d/../a', false],
    ['/D/x', false],
    ['/d', false],
    ['/\\[/d/x', false],
    ['/', false],
  ])('%s: %s', async (path, runs) => {
    let events = 0
    const edge = await edgeWith(async () => ((events += 1), { status: '200' }))
    await ask(edge + path)
    expect(events).toBe(runs ? 1 : 0)
  })

  test.each(['d', 'D/x', 'dd/x', 'e/d/x', 'd.x', 'd/x', 'd/x/y'])(
    'so a link may name the key %s if it is not under d/',
    async key => {
      let events = 0
      const edge = await edgeWith(async () => ((events += 1), { status: '200' }))
      await ask(edge + resourcePath({ key: key as ObjectKey }))
      expect(parseObjectKey(key) === undefined).toBe(events === 1)
      expect(events).toBe(key.startsWith('d/') ? 1 : 0)
    },
  )

  test('with the event that CloudFront builds: path as sent, query apart, the address of the connection', async () => {
    const events: object[] = []
    const edge = await edgeWith(async event => (events.push(event), { status: '200' }))
    await ask(`${edge}/d/%41b?x=%20&y`, {
      headers: { 'X-Forwarded-For': '1.2.3.4', Accept: 'a/b', ['__proto__']: 'x' },
    })
    expect(events).toMatchObject([
      {
        Records: [
          {
            cf: {
              config: { eventType: 'viewer-request', requestId: expect.stringMatching(/^[\w-]{32}$/) },
              request: {
                clientIp: '127.0.0.1',
                method: 'GET',
                uri: '/d/%41b',
                querystring: 'x=%20&y',
                headers: {
                  host: [{ key: 'Host', value: new URL(edge).host }],
                  accept: [{ key: 'Accept', value: 'a/b' }],
                  ['__proto__']: [{ key: '__proto__', value: 'x' }],
                  'x-forwarded-for': [{ key: 'X-Forwarded-For', value: '1.2.3.4' }],
                },
              },
            },
          },
        ],
      },
    ])
  })

  test.each([
    ['POST', 40_960, false],
    ['POST', 40_961, true],
    ['POST', 500_000, true],
    ['PUT', 0, false],
  ])('with the body of a %s of %i bytes, in base64, at most 40 KB of it', async (method, sent, inputTruncated) => {
    const events: CloudFrontRequestEvent[] = []
    const edge = await edgeWith(async event => (events.push(event), { status: '200' }))
    const content = 'ü'.repeat(250_000).slice(0, Math.ceil(sent / 2))
    const body = Buffer.from(content).subarray(0, sent)
    expect((await fetch(`${edge}/d/x`, { method, body })).status).toBe(200)
    const got = events[0]?.Records[0]?.cf.request.body
    expect(got).toMatchObject({ action: 'read-only', encoding: 'base64', inputTruncated })
    expect(Buffer.from(got?.data ?? '', 'base64')).toEqual(body.subarray(0, 40_960))
  })

  test('of a GET with no body', async () => {
    const events: CloudFrontRequestEvent[] = []
    const edge = await edgeWith(async event => (events.push(event), { status: '200' }))
    await ask(`${edge}/d/x`)
    expect(events[0]?.Records[0]?.cf.request).not.toHaveProperty('body')
  })

  test('and sends the response of the function', async () => {
    const edge = await edgeWith(async () => ({
      status: '200',
      headers: {
        'set-cookie': [
          { key: 'Set-Cookie', value: 'a=1' },
          { key: 'Set-Cookie', value: 'b=2' },
        ],
      },
      body: Buffer.from('hello').toString('base64'),
      bodyEncoding: 'base64',
    }))
    expect(await ask(`${edge}/d/x`)).toMatchObject({
      status: 200,
      headers: { 'set-cookie': ['a=1', 'b=2'] },
      body: 'hello',
    })
  })
})

test.each(['http://[', 'http://x/d/y', '*'])('an edge responds with 400 to %s, which is not a path', async target => {
  const edge = await edgeWith(async () => ({ status: '200' }))
  const socket = connect(Number(new URL(edge).port), '127.0.0.1')
  socket.write(`OPTIONS ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /)
})

describe('an edge responds instead of a function that', () => {
  test.each<[string, ViewerRequestFunction, number]>([
    ['throws', async () => Promise.reject(new Error('x')), 503],
    ['returns nothing', async () => undefined, 502],
    ['returns the request', async event => event.Records[0]?.cf.request, 502],
  ])('%s', async (_, run, status) => {
    const edge = await edgeWith(run)
    expect((await ask(`${edge}/d/x`)).status).toBe(status)
  })

  test('gets a URL of more than 8,192 bytes', async () => {
    const edge = await edgeWith(async () => ({ status: '200' }))
    expect((await ask(`${edge}/d/${'x'.repeat(8192 - 3)}`)).status).toBe(200)
    expect((await ask(`${edge}/d/${'x'.repeat(8193 - 3)}`)).status).toBe(414)
  })
})

describe.each(['before-signature', 'after-signature'] as const)('content, with the gate %s,', gateOrder => {
  async function contentOf(file: string, content: string) {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, file), content)
    const { api } = await emulatorHere({ bucket, gateOrder })
    const { url } = await issueAt(api, { key: file })
    return locationOf(await ask(url), url)
  }

  test('has the type of its file name, is saved instead of shown, and is not cached', async () => {
    const { headers } = await ask(await contentOf('page.html', '<script>'))
    expect(headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/html/),
      'content-disposition': `attachment; filename="page.html"; filename*=UTF-8''page.html`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
  })
})

describe('the api is for programs on this machine', () => {
  const json = { 'content-type': 'application/json' }
  const body = '{"key":"f","allowMissing":true}'

  test('it lists all URLs of the emulator', async () => {
    const { api, edges, s3 } = await emulatorHere({ bucket: temporaryFolder() })
    expect(JSON.parse((await ask(`${api}/.well-known/emulator`)).body)).toEqual({ api, edges, s3 })
    expect((await ask(`${api}/`)).body).toContain(`curl -s ${api}/links`)
  })

  test.each([
    ['a page of another site', { ...json, Origin: 'https://evil.example' }, 403],
    ['a page in a frame without an origin', { ...json, Origin: 'null' }, 403],
    ['a cross-site form', { 'content-type': 'text/plain', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a page of another port of this machine', { ...json, 'Sec-Fetch-Site': 'same-site' }, 403],
    ['a host name rebound to this machine', { ...json, Host: 'evil.example' }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['text', { 'content-type': 'text/plain' }, 415],
    ['a program', json, 201],
  ])('%s', async (_, headers, status) => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    const response = await ask(`${api}/links`, { method: 'POST', headers, body })
    expect(response.status).toBe(status)
    expect(response.headers).toMatchObject(securityHeaders)
    expect(Object.keys(response.headers).filter(name => name.startsWith('access-control'))).toEqual([])
  })

  test('a body over 10 MB is refused with 413, and the connection closes', async () => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    const tooLong = 'x'.repeat(10 * 1024 * 1024 + 1)
    const response = await ask(`${api}/links`, { method: 'POST', headers: json, body: tooLong })
    expect(response).toMatchObject({ status: 413, headers: { connection: 'close' } })
  })

  test('it does not listen on another address', async () => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    const socket = connect(Number(new URL(api).port), '127.0.0.2')
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  test('if its port is in use, the error names the port', async () => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    const port = Number(new URL(api).port)
    await expect(emulatorHere({ bucket: temporaryFolder(), port })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is unavailable`,
    )
  })
})

test.each(['api', 'edge', 's3'] as const)('%s: a rebound name and a WebSocket get nothing', async part => {
  const { api, edges, s3 } = await emulatorHere({ bucket: temporaryFolder() })
  const origin = new URL({ api, edge: Object.values(edges)[0] ?? '', s3 }[part]).origin
  for (const path of ['/', '/d/x', '/links', '/content/x']) {
    const foreign = await ask(origin + path, { headers: { Host: 'rebound.example' } })
    expect(foreign.status, path).toBe(403)
    expect(Object.keys(foreign.headers).filter(name => name.startsWith('access-control'))).toEqual([])
    const socket = { Connection: 'Upgrade', Upgrade: 'WebSocket', 'Sec-WebSocket-Version': '13' }
    await expect(ask(origin + path, { headers: socket }), path).rejects.toThrow('socket hang up')
  }
  // curl --http2 asks for another upgrade, and goes on without it.
  expect((await ask(`${origin}/d/x`, { headers: { Connection: 'Upgrade', Upgrade: 'h2c' } })).status).toBeLessThan(500)
})

test('a viewer that disconnects during a download does not disturb later ones', async () => {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'f'), Buffer.alloc(50_000_000))
  const { api } = await emulatorHere({ bucket })
  const { url } = await issueAt(api, { key: 'f', urlSeconds: 60 })
  const signed = new URL(locationOf(await ask(url), url))
  const socket = connect(Number(signed.port), '127.0.0.1')
  socket.write(`GET ${signed.pathname}${signed.search} HTTP/1.1\r\nHost: ${signed.host}\r\n\r\n`)
  await once(socket, 'data')
  socket.destroy()
  const range = await ask(signed.href, { headers: { Range: 'bytes=0-3' } })
  expect(range.status).toBe(206)
})
