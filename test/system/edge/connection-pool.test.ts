import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ConnectionPool, createConnectionPool } from '../../../edge/adapters/connection-pool.ts'
import { makeCertificate } from '../../../emulator/certificate.ts'
import { effectOf, NotSent } from '../../../shared/redemption/effect-of-error.ts'
import { temporaryFolder } from '../../support/folder.ts'

const request = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}'
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const closing = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'

/** A server that has `reply` answer each request on its socket. */
interface Server {
  readonly endpoint: URL
  /** All sockets there ever were, in their order. */
  readonly sockets: readonly Socket[]
  /** How many requests came whole. */
  requests(): number
}

type Reply = (socket: Socket, request: number) => void
type Tls = { readonly key: string; readonly cert: string }

async function startServer(reply: Reply, tls?: Tls): Promise<Server> {
  const sockets: Socket[] = []
  let requests = 0
  const onConnection = (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', bytes => {
      for (let left = bytes.toString().split(request).length - 1; left > 0; left -= 1) reply(socket, (requests += 1))
    })
  }
  const server = tls === undefined ? createServer(onConnection) : createTlsServer(tls, onConnection)
  server.on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const endpoint = new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`)
  return { endpoint, sockets, requests: () => requests }
}

const answering: Reply = socket => void socket.write(answer)
const connectionsOf = ({ endpoint }: Server, now: () => number = Date.now): ConnectionPool =>
  createConnectionPool(endpoint, now)
const read = { status: 200, body: 'ok', keepAlive: true }

/** The error that asking ends with. */
async function failureOf(asking: Promise<unknown>): Promise<unknown> {
  return asking.then(
    () => 'no error',
    (error: unknown) => error,
  )
}

describe('a connection', () => {
  test('is opened once and used for one request after the other', async () => {
    const server = await startServer(answering)
    const connections = connectionsOf(server)
    for (let times = 0; times < 5; times += 1) expect(await connections.ask(request, 2000)).toEqual(read)
    expect(server.sockets).toHaveLength(1)
  })

  test('is never shared by two requests at a time', async () => {
    const server = await startServer(answering)
    const connections = connectionsOf(server)
    await Promise.all([1, 2, 3].map(() => connections.ask(request, 2000)))
    await Promise.all([1, 2, 3].map(() => connections.ask(request, 2000)))
    expect(server.sockets).toHaveLength(3)
  })

  test('that was warmed serves the first request, also when that comes before it is open', async () => {
    const server = await startServer(answering)
    for (const waitMs of [0, 50]) {
      const connections = connectionsOf(server)
      connections.preconnect()
      await pause(waitMs)
      expect(await connections.ask(request, 2000)).toEqual(read)
    }
    expect(server.sockets).toHaveLength(2)
  })

  test.each<[string, Reply]>([
    ['the server asks for that', socket => void socket.write(closing)],
    ['the server hangs up', socket => void socket.end(answer)],
    ['more comes than the answer', socket => void socket.write(answer + answer)],
  ])('is left when %s, and the next request has another', async (_, reply) => {
    const server = await startServer(reply)
    const connections = connectionsOf(server)
    expect(await connections.ask(request, 2000)).toMatchObject({ body: 'ok' })
    await pause(50)
    expect(await connections.ask(request, 2000)).toMatchObject({ body: 'ok' })
    expect(server.sockets).toHaveLength(2)
  })

  test('is left when something comes that nobody asked for', async () => {
    const server = await startServer(answering)
    const connections = connectionsOf(server)
    await connections.ask(request, 2000)
    server.sockets[0]?.write(answer)
    await pause(50)
    expect(await connections.ask(request, 2000)).toEqual(read)
    expect(server.sockets).toHaveLength(2)
  })

  test('is trusted for 15 seconds without use, and no longer', async () => {
    const server = await startServer(answering)
    let now = 0
    const connections = connectionsOf(server, () => now)
    await connections.ask(request, 2000)
    now += 14_999
    await connections.ask(request, 2000)
    expect(server.sockets).toHaveLength(1)
    now += 15_000
    await connections.ask(request, 2000)
    expect(server.sockets).toHaveLength(2)
  })

  test('reads an answer that comes byte by byte', async () => {
    const dribble = async (socket: Socket) => {
      for (const byte of Buffer.from(answer)) {
        socket.write(Uint8Array.of(byte))
        await pause(1)
      }
    }
    const server = await startServer(socket => void dribble(socket))
    expect(await connectionsOf(server).ask(request, 2000)).toEqual(read)
  })
})

describe('what fails before anything was sent says so, for a second try is safe then', () => {
  test('nobody listens', async () => {
    const error = await failureOf(createConnectionPool(new URL('http://127.0.0.1:1'), Date.now).ask(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
    expect(effectOf(error)).toBe('none')
    expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  test('there is no such host', async () => {
    const error = await failureOf(createConnectionPool(new URL('https://host.invalid'), Date.now).ask(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
  })

  test('the TLS handshake takes too long', async () => {
    const silent = await startServer(() => undefined)
    const endpoint = new URL(`https://127.0.0.1:${silent.endpoint.port}`)
    expect(await failureOf(createConnectionPool(endpoint, Date.now).ask(request, 100))).toBeInstanceOf(NotSent)
  })

  test('a warmed connection that could not be opened is not used', async () => {
    const server = await startServer(answering)
    const connections = createConnectionPool(new URL('http://127.0.0.1:1'), Date.now)
    connections.preconnect()
    await pause(50)
    expect(await failureOf(connections.ask(request, 2000))).toBeInstanceOf(NotSent)
    expect(server.requests()).toBe(0)
  })
})

describe('what fails after the request was sent never says that it was not', () => {
  test.each<[string, Reply]>([
    ['no answer', () => undefined],
    ['a reset', socket => void socket.resetAndDestroy()],
    ['half an answer', socket => void socket.end(answer.slice(0, -1))],
    ['no HTTP', socket => void socket.write('hello\r\n\r\n')],
  ])('%s', async (_, reply) => {
    const server = await startServer(reply)
    const error = await failureOf(connectionsOf(server).ask(request, 200))
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotSent)
    expect(effectOf(error)).toBe('unknown')
    expect(server.requests()).toBe(1)
  })

  test('a connection that the server closes as it is used again', async () => {
    const server = await startServer((socket, number) => (number === 1 ? socket.write(answer) : socket.destroy()))
    const connections = connectionsOf(server)
    await connections.ask(request, 2000)
    expect(effectOf(await failureOf(connections.ask(request, 2000)))).toBe('unknown')
    expect(server.requests()).toBe(2)
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!hasOpenssl)(`over TLS${hasOpenssl ? '' : ': openssl is not on the PATH'}`, () => {
  const certificate = () => {
    const { privateKey, certificate } = makeCertificate(temporaryFolder())
    return { key: privateKey, cert: certificate }
  }
  /** Trusts it for the time of the test. */
  function trust({ cert }: Tls): void {
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, cert])
    onTestFinished(() => setDefaultCACertificates(before))
  }

  test('requests are answered, and the next handshake is shortened by the last session', async () => {
    const tls = certificate()
    trust(tls)
    const server = await startServer((socket, number) => void socket.write(number === 1 ? closing : answer), tls)
    const connections = connectionsOf(server)
    expect(await connections.ask(request, 2000)).toMatchObject({ body: 'ok' })
    expect(await connections.ask(request, 2000)).toEqual(read)
    expect(server.sockets).toHaveLength(2)
    expect((server.sockets[1] as TLSSocket).isSessionReused()).toBe(true)
  })

  test('somebody without a certificate that is trusted gets to see nothing', async () => {
    const server = await startServer(answering, certificate())
    const error = await failureOf(connectionsOf(server).ask(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
    expect(error).toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
    expect(server.requests()).toBe(0)
  })

  test('nor does somebody with a certificate for another name', async () => {
    const tls = certificate()
    trust(tls)
    const server = await startServer(answering, tls)
    const endpoint = new URL(`https://localhost:${server.endpoint.port}`)
    const error = await failureOf(createConnectionPool(endpoint, Date.now).ask(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
    expect(error).toMatchObject({ cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } })
    expect(server.requests()).toBe(0)
  })
})
