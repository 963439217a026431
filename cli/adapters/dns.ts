import { Resolver } from 'node:dns/promises'
import type { Dns } from '../ports/dns.ts'

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
