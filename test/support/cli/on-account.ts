import { afterAll, afterEach, vi } from 'vitest'
import { connectToAws } from '../../../cli/adapters/aws/aws.ts'
import type { Dns } from '../../../cli/ports/dns.ts'
import { type Account, emptyAccount, thingsOf } from './control-plane/account.ts'
import { httpClient } from '../../../cli/adapters/http.ts'
import type { HttpClient } from '../../../cli/ports/links.ts'
import type { Aws } from '../../../cli/ports/ports.ts'
import { assert } from '../../../shared/errors.ts'
import { serveAccount } from './control-plane/server.ts'
import { onceHere, type Outcome } from './once-here.ts'

/** The time of all tests. */
export const testTime = new Date('2026-11-24T12:00:00Z')

/** The account of the command that runs now: one server serves all accounts of a test file. */
let current: Account = emptyAccount()
let running = 0
let server: ReturnType<typeof serveAccount> | undefined

afterEach(() => void vi.unstubAllEnvs())
afterAll(async () => (await server)?.close())

/**
 * Serves an account and returns a command line that uses it as AWS, through the real adapters and SDK. It reaches its
 * distribution under every host. Its clock advances only while a command waits. Commands on two accounts run one after the
 * other.
 */
export async function onAccount(account: Account): Promise<(...args: readonly string[]) => Promise<Outcome>> {
  const { endpoint } = await (server ??= serveAccount(() => current))
  current = account
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  return async (...args) => {
    assert(running === 0 || current === account, 'another account has a command that runs')
    current = account
    running += 1
    try {
      const ports = { aws: awsHere(), http: viewerAt(endpoint), dns: dnsOf(account) }
      return await onceHere(args, { now: testTime.getTime(), ...ports })
    } finally {
      running -= 1
    }
  }
}

let connected: { readonly environment: string; readonly aws: Aws } | undefined

/** Returns clients of AWS. They take longer to make than to use, and depend on the environment alone: another gets others. */
function awsHere(): Aws {
  const environment = JSON.stringify(Object.entries(process.env).filter(([name]) => name.startsWith('AWS_')))
  if (connected?.environment !== environment) connected = { environment, aws: connectToAws() }
  return connected.aws
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
