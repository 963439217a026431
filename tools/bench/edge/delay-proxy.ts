import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Starts the proxy on `host`: `port` of 127.0.0.1 gets all bytes, at the distance of a round trip in milliseconds. */
export interface ProxyQuestion {
  readonly host: string
  readonly port: number
  readonly roundTrip: number
}

/** First `ready`, then the port of the proxy. */
export type ProxyAnswer = 'ready' | number

/** Does things in order, each some milliseconds after it was added. Timers alone would be off by a millisecond. */
class DelayLine {
  readonly #queue: { readonly due: number; readonly act: () => void }[] = []
  #last = 0

  add(ms: number, act: () => void): void {
    this.#last = Math.max(this.#last, performance.now() + ms)
    this.#queue.push({ due: this.#last, act })
    if (this.#queue.length === 1) this.#run()
  }

  readonly #run = (): void => {
    while (this.#queue[0] !== undefined && this.#queue[0].due <= performance.now()) {
      this.#queue[0].act()
      this.#queue.shift()
    }
    const next = this.#queue[0]
    if (next === undefined) return
    const left = next.due - performance.now()
    if (left > 2) setTimeout(this.#run, left - 1.5)
    else setImmediate(this.#run)
  }
}

/** Passes bytes, half-closes and failures on after `ms`. The first bytes come `firstMs` later still. */
function relay(from: Socket, to: Socket, { ms, firstMs }: { ms: number; firstMs: number }): void {
  const line = new DelayLine()
  let extraMs = firstMs
  from.setNoDelay(true)
  from.on('data', chunk => {
    line.add(ms + extraMs, () => to.write(chunk))
    extraMs = 0
  })
  from.on('end', () => line.add(ms, () => to.end()))
  from.on('error', () => line.add(ms, () => to.resetAndDestroy()))
}

/** A round trip before a connection's first bytes is that of TCP's handshake. */
async function listen({ host, port, roundTrip }: ProxyQuestion): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, client => {
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    relay(client, upstream, { ms: roundTrip / 2, firstMs: roundTrip })
    relay(upstream, client, { ms: roundTrip / 2, firstMs: 0 })
  })
  await once(server.listen(0, host), 'listening')
  return (server.address() as AddressInfo).port
}

const say = (answer: ProxyAnswer) => process.send?.(answer)

process.once('disconnect', () => process.exit())
process.on('message', (question: ProxyQuestion) => void listen(question).then(say))
say('ready')
