import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Certificate, makeCertificate } from '../../../emulator/certificate.ts'
import { httpsTransport, isPublicAddress, type TransportOptions } from '../../../jobs/webhooks/adapters/https.ts'
import { createHandler } from '../../../jobs/webhooks/handler.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { redeemedEvent, testEndpoint } from '../../support/webhooks/events.ts'
import { simulatedQueue } from '../../support/webhooks/queue.ts'

const host = 'hooks.example.test'
let tls: Certificate

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'once-'))
  tls = makeCertificate(folder, `DNS:${host}`)
  return () => rmSync(folder, { recursive: true, force: true })
})

type Respond = (request: IncomingMessage, response: ServerResponse) => void

/** Starts a receiver on loopback, which ends with the test. `hosts` has the server name of each connection. */
async function receiverHere(respond: Respond) {
  const hosts: (string | undefined)[] = []
  const requests: { readonly path: string; readonly body: string; readonly headers: IncomingMessage['headers'] }[] = []
  const server = createServer({ key: tls.privateKey, cert: tls.certificate }, (request, response) => {
    void (async () => {
      const body = await text(request)
      requests.push({ path: request.url ?? '', body, headers: request.headers })
      respond(request, response)
    })()
  })
  server.on('secureConnection', socket =>
    hosts.push(typeof socket.servername === 'string' ? socket.servername : undefined),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, requests, hosts, url: `https://${host}:${port}/hook` }
}

/** The DNS of the test: every name is loopback, which alone is allowed. */
const loopback: TransportOptions = {
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  isAllowed: address => address === '127.0.0.1',
}

/** Milliseconds in which a connection is made also on a busy machine, where no timeout is tested. */
const patient = 30_000

const request = (url: string) => ({ url, headers: { 'webhook-id': 'event-1' }, body: '{"type":"link.redeemed"}' })
const transportTo = (options: Partial<TransportOptions> = {}) =>
  httpsTransport({ ...loopback, ca: tls.certificate, ...options })
const nameOfError = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: Error) => error.name,
  )

describe('a request to an endpoint', () => {
  test('arrives with its body, its headers and the name of the host', async () => {
    const { url, requests, hosts } = await receiverHere((_, response) => response.writeHead(204).end())
    expect(await transportTo().post(request(url))).toEqual({ status: 204, retryAfter: undefined })
    expect(requests).toMatchObject([
      {
        path: '/hook',
        body: '{"type":"link.redeemed"}',
        headers: { host: new URL(url).host, 'webhook-id': 'event-1' },
      },
    ])
    expect(hosts).toEqual([host])
  })

  test('ends with the head of the response, though the body never ends', async () => {
    let closed = false
    const { url } = await receiverHere((_, response) => {
      response.writeHead(200, { 'retry-after': '7' })
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
      response.on('close', () => {
        clearInterval(timer)
        closed = true
      })
    })
    expect(await transportTo().post(request(url))).toEqual({ status: 200, retryAfter: '7' })
    await expect.poll(() => closed).toBe(true)
  })

  test.each([301, 302, 303, 307, 308])('that is redirected with %d goes nowhere else', async status => {
    const other = await receiverHere((_, response) => response.end())
    const { url, requests } = await receiverHere((_, response) =>
      response.writeHead(status, { location: other.url }).end(),
    )
    expect(await transportTo().post(request(url))).toMatchObject({ status })
    expect([requests.length, other.requests.length]).toEqual([1, 0])
  })

  test.each<[string, Respond, string]>([
    ['never answers', () => {}, 'timeout'],
    ['closes the connection', ({ socket }) => socket.destroy(), 'ECONNRESET'],
    [
      'closes it in the head of its response',
      ({ socket }) => {
        socket.write('HTTP/1.1 200 O')
        socket.destroySoon()
      },
      'ECONNRESET',
    ],
    ['speaks no HTTP', ({ socket }) => void socket.end('hello\r\n\r\n'), 'HPE_INVALID_CONSTANT'],
    [
      'sends a head without an end',
      ({ socket }) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        const timer = setInterval(() => socket.write(`x: ${'y'.repeat(4000)}\r\n`), 1)
        socket.on('close', () => clearInterval(timer)).on('error', () => {})
      },
      'HPE_HEADER_OVERFLOW',
    ],
  ])('that %s fails with a name for the log', async (_, respond, name) => {
    const { url } = await receiverHere(respond)
    const timeoutMs = name === 'timeout' ? 300 : patient
    expect(await nameOfError(transportTo({ timeoutMs }).post(request(url)))).toBe(name)
  })

  test('to a name whose DNS never answers ends in time', async () => {
    const resolve = async () => new Promise<never>(() => {})
    expect(
      await nameOfError(transportTo({ resolve, timeoutMs: 50 }).post(request('https://hooks.example.test/'))),
    ).toBe('timeout')
  })

  test('to a server with the certificate of another name fails before the request', async () => {
    const { port, requests } = await receiverHere((_, response) => response.end())
    const url = `https://other.example.test:${port}/`
    expect(await nameOfError(transportTo().post(request(url)))).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(requests).toEqual([])
  })

  test('to a server with a certificate that is not trusted fails before the request', async () => {
    const { url, requests } = await receiverHere((_, response) => response.end())
    const transport = httpsTransport(loopback)
    expect(await nameOfError(transport.post(request(url)))).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/)
    expect(requests).toEqual([])
  })

  test('to a server without TLS fails', async () => {
    const server = createPlainServer((_, response) => response.end()).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await nameOfError(transportTo().post(request(`https://${host}:${port}/`)))).not.toBe('none')
  })
})

/** A DNS that answers with an allowed address first, where nothing listens, and with that of the receiver from then on. */
function rebinding() {
  const asked: string[] = []
  const resolve = async (name: string) => {
    asked.push(name)
    return [{ address: asked.length === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }]
  }
  return { asked, resolve, isAllowed: (address: string) => address === '127.0.0.2' }
}

describe('only public addresses are connected to', () => {
  test.each<[string, readonly string[]]>([
    ['a private address', ['127.0.0.1']],
    ['a private address beside a public one', ['8.8.8.8', '127.0.0.1']],
    ['loopback of IPv6', ['::1']],
    ['IPv4 in IPv6', ['::ffff:127.0.0.1']],
    ['what is no address', ['localhost']],
  ])('not %s', async (_, addresses) => {
    const { url, hosts } = await receiverHere((__, response) => response.end())
    const resolve = async () => addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
    const transport = transportTo({ resolve, isAllowed: isPublicAddress })
    expect(await nameOfError(transport.post(request(url)))).toBe('address-not-allowed')
    expect(hosts).toEqual([])
  })

  test.each(['127.0.0.1', '[::1]', '2130706433', '0x7f.1', '169.254.169.254'])(
    'not %s in place of a name',
    async literal => {
      const { port, hosts } = await receiverHere((_, response) => response.end())
      const transport = httpsTransport({ isAllowed: isPublicAddress, ca: tls.certificate })
      expect(await nameOfError(transport.post(request(`https://${literal}:${port}/`)))).toBe('address-not-allowed')
      expect(hosts).toEqual([])
    },
  )

  test('not the private address that the DNS says when it is asked again', async () => {
    const { url, hosts } = await receiverHere((_, response) => response.end())
    const { asked, ...dns } = rebinding()
    expect(await nameOfError(transportTo({ ...dns, timeoutMs: 300 }).post(request(url)))).not.toBe('none')
    expect([asked.length, hosts]).toEqual([1, []])
  })
})

/** Imports the transport of a copy with patches. */
async function brokenTransport(name: string, patches: readonly Patch[]): Promise<typeof httpsTransport> {
  const root = await brokenCopy(name, patches, ['jobs', 'shared'])
  onTestFinished(async () => removeCopy(root))
  const module = (await import(join(root, 'jobs/webhooks/adapters/https.ts'))) as {
    httpsTransport: typeof httpsTransport
  }
  return module.httpsTransport
}

describe('a broken transport is noticed', () => {
  test('one that checks an address and connects to another', async () => {
    const broken = await brokenTransport('rebinding', [
      {
        file: 'jobs/webhooks/adapters/https.ts',
        find: 'lookup: (_, { all }, callback) =>',
        replace:
          'lookup: (name, { all }, callback) => void resolveAgain(name).then((addresses: readonly LookupAddress[]) =>',
      },
      {
        file: 'jobs/webhooks/adapters/https.ts',
        find: 'callback(null, ...first(addresses))),',
        replace: 'callback(null, ...first(addresses)))),',
      },
      {
        file: 'jobs/webhooks/adapters/https.ts',
        find: 'return send(request, { addresses, signal, ca })',
        replace: 'resolveAgain = resolve\n      return send(request, { addresses, signal, ca })',
      },
      {
        file: 'jobs/webhooks/adapters/https.ts',
        find: 'const resolveAll =',
        replace: 'let resolveAgain: any\nconst resolveAll =',
      },
    ])
    const { url, hosts } = await receiverHere((_, response) => response.end())
    const { asked, ...dns } = rebinding()
    await broken({ ...dns, ca: tls.certificate, timeoutMs: patient }).post(request(url))
    expect([asked.length, hosts]).toEqual([2, [host]])
  })

  test('one that follows redirects', async () => {
    const broken = await brokenTransport('redirects', [
      {
        file: 'jobs/webhooks/adapters/https.ts',
        find: 'resolve({ status: statusCode,',
        replace:
          'if (received.location) return void send({ url: received.location, headers, body }, { addresses, signal, ca }).then(resolve, reject)\n      resolve({ status: statusCode,',
      },
    ])
    const other = await receiverHere((_, response) => response.end())
    const { url } = await receiverHere((_, response) => response.writeHead(302, { location: other.url }).end())
    await broken({ ...loopback, ca: tls.certificate }).post(request(url))
    expect(other.requests).toHaveLength(1)
  })
})

test('an event that is refused, cut off and redirected arrives in the end, over real connections', async () => {
  let count = 0
  const { url, requests } = await receiverHere(({ socket }, response) => {
    count += 1
    if (count === 1) response.writeHead(500).end()
    else if (count === 2) socket.destroy()
    else if (count === 3) response.writeHead(302, { location: 'https://127.0.0.1/' }).end()
    else response.writeHead(200).end()
  })
  const queue = simulatedQueue(transportTo({ timeoutMs: patient }))
  const handler = createHandler(queue.ports, [{ ...testEndpoint, url }])
  queue.send(redeemedEvent())
  while (await queue.turn(handler));
  expect(requests).toHaveLength(4)
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect([queue.dead, queue.messages]).toEqual([[], []])
  expect(JSON.stringify(queue.lines)).not.toContain(host)
})
