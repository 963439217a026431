import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../../emulator/s3/presigned-url.ts'
import { serveHere } from './serve.ts'

/** Whose signatures a front takes, and for which Region. */
export interface Caller {
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/** One who is in nobody's account: AWS's own example. */
export const caller = {
  region: 'eu-west-1',
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
    sessionToken: 'TOKEN+EXAMPLE/=',
  },
} as const satisfies Caller

/** What came to a front, and whether its signature was right. */
export interface Seen {
  readonly line: string
  readonly right: boolean
}

/**
 * An API Gateway with IAM in front of the api at `behind`, ended with the test: AWS's own signer makes each signature anew.
 * A request with a wrong one gets what API Gateway says then. Its origin ends in `/v1`, the stage, which is signed as well.
 */
export async function signedFront(
  behind: string,
  by: Caller = caller,
): Promise<{ readonly origin: string; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = []
  const { origin } = await serveHere((request, response) => {
    const pass = async () => {
      const body = await buffer(request)
      const right = await isSigned(request, body, by)
      seen.push({ line: `${request.method} ${request.url}`, right })
      if (!right) {
        response.writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': 'InvalidSignatureException' })
        return response.end(JSON.stringify({ message: 'The request signature we calculated does not match' }))
      }
      const { method = '' } = request
      const headers = new Headers()
      for (const name of ['accept', 'content-type', 'idempotency-key']) {
        const value = request.headers[name]
        if (value !== undefined) headers.set(name, String(value))
      }
      const init = { method, headers, ...(body.length > 0 && { body }) }
      const answer = await fetch(`${behind}${(request.url ?? '').replace(/^\/v1/, '')}`, init)
      const type = answer.headers.get('content-type')
      response.writeHead(answer.status, type === null ? {} : { 'content-type': type })
      return response.end(Buffer.from(await answer.arrayBuffer()))
    }
    pass().catch(() => request.socket.destroy())
  })
  return { origin: `${origin}/v1`, seen }
}

async function isSigned(
  { method = '', url = '', headers }: IncomingMessage,
  body: Buffer,
  { region: ours, credentials }: Caller,
): Promise<boolean> {
  const { authorization = '', host = '' } = headers
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/execute-api\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, keyId, , region, names = '', signature] = pattern.exec(authorization) ?? []
  if (keyId !== credentials.accessKeyId || region !== ours) return false
  const signedNames = names.split(';')
  if (!signedNames.includes('host') || headers['x-amz-security-token'] !== credentials.sessionToken) return false
  const date = String(headers['x-amz-date'])
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.slice(1)
  if (parts === undefined) return false
  const [year, month, day, ...time] = parts
  const signer = new SignatureV4({
    credentials,
    region: ours,
    service: 'execute-api',
    sha256: Sha256,
    applyChecksum: false,
  })
  const { pathname, searchParams } = new URL(url, `http://${host}`)
  const again = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: host,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(signedNames.map(name => [name, String(headers[name] ?? '')])),
      body: body.length > 0 ? body : undefined,
    },
    { signingDate: new Date(`${year}-${month}-${day}T${time.join(':')}Z`), signableHeaders: new Set(signedNames) },
  )
  return again.headers['authorization']?.endsWith(`Signature=${signature}`) === true
}
