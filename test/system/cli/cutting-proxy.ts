import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A line on loopback that breaks. */
export interface CuttingProxy {
  readonly origin: string
  /** The first lines of all requests that came by. */
  readonly requests: readonly string[]
}

/** What breaks: answers of POST that are lost, one after the other, and how many bytes of the answers of each GET come through. */
export interface Plan {
  readonly lostPosts?: number
  /** For one GET each; the others come through whole, unless `always` is given. */
  readonly cuts?: readonly number[]
  /** Bytes of every other GET. */
  readonly always?: number
}

/** Passes bytes on to the server at `behind`, both ways and as they are, until the plan has the connection reset. */
export async function cuttingProxy(
  behind: string,
  { lostPosts = 0, cuts = [], always = Infinity }: Plan,
): Promise<CuttingProxy> {
  const requests: string[] = []
  const left = { posts: lostPosts, cuts: [...cuts] }
  const { port, hostname } = new URL(behind)
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname)
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
        return void client.write(data)
      }
      // What was let through arrives before the end does: a reset might overtake it.
      client.end(data.subarray(0, budget))
      upstream.destroy()
    })
    const end = (socket: Socket) => () => socket.destroy()
    client.on('close', end(upstream)).on('error', end(upstream))
    upstream.on('close', () => client.end()).on('error', end(client))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
