import { afterEach, vi } from 'vitest'
import type { Dns } from '../../../cli/ports/dns.ts'
import { type Account, thingsOf } from './control-plane/account.ts'
import { httpClient } from '../../../cli/adapters/http.ts'
import type { HttpClient } from '../../../cli/ports/links.ts'
import { serveAccount } from './control-plane/server.ts'
import { onceHere, type Outcome } from './once-here.ts'

/** The time of all tests. */
export const testTime = new Date('2026-11-24T12:00:00Z')

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closing.splice(0)) await close()
})

/**
 * Serves an account and returns a command line that uses it as AWS, through the real adapters and SDK. It reaches its
 * distribution under every host. Its clock advances only while a command waits. After the test, the server is closed.
 */
export async function onAccount(account: Account): Promise<(...args: readonly string[]) => Promise<Outcome>> {
  const { endpoint, close } = await serveAccount(account)
  closing.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  return (...args) => onceHere(args, { now: testTime.getTime(), http: viewerAt(endpoint), dns: dnsOf(account) })
}

/** Resolves hosts by the records that the account has in Route 53. */
function dnsOf(account: Account): Dns {
  return {
    async addresses(host) {
      const records = thingsOf(account, 'AWS::Route53::RecordSet').filter(
        ({ properties }) => String(properties['Name']).replace(/\.$/, '') === host,
      )
      const has = (type: string) => records.some(({ properties }) => properties['Type'] === type)
      return { ipv4: has('A'), ipv6: has('AAAA') }
    },
  }
}

/** Returns a client that sends every request to the server at `endpoint`, as if it had the host of the request. */
function viewerAt(endpoint: string): HttpClient {
  const client = httpClient()
  return {
    send(request) {
      const { host, pathname } = new URL(request.url)
      return client.send({ ...request, url: `${endpoint}${pathname}`, headers: { ...request.headers, host } })
    },
  }
}
