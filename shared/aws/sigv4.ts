import { createHmac, hash } from 'node:crypto'
import { hmac, type HmacKey, hmacKeyOf } from '../hmac.ts'
import type { EpochMs } from '../time.ts'

/** AWS credentials. Those of a role have a session token. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** Which Region, service and host requests are signed for. */
export interface SigningScope {
  readonly region: string
  readonly service: string
  /** As in the Host header. */
  readonly host: string
}

/** A POST to `/` without a query, the only request of the AWS JSON protocols. */
export interface UnsignedRequest {
  readonly contentType: string
  /** The value of `x-amz-target`. */
  readonly target: string
  readonly body: string
}

/** Returns the signed header lines of `request` and its signature, each with CRLF at the end. */
export type Sign = (request: UnsignedRequest, now: EpochMs) => string

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * Returns a function that signs requests of the AWS JSON protocols. Its output equals that of the SDK's signer, byte for
 * byte: test/unit/aws/sigv4.test.ts.
 */
export function createSigner(scope: SigningScope, credentials: Credentials): Sign {
  const { host } = scope
  const authorize = createAuthorizer(scope, credentials)
  const [tokenToSign, tokenToSend] = tokenLines(credentials)
  const names = `content-type;host;x-amz-date;${tokenToSign && 'x-amz-security-token;'}x-amz-target`
  return ({ contentType, target, body }, now) => {
    const time = basicFormat(now)
    const headers = `content-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n${tokenToSign}x-amz-target:${target}\n`
    const canonical = `POST\n/\n\n${headers}\n${names}\n${hash('sha256', body, 'hex')}`
    const sent = `content-type:${contentType}\r\nhost:${host}\r\nx-amz-date:${time}\r\n${tokenToSend}x-amz-target:${target}`
    return `${sent}\r\nauthorization:${authorize(canonical, names, time)}\r\n`
  }
}

/** SHA-256 of an empty body. S3 wants the hash of the body in a header, too (AWS, "Signature Calculations", S3). */
const emptyHash = hash('sha256', '', 'hex')

/**
 * Returns a function that signs requests without a body to S3, as `createSigner` does, for a percent-encoded path with query parameters
 * in the order of their names, each with its `=`, as they are sent. With `withChecksum`, they also ask S3 for the checksum of the object.
 */
export function createReadSigner(
  scope: SigningScope,
  credentials: Credentials,
  withChecksum: boolean = false,
): (method: 'HEAD' | 'GET', target: string, now: EpochMs) => string {
  const { host } = scope
  const authorize = createAuthorizer(scope, credentials)
  const [tokenToSign, tokenToSend] = tokenLines(credentials)
  const mode = withChecksum ? 'x-amz-checksum-mode:ENABLED' : ''
  const named = mode && 'x-amz-checksum-mode;'
  const names = `host;${named}x-amz-content-sha256;x-amz-date${tokenToSign && ';x-amz-security-token'}`
  return (method, target, now) => {
    const time = basicFormat(now)
    const [path = '', query = ''] = target.split('?')
    const headers = `host:${host}\n${mode && `${mode}\n`}x-amz-content-sha256:${emptyHash}\nx-amz-date:${time}\n${tokenToSign}`
    const canonical = `${method}\n${path}\n${query}\n${headers}\n${names}\n${emptyHash}`
    const sent = `host:${host}\r\n${mode && `${mode}\r\n`}x-amz-content-sha256:${emptyHash}\r\nx-amz-date:${time}\r\n${tokenToSend}`
    return `${sent}authorization:${authorize(canonical, names, time)}\r\n`
  }
}

/** Returns the header line of the session token, as it is signed and as it is sent; empty without a token. */
function tokenLines({ sessionToken }: Credentials): readonly [signed: string, sent: string] {
  if (sessionToken === undefined) return ['', '']
  const line = `x-amz-security-token:${sessionToken}`
  return [`${line}\n`, `${line}\r\n`]
}

/**
 * Returns a function that makes the Authorization header of a canonical request, the names of its signed headers and its
 * time (AWS, "Create a signed AWS API request"). It derives the key once a day.
 */
function createAuthorizer(
  { region, service }: SigningScope,
  credentials: Credentials,
): (canonical: string, names: string, time: string) => string {
  let cached: { readonly day: string; readonly key: HmacKey } | undefined
  // The texts to sign differ only in time, day and hash, so all have the same length.
  function keyFor(day: string, { length }: string): HmacKey {
    if (cached?.day !== day) {
      cached = { day, key: hmacKeyOf(deriveKey(credentials, [day, region, service, 'aws4_request']), length) }
    }
    return cached.key
  }
  return (canonical, names, time) => {
    const day = time.slice(0, 8)
    const scope = `${day}/${region}/${service}/aws4_request`
    const text = `${algorithm}\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`
    const signature = hmac(keyFor(day, text), text, 'hex')
    return `${algorithm} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  }
}

let lastSecond = NaN
let lastText = ''

/** Returns a time in ISO 8601's basic format: `20261124T150000Z`. Requests of one second share it. */
function basicFormat(now: EpochMs): string {
  const second = Math.floor(now / 1000)
  if (second !== lastSecond) [lastSecond, lastText] = [second, formatBasic(now)]
  return lastText
}

function formatBasic(now: EpochMs): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T')
  return `${date.replaceAll('-', '')}T${time.slice(0, 2)}${time.slice(3, 5)}${time.slice(6, 8)}Z`
}

function deriveKey({ secretAccessKey }: Credentials, parts: readonly string[]): Buffer {
  const secret = Buffer.from(`AWS4${secretAccessKey}`)
  return parts.reduce((key, part) => createHmac('sha256', key).update(part).digest(), secret)
}
