import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'

/** Credentials whose signatures S3 accepts, and the Region they sign for. */
export interface Signatory {
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string
  }
}

/** Makes AWS's own signer for requests to S3 by one signatory, with whose signatures those of requests are compared. */
export function s3Signer({ region, credentials }: Signatory): SignatureV4 {
  return new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
}

/** Returns whether the signed headers are all that must be: the host and every `x-amz-*` (AWS, "Create a signed request"). */
export function signsAll(headers: IncomingHttpHeaders, signed: ReadonlySet<string>): boolean {
  return Object.keys(headers).every(name => signed.has(name) || (name !== 'host' && !name.startsWith('x-amz-')))
}

/** Returns the headers that are signed and were sent. */
export function signedHeaders(headers: IncomingHttpHeaders, signed: ReadonlySet<string>): Record<string, string> {
  const sent = Object.entries(headers).filter(([name]) => signed.has(name))
  return Object.fromEntries(sent.map(([name, value]) => [name, String(value)]))
}

/** SHA-256, or HMAC-SHA-256 with a secret, in the form that the SDK's signer requires. */
export class Sha256 {
  readonly #hash: Hash | Hmac
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array)
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()))
  }
}
