import { createHmac, hash } from 'node:crypto'
import { hmac, type HmacKey, hmacKeyOf } from '../../shared/hmac.ts'
import type { EpochMs } from '../../shared/time.ts'

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
 * Returns a function that signs requests (AWS, "Create a signed AWS API request"). It derives the key once a day. Its
 * output equals that of the SDK's signer, byte for byte: test/unit/edge/sigv4.test.ts.
 */
export function createSigner({ region, service, host }: SigningScope, credentials: Credentials): Sign {
  const { accessKeyId, sessionToken } = credentials
  const tokenLine = (end: string) => (sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}${end}`)
  const [tokenToSign, tokenToSend] = [tokenLine('\n'), tokenLine('\r\n')]
  const names = `content-type;host;x-amz-date;${tokenToSign && 'x-amz-security-token;'}x-amz-target`
  let cached: { readonly day: string; readonly key: HmacKey } | undefined
  // The texts to sign differ only in time, day and hash, so all have the same length.
  function keyFor(day: string, { length }: string): HmacKey {
    if (cached?.day !== day) {
      cached = { day, key: hmacKeyOf(deriveKey(credentials, [day, region, service, 'aws4_request']), length) }
    }
    return cached.key
  }
  return ({ contentType, target, body }, now) => {
    const time = basicFormat(now)
    const day = time.slice(0, 8)
    const headers = `content-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n${tokenToSign}x-amz-target:${target}\n`
    const canonical = `POST\n/\n\n${headers}\n${names}\n${hash('sha256', body, 'hex')}`
    const scope = `${day}/${region}/${service}/aws4_request`
    const text = `${algorithm}\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`
    const signature = hmac(keyFor(day, text), text, 'hex')
    const authorization = `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
    const sent = `content-type:${contentType}\r\nhost:${host}\r\nx-amz-date:${time}\r\n${tokenToSend}x-amz-target:${target}`
    return `${sent}\r\nauthorization:${authorization}\r\n`
  }
}

/** Returns a time in ISO 8601's basic format: `20261124T150000Z`. */
function basicFormat(now: EpochMs): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T')
  return `${date.replaceAll('-', '')}T${time.slice(0, 2)}${time.slice(3, 5)}${time.slice(6, 8)}Z`
}

function deriveKey({ secretAccessKey }: Credentials, parts: readonly string[]): Buffer {
  const secret = Buffer.from(`AWS4${secretAccessKey}`)
  return parts.reduce((key, part) => createHmac('sha256', key).update(part).digest(), secret)
}
