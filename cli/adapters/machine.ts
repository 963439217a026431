import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Loopback } from '../ports/console.ts'
import type { Dns, Machine } from '../ports/machine.ts'

/** The machine that this process runs on. */
export const machine: Machine = {
  // Read late: a container may run commands on links as a user without a name, for which it throws.
  get host() {
    return `${userInfo().username}@${hostname()}`
  },
  clone: join(import.meta.dirname, '../..'),
  node: process.version,
}

/** Timeout of one attempt, in milliseconds, and the number of attempts, of which c-ares doubles the timeout. */
const limits = { timeout: 2_000, tries: 3 }

/** Resolves hosts by the name servers of this machine. */
export const dns: Dns = {
  async addresses(host) {
    const resolver = new Resolver(limits)
    const [ipv4, ipv6] = await Promise.all([hasAny(resolver.resolve4(host)), hasAny(resolver.resolve6(host))])
    return { ipv4, ipv6 }
  },
}

async function hasAny(addresses: Promise<readonly string[]>): Promise<boolean> {
  try {
    return (await addresses).length > 0
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTFOUND' || code === 'ENODATA') return false
    throw error
  }
}

/** Servers of this process on 127.0.0.1. */
export const loopback: Loopback = {
  home: homedir(),
  platform: process.platform,
  async listen() {
    const server = createServer({ shouldUpgradeCallback: () => true })
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
