import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A proxy on loopback that breaks connections. */
export interface CuttingProxy {
  readonly origin: string
  /** The first lines of all requests so far. */
  readonly requests: readonly string[]
}

/** How connections break. */
export interface Plan {
  /** The first POST requests, this many, get no response. */
  readonly lostPosts?: number
  /** Bytes that the response of each GET may have, in order. Later responses are complete, unless `always` is given. */
  readonly cuts?: readonly number[]
  /** Bytes that the response of every later GET may have. */
  readonly always?: number
  /** Loopback addresses from which the connections come, in order; the last is that of all later ones. @default 127.0.0.1 */
  readonly addresses?: readonly string[]
}

/** Forwards bytes unchanged between client and the server at `target`, until the plan breaks the connection. */
export async function cuttingProxy(
  target: string,
  { lostPosts = 0, cuts = [], always = Infinity, addresses = ['127.0.0.1'] }: Plan,
): Promise<CuttingProxy> {
  const requests: string[] = []
  const left = { posts: lostPosts, cuts: [...cuts], addresses: [...addresses] }
  const { port, hostname } = new URL(target)
  const server = createServer(client => {
    const [localAddress = ''] = left.addresses.length > 1 ? left.addresses.splice(0, 1) : left.addresses
    const upstream = connect({ port: Number(port), host: hostname, localAddress })
    let budget = Infinity
    client.on('data', (data: Buffer) => {
      const line = /^(GET|POST) [^\r]*/.exec(data.toString('latin1'))
      if (line !== null) {
        requests.push(line[0])
        budget = line[1] === 'GET' ? (left.cuts.shift() ?? always) : left.posts-- > 0 ? 0 : Infinity
      }
      upstream.write(data)
    })
    upstream.on('data', (data: Buffer) => {
      if (data.length <= budget) {
        budget -= data.length
        if (!client.write(data)) upstream.pause()
        return
      }
      // An orderly end, because a reset could overtake the bytes that were let through.
      client.end(data.subarray(0, budget))
      upstream.destroy()
    })
    client.on('drain', () => upstream.resume())
    const end = (socket: Socket) => () => socket.destroy()
    client.on('close', end(upstream)).on('error', end(upstream))
    upstream.on('close', () => client.end()).on('error', end(client))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
