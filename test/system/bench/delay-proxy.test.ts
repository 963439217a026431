import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../../bench/child.ts'
import type { ProxyAnswer, ProxyQuestion } from '../../../bench/edge/delay-proxy.ts'

const file = join(import.meta.dirname, '../../../bench/edge/delay-proxy.ts')

/** Round trips of the proxies, in milliseconds. */
const roundTrips = [20, 60]

/** Starts the proxy in front of a server that handles connections with `serve`. Returns its ports. */
async function proxyTo(serve: (socket: Socket) => void): Promise<readonly number[]> {
  const server: Server = createServer({ allowHalfOpen: true }, serve)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const proxy = await startChild<ProxyQuestion, ProxyAnswer>(file, { env: {} })
  onTestFinished(() => proxy.close())
  const { port } = server.address() as AddressInfo
  return (await proxy.ask({ host: 'localhost', port, roundTrips })) as readonly number[]
}

/** Connects to a proxy; the connection ends with the test. */
function connected(port: number | undefined): Socket {
  const socket = connect({ port: port ?? 0, host: 'localhost', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  return socket
}

describe('the delay proxy', { timeout: 20_000 }, () => {
  test.each([0, 1])(
    'adds at least two round trips to the first response, and one to the next: distance %i',
    async at => {
      const ports = await proxyTo(socket => socket.pipe(socket))
      const [client, roundTrip] = [connected(ports[at]), roundTrips[at] ?? 0]
      for (const atLeast of [2 * roundTrip, roundTrip]) {
        const sentAt = performance.now()
        client.write('hello')
        expect(String((await once(client, 'data'))[0])).toBe('hello')
        expect(performance.now() - sentAt).toBeGreaterThanOrEqual(atLeast)
      }
    },
  )

  test('passes all bytes in order', async () => {
    const [port] = await proxyTo(socket => socket.pipe(socket))
    const client = connected(port)
    const sent = Array.from({ length: 2000 }, (_, index) => `${index} `)
    for (const part of sent) client.write(part)
    client.end()
    expect(await text(client)).toBe(sent.join(''))
  })

  test('passes a half-close on, and what comes after it', async () => {
    const [port] = await proxyTo(socket => {
      socket.resume()
      socket.once('end', () => socket.end('after the end'))
    })
    const client = connected(port)
    client.end('all')
    expect(await text(client)).toBe('after the end')
  })

  test('passes on that the server hangs up, not earlier than its distance', async () => {
    const hungUp = Promise.withResolvers<number>()
    const [, port] = await proxyTo(socket => {
      socket.once('data', () => {
        socket.end()
        hungUp.resolve(performance.now())
      })
    })
    const client = connected(port)
    client.write('hello')
    client.resume()
    await once(client, 'end')
    expect(performance.now() - (await hungUp.promise)).toBeGreaterThanOrEqual(30 - 1)
  })

  test('passes on that the server resets the connection', async () => {
    const [port] = await proxyTo(socket => socket.once('data', () => socket.resetAndDestroy()))
    const client = connected(port)
    client.write('hello')
    await expect(once(client, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})
