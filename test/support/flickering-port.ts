import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** Milliseconds for which the port is open, and then shut. */
const [openMs, shutMs] = [250, 400]

/**
 * Opens a TCP port in front of `endpoint` that is away again and again: then nobody listens, and what was under way is
 * reset. Gives its own endpoint; ended with the test.
 */
export async function flickeringPort(endpoint: string): Promise<string> {
  const target = new URL(endpoint)
  const sockets = new Set<Socket>()
  const server = createServer(viewer => {
    const store = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [[viewer, store] as const, [store, viewer] as const]) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => (sockets.delete(socket), other.destroy()))
    }
    viewer.pipe(store).pipe(viewer)
  })
  const over = new AbortController()
  async function flicker(port: number): Promise<void> {
    while (!over.signal.aborted) {
      await pause(openMs)
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.resetAndDestroy()
      await closed
      await pause(shutMs)
      await once(server.listen(port, target.hostname), 'listening')
    }
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  await once(server.listen(0, target.hostname), 'listening')
  const { port } = server.address() as AddressInfo
  const flickering = flicker(port)
  onTestFinished(async () => {
    over.abort()
    await flickering
  })
  return `http://${target.hostname}:${port}`
}
