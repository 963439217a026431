import { base64url, keyOf, newKey, passphraseHeader } from './arguments.ts'
import { NoResponseError } from './problem.ts'
import { send, type Transport } from './requests.ts'
import { isCapability } from './shapes.ts'

/**
 * What a later `download` needs to go on. It is JSON, and secret: it opens the file. Its members are for `resume` alone, and a
 * later version may have others beside them.
 */
export interface DownloadState {
  /** How link and file know this client again. */
  readonly client: { readonly secret: string; readonly idempotencyKey: string }
  /** The signed URL. */
  readonly url: string
  /** Sent with each request for the file. */
  readonly cookie?: string | undefined
  /** When the URL ends, in epoch milliseconds. */
  readonly expiresAt: number
  /** Bytes of the whole file, once the server has said so. */
  readonly total?: number | undefined
  /** For If-Range, once it is known: a strong ETag, or else Last-Modified (RFC 9110, 13.1.5). */
  readonly validator?: string | undefined
}

/** What opens the file of a redeemed link. */
export type Capability = Pick<DownloadState, 'url' | 'cookie' | 'expiresAt'>

/** A link, and who redeems it. */
export interface Redemption {
  readonly nonce: string
  readonly client: DownloadState['client']
  readonly passphrase: string | undefined
  readonly signal: AbortSignal
}

/** Longest response of an edge, in bytes; it has some 10 KB: a signed URL, its cookies. */
const maxBytes = 16 * 1024

/** No attempt starts later, in milliseconds: with the last one, which takes half a minute at most, two minutes. */
const totalMs = 90_000

/**
 * Makes the identity of a client: a new one, or with an `idempotencyKey` the one that this key always has at this link. Who knows
 * the nonce and gets the key can compute the secret.
 */
export async function identityAt(nonce: string, idempotencyKey: string | undefined): Promise<DownloadState['client']> {
  if (idempotencyKey === undefined) {
    return { secret: base64url(crypto.getRandomValues(new Uint8Array(32))), idempotencyKey: newKey() }
  }
  const key = await crypto.subtle.importKey('raw', bytesOf(nonce), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return {
    secret: base64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytesOf(keyOf(idempotencyKey))))),
    idempotencyKey,
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/**
 * Redeems a link, confirming where a person would have to; again as the same client if no response comes: a link with a receipt
 * then returns the same URL. Rejects as `send` does, and with a `NoResponseError` without a `cause` if the server is not an edge.
 */
export async function redeem(
  { nonce, client, passphrase, signal }: Redemption,
  transport: Transport,
): Promise<Capability> {
  const { json } = await send(
    {
      method: 'POST',
      path: `/d/${nonce}`,
      name: 'the link',
      headers: { 'once-client': client.secret, ...(passphrase !== undefined && passphraseHeader(passphrase)) },
      idempotencyKey: client.idempotencyKey,
      signal,
      secret: nonce,
      maxBytes,
      totalMs,
      // Another server that responds instead of the edge, such as a login page, gets the link once.
      isExpected: (_value): _value is unknown => true,
    },
    transport,
  )
  const capability = capabilityIn(json, transport.base)
  if (capability === undefined) throw new NoResponseError('POST the link: the response is not from an edge')
  return capability
}

/** Accepts only a URL of the link's own origin: secret and cookies are sent nowhere else. */
function capabilityIn(json: unknown, origin: string): Capability | undefined {
  if (!isCapability(json)) return undefined
  const url = URL.canParse(json.url, origin) ? new URL(json.url, origin) : undefined
  const expiresAt = Date.parse(json.expiresAt)
  if (url?.origin !== origin || Number.isNaN(expiresAt)) return undefined
  const cookies = Object.entries(json.cookies ?? {}).map(([name, value]) => `${name}=${value}`)
  return { url: url.href, expiresAt, cookie: cookies.length === 0 ? undefined : cookies.join('; ') }
}
