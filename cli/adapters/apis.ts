import type { STSClient } from '@aws-sdk/client-sts'
import { AwsV4Signer } from 'aws4fetch'
import { readText } from '../../client/bounded-text.ts'
import { type ClientOptions, createClient, type Fetch } from '../../client/client.ts'
import { transportOf } from '../../client/options.ts'
import { parseJsonObject } from '../../client/problem.ts'
import { UnreachableError } from '../command.ts'
import { send } from '../../client/requests.ts'
import type { Apis } from '../ports/links.ts'
import { loopbackOriginIn } from '../options.ts'
import { reasonOf } from '../terminal/errors.ts'
import { singleLine } from '../terminal/text.ts'
import { fetchLocal } from './fetch-local.ts'
import { http } from './http.ts'

/** Timeout for an emulator on this machine, in milliseconds: it may be starting, and the machine may be busy. */
const emulatorTimeoutMs = 30_000

/** Longest response of an emulator that names its URLs, in bytes; they take some hundreds. */
const maxResponseBytes = 64 * 1024

/** The variable with the token of a login. An argument would be public. */
const tokenOf = () => process.env['ONCE_TOKEN'] || undefined

/** Sends a part and keeps no copies of it. The global `fetch` keeps many: 2 GB would take 300 MB of memory. */
const put: Fetch = (url, init) => http.fetch(url, init)

/** Calls deployed APIs with the token of a login or IAM signatures, and those of emulators without. */
export const apis: Apis = {
  get hasToken() {
    return tokenOf() !== undefined
  },
  deployed: (origin, region) => createClient(optionsFor(origin, region)),
  sender(origin, region) {
    const transport = transportOf(optionsFor(origin, region))
    return async request => (await send(request, transport)).json
  },
  local: origin => createClient({ origin, fetch: fetchLocal, put }),
  async emulatorAt(origin) {
    const url = `${origin}/.well-known/emulator`
    try {
      const response = await fetchLocal(url, { redirect: 'error', signal: AbortSignal.timeout(emulatorTimeoutMs) })
      return readApiOrigin(await readText(response, maxResponseBytes), response.status)
    } catch (cause) {
      const problem = `no emulator at ${origin} (${singleLine(reasonOf(cause))})`
      throw new UnreachableError(`${problem}: start one with npm start, or give its address with --local=URL`, {
        cause,
      })
    }
  },
}

function optionsFor(origin: string, region: string | undefined): ClientOptions {
  const token = tokenOf()
  if (token !== undefined) return { origin, put, token: () => token }
  if (region === undefined) throw new Error('without a token, the Region must be known')
  return { origin, put, fetch: signing(region, 'execute-api') }
}

/** Throws if the response is not an emulator's: another program may listen at this address. */
function readApiOrigin(text: string, status: number): string {
  if (status === 401) throw new Error('it is private, and this user has no token for it')
  const { api } = parseJsonObject(text)
  const origin = typeof api === 'string' ? loopbackOriginIn(api) : undefined
  if (origin !== undefined) return origin
  throw new Error(`the response, ${status}, does not name an API`)
}

/** Returns a `fetch` that signs each request to a service (AWS, "Signature Version 4") with the credentials that the SDK finds. */
export function signing(region: string, service: string): Fetch {
  // A client of the SDK handles profiles, single sign-on, roles and the expiry of credentials. Most commands load no SDK.
  let sdk: Promise<STSClient> | undefined
  const load = async () => new (await import('@aws-sdk/client-sts')).STSClient({ region })
  return async (url, init) => {
    sdk ??= load()
    const { accessKeyId, secretAccessKey, sessionToken } = await (await sdk).config.credentials()
    const signer = new AwsV4Signer({
      url,
      method: init.method ?? 'GET',
      ...(init.headers && { headers: init.headers }),
      ...(init.body && { body: init.body }),
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service,
      region,
    })
    const { headers } = await signer.sign()
    return fetch(url, { ...init, headers })
  }
}
