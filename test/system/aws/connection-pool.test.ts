import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ConnectionPool, createConnectionPool } from '../../../shared/aws/connection-pool.ts'
import { makeCertificate } from '../../../emulator/certificate.ts'
import { effectOf, NotSent } from '../../../shared/table/effect-of-error.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

const request = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}'
const response = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const closing = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'

/** A server that calls `reply` for each request. */
interface Server {
  readonly endpoint: URL
  /** All sockets so far, in their order. */
  readonly sockets: readonly Socket[]
  /** Returns how many requests arrived completely. */
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

/** A server in a process of its own, which works while this one is blocked. */
interface ServerProcess {
  readonly endpoint: URL
  /** Closes all connections in some 100 ms. */
  closeConnectionsSoon(): void
}

const serverProcess = `
const server = require('node:net').createServer(socket => socket.on('data', () => socket.write(${JSON.stringify(response)})))
const sockets = []
server.on('connection', socket => sockets.push(socket))
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('message', () => setTimeout(() => sockets.forEach(socket => socket.end()), 100))
process.on('disconnect', () => process.exit())
`

async function startProcess(): Promise<ServerProcess> {
  const file = join(temporaryFolder(), 'server.cjs')
  writeFileSync(file, serverProcess)
  const child = fork(file, { execArgv: [] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [port] = (await once(child, 'message')) as [number]
  return { endpoint: new URL(`http://127.0.0.1:${port}`), closeConnectionsSoon: () => void child.send('close') }
}

const responding: Reply = socket => void socket.write(response)
const poolFor = ({ endpoint }: Server, now: () => number = Date.now): ConnectionPool =>
  createConnectionPool(endpoint, now)
const parsed = { status: 200, body: 'ok', keepAlive: true }

/** Returns the error with which a request ends. */
async function failureOf(request: Promise<unknown>): Promise<unknown> {
  return request.then(
    () => 'no error',
    (error: unknown) => error,
  )
}

describe('a connection', () => {
  test('is opened once and used for one request after another', async () => {
    const server = await startServer(responding)
    const pool = poolFor(server)
    for (let times = 0; times < 5; times += 1) expect(await pool.send(request, 2000)).toEqual(parsed)
    expect(server.sockets).toHaveLength(1)
  })

  test('is never used for two requests at once', async () => {
    const server = await startServer(responding)
    const pool = poolFor(server)
    await Promise.all([1, 2, 3].map(() => pool.send(request, 2000)))
    await Promise.all([1, 2, 3].map(() => pool.send(request, 2000)))
    expect(server.sockets).toHaveLength(3)
  })

  test('opened ahead serves the first request, even if that comes before it is open', async () => {
    const server = await startServer(responding)
    for (const waitMs of [0, 50]) {
      const pool = poolFor(server)
      void pool.preconnect()
      await pause(waitMs)
      expect(await pool.send(request, 2000)).toEqual(parsed)
    }
    expect(server.sockets).toHaveLength(2)
  })

  test('is opened ahead once, and not at all while another is ready', async () => {
    const server = await startServer(responding)
    let now = 0
    const pool = poolFor(server, () => now)
    await Promise.all([pool.preconnect(), pool.preconnect()])
    await pool.send(request, 2000)
    await pool.preconnect()
    expect(server.sockets).toHaveLength(1)
    now += 45_000
    await pool.preconnect()
    expect(await pool.send(request, 2000)).toEqual(parsed)
    expect(server.sockets).toHaveLength(2)
  })

  test('that the server closed while the process was frozen gets no request: the next one is used', async () => {
    const server = await startProcess()
    const frozenMs = 1000
    let thawed = 0
    const pool = createConnectionPool(server.endpoint, () => Date.now() + thawed)
    expect(await pool.send(request, 2000)).toEqual(parsed)
    server.closeConnectionsSoon()
    // Blocks this process, as Lambda freezes it: the server's FIN waits in the kernel.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, frozenMs)
    thawed = frozenMs
    expect(await pool.send(request, 2000)).toEqual(parsed)
  })

  test.each<[string, Reply]>([
    ['the server asks to close it', socket => void socket.write(closing)],
    ['the server closes it', socket => void socket.end(response)],
    ['more bytes come than the response', socket => void socket.write(response + response)],
  ])('is not used again when %s: the next request uses another', async (_, reply) => {
    const server = await startServer(reply)
    const pool = poolFor(server)
    expect(await pool.send(request, 2000)).toMatchObject({ body: 'ok' })
    await pause(50)
    expect(await pool.send(request, 2000)).toMatchObject({ body: 'ok' })
    expect(server.sockets).toHaveLength(2)
  })

  test('is not used again when bytes come without a request', async () => {
    const server = await startServer(responding)
    const pool = poolFor(server)
    await pool.send(request, 2000)
    server.sockets[0]?.write(response)
    await pause(50)
    expect(await pool.send(request, 2000)).toEqual(parsed)
    expect(server.sockets).toHaveLength(2)
  })

  test('is used again after less than 45 seconds without use', async () => {
    const server = await startServer(responding)
    let now = 0
    const pool = poolFor(server, () => now)
    await pool.send(request, 2000)
    now += 44_999
    await pool.send(request, 2000)
    expect(server.sockets).toHaveLength(1)
    now += 45_000
    await pool.send(request, 2000)
    expect(server.sockets).toHaveLength(2)
  })

  test('reads a response that comes byte by byte', async () => {
    const dribble = async (socket: Socket) => {
      for (const byte of Buffer.from(response)) {
        socket.write(Uint8Array.of(byte))
        await pause(1)
      }
    }
    const server = await startServer(socket => void dribble(socket))
    expect(await poolFor(server).send(request, 2000)).toEqual(parsed)
  })
})

describe('an error before anything was sent says so, so that a retry is safe:', () => {
  test('no server listens', async () => {
    const error = await failureOf(createConnectionPool(new URL('http://127.0.0.1:1'), Date.now).send(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
    expect(effectOf(error)).toBe('none')
    expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  test('there is no such host', async () => {
    const error = await failureOf(createConnectionPool(new URL('https://host.invalid'), Date.now).send(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
  })

  test('the TLS handshake takes too long', async () => {
    const silent = await startServer(() => undefined)
    const endpoint = new URL(`https://127.0.0.1:${silent.endpoint.port}`)
    expect(await failureOf(createConnectionPool(endpoint, Date.now).send(request, 100))).toBeInstanceOf(NotSent)
  })

  test('a connection opened ahead fails', async () => {
    const server = await startServer(responding)
    const pool = createConnectionPool(new URL('http://127.0.0.1:1'), Date.now)
    await pool.preconnect()
    expect(await failureOf(pool.send(request, 2000))).toBeInstanceOf(NotSent)
    expect(server.requests()).toBe(0)
  })
})

describe('an error after the request was sent never says that it was not:', () => {
  test.each<[string, Reply]>([
    ['no response', () => undefined],
    ['a reset', socket => void socket.resetAndDestroy()],
    ['half a response', socket => void socket.end(response.slice(0, -1))],
    ['bytes that are not HTTP', socket => void socket.write('hello\r\n\r\n')],
  ])('%s', async (_, reply) => {
    const server = await startServer(reply)
    const error = await failureOf(poolFor(server).send(request, 200))
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotSent)
    expect(effectOf(error)).toBe('unknown')
    expect(server.requests()).toBe(1)
  })

  test('the server closes a connection as it is used again', async () => {
    const server = await startServer((socket, number) => (number === 1 ? socket.write(response) : socket.destroy()))
    const pool = poolFor(server)
    await pool.send(request, 2000)
    expect(effectOf(await failureOf(pool.send(request, 2000)))).toBe('unknown')
    expect(server.requests()).toBe(2)
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!hasOpenssl)(`over TLS${hasOpenssl ? '' : ': openssl is not on the PATH'}`, () => {
  const certificate = () => {
    const { privateKey, certificate } = makeCertificate(temporaryFolder(), 'IP:127.0.0.1')
    return { key: privateKey, cert: certificate }
  }
  /** Trusts a certificate until the test ends. */
  function trust({ cert }: Tls): void {
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, cert])
    onTestFinished(() => setDefaultCACertificates(before))
  }

  test('requests get responses, and the last session shortens the next handshake', async () => {
    const tls = certificate()
    trust(tls)
    const server = await startServer((socket, number) => void socket.write(number === 1 ? closing : response), tls)
    const pool = poolFor(server)
    expect(await pool.send(request, 2000)).toMatchObject({ body: 'ok' })
    expect(await pool.send(request, 2000)).toEqual(parsed)
    expect(server.sockets).toHaveLength(2)
    expect((server.sockets[1] as TLSSocket).isSessionReused()).toBe(true)
  })

  test('a server without a trusted certificate gets no request', async () => {
    const server = await startServer(responding, certificate())
    const error = await failureOf(poolFor(server).send(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
    expect(error).toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
    expect(server.requests()).toBe(0)
  })

  test('a server with a certificate for another name gets no request', async () => {
    const tls = certificate()
    trust(tls)
    const server = await startServer(responding, tls)
    const endpoint = new URL(`https://localhost:${server.endpoint.port}`)
    const error = await failureOf(createConnectionPool(endpoint, Date.now).send(request, 2000))
    expect(error).toBeInstanceOf(NotSent)
    expect(error).toMatchObject({ cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } })
    expect(server.requests()).toBe(0)
  })
})
