import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import type { Loopback } from '../ports/console.ts'

/** Servers of this process on 127.0.0.1. */
export const loopback: Loopback = {
  home: homedir(),
  platform: process.platform,
  // Loaded here, because the SDK takes half a second.
  uploadsTo: async bucket => (await import('./part-uploads.ts')).partUploads(bucket),
  async listen() {
    // No limit for a whole request: a part of an upload takes as long as the user's connection needs.
    const server = createServer({ requestTimeout: 0, shouldUpgradeCallback: () => true })
    server.on('upgrade', (_, socket) => void socket.destroy())
    const ready = Promise.withResolvers<RequestListener>()
    server.on('request', (request, response) => void ready.promise.then(listener => listener(request, response)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return {
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      serve: ready.resolve,
      async close() {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      },
    }
  },
}
