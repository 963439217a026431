import { STSClient } from '@aws-sdk/client-sts'
import { AwsV4Signer } from 'aws4fetch'
import { createClient, type Fetch } from '../../client/client.ts'
import { UnreachableError } from '../command.ts'
import { parseJsonObject } from '../../client/problem.ts'
import type { Apis } from '../ports/links.ts'
import { originIn } from '../options.ts'
import { reasonOf } from '../terminal/errors.ts'
import { singleLine } from '../terminal/text.ts'

/** Longest wait for an emulator on this machine, in milliseconds: it may be starting. */
const emulatorMs = 5000

/** The apis for links: deployed ones asked with IAM signatures, those of emulators as they are. */
export const apis: Apis = {
  deployed: (origin, region) => createClient({ origin, fetch: signing(region) }),
  local: origin => createClient({ origin }),
  async emulatorAt(origin) {
    const url = `${origin}/.well-known/emulator`
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(emulatorMs) })
      return apiIn(await response.text(), response.status)
    } catch (cause) {
      const words = `no emulator answers at ${origin} (${singleLine(reasonOf(cause))})`
      throw new UnreachableError(`${words}: npm start runs one, --local=URL says where`, { cause })
    }
  },
}

/** Whatever else listens there may answer anything. */
function apiIn(text: string, status: number): string {
  const { api } = parseJsonObject(text)
  const origin = typeof api === 'string' ? originIn(api) : undefined
  if (origin !== undefined) return origin
  throw new Error(`the answer, ${status}, does not say where its api is`)
}

/** Signs each request anew (AWS, "Signature Version 4"), with credentials from wherever the SDK finds them. */
function signing(region: string): Fetch {
  // Asked of a client, because that knows profiles, sign-on, roles and when credentials end.
  const { config } = new STSClient({ region })
  return async (url, init) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials()
    const signer = new AwsV4Signer({
      url,
      method: init.method ?? 'GET',
      ...(init.headers && { headers: init.headers }),
      ...(init.body && { body: init.body }),
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: 'execute-api',
      region,
    })
    const { headers } = await signer.sign()
    return fetch(url, { ...init, headers })
  }
}
