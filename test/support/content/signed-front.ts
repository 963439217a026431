import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../../../emulator/s3/signer.ts'
import { serveHere } from '../machine/serve.ts'

/** A caller whose signatures a front accepts, with its Region. */
export interface Caller {
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/** AWS's example credentials, which belong to no account. */
export const caller = {
  region: 'eu-west-1',
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
    sessionToken: 'TOKEN+EXAMPLE/=',
  },
} as const satisfies Caller

/** A request to a front, and whether its signature was right. */
export interface Seen {
  readonly line: string
  readonly right: boolean
}

/**
 * Serves an API Gateway with IAM in front of the api at `behind`; ends with the test. AWS's own signer computes each
 * signature again. For a wrong one it responds as API Gateway does. Its origin ends in `/v1`, the stage, which is
 * signed as well.
 */
export async function signedFront(
  behind: string,
  by: Caller = caller,
): Promise<{ readonly origin: string; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = []
  const { origin } = await serveHere((request, response) => {
    const handle = async () => {
      const body = await buffer(request)
      const right = await hasValidSignature(request, body, by)
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
      const forwarded = await fetch(`${behind}${(request.url ?? '').replace(/^\/v1/, '')}`, init)
      for (const name of ['content-type', 'retry-after']) {
        const value = forwarded.headers.get(name)
        if (value !== null) response.setHeader(name, value)
      }
      response.writeHead(forwarded.status)
      return response.end(Buffer.from(await forwarded.arrayBuffer()))
    }
    handle().catch(() => request.socket.destroy())
  })
  return { origin: `${origin}/v1`, seen }
}

async function hasValidSignature(
  { method = '', url = '', headers }: IncomingMessage,
  body: Buffer,
  { region: expectedRegion, credentials }: Caller,
): Promise<boolean> {
  const { authorization = '', host = '' } = headers
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/execute-api\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, keyId, , region, names = '', signature] = pattern.exec(authorization) ?? []
  if (keyId !== credentials.accessKeyId || region !== expectedRegion) return false
  const signedNames = names.split(';')
  if (!signedNames.includes('host') || headers['x-amz-security-token'] !== credentials.sessionToken) return false
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
  const signingDate = new Date(String(headers['x-amz-date']).replace(basic, '$1-$2-$3T$4:$5:$6Z'))
  if (Number.isNaN(signingDate.getTime())) return false
  const signer = new SignatureV4({
    credentials,
    region: expectedRegion,
    service: 'execute-api',
    sha256: Sha256,
    applyChecksum: false,
  })
  const { pathname, searchParams } = new URL(url, `http://${host}`)
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: host,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(signedNames.map(name => [name, String(headers[name] ?? '')])),
      body: body.length > 0 ? body : undefined,
    },
    { signingDate, signableHeaders: new Set(signedNames) },
  )
  return signed.headers['authorization']?.endsWith(`Signature=${signature}`) === true
}
