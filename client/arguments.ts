// Arguments of the calls. A wrong one throws a `TypeError` before a request is sent.

/** Returns the path of a link. The error does not repeat the id, which may be a nonce by mistake. */
export function pathOf(id: string): `/links/${string}` {
  if (/^[A-Za-z0-9_-]{22}$/.test(id)) return `/links/${id}`
  throw new TypeError(`id: got ${id.length} characters, allowed: 22 characters of A-Z a-z 0-9 - _`)
}

/** Longest key that the API accepts, in characters (docs/openapi.json, Idempotency-Key). */
const maxKeyLength = 255

/** The same with room for the number of each batch. */
export const maxBatchedKeyLength = 240

/**
 * Returns the key, or throws: headers lose spaces at their ends, and an empty key has no effect, so a repeat would issue
 * another link.
 */
export function keyOf(text: string, maxLength: number = maxKeyLength): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && text.length <= maxLength) return text
  const allowed = `1 to ${maxLength} printable ASCII characters without spaces at the ends`
  throw new TypeError(`idempotencyKey: got ${text.length} characters, allowed: ${allowed}`)
}

/** Returns 128 random bits. Not `randomUUID`, which pages without TLS don't have. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Returns bytes in base64url, without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Returns the parts of a link. The error does not repeat it: it is a secret. */
export function linkOf(link: string): { readonly origin: string; readonly nonce: string } {
  const [, host, nonce] = /^(https?:\/\/[^/?#@\s]+)\/d\/([A-Za-z0-9_-]{43})$/.exec(link) ?? []
  if (host !== undefined && nonce !== undefined && URL.canParse(host)) {
    if (takesFile(nonce)) throw new TypeError('link: got one that takes a file, allowed: one that gives a file')
    return { origin: new URL(host).origin, nonce }
  }
  throw new TypeError(`link: got ${link.length} characters, allowed: https:// with a host, /d/ and 43 characters`)
}

/** Whether the link of a nonce takes a file: its flags say so in clear. A redemption would use it up, and get nothing to download. */
export function takesFile(nonce: string): boolean {
  return (atob(nonce.slice(0, 4).replaceAll('-', '+').replaceAll('_', '/')).charCodeAt(1) & uploadFlag) !== 0
}

/** In the second byte of a nonce (docs/protocol.md). */
const uploadFlag = 128

/** Returns the header of a passphrase, which may have characters that headers can't. The error does not repeat it: it is a secret. */
export function passphraseHeader(passphrase: string): { readonly 'once-passphrase': string } {
  if (passphrase.isWellFormed()) return { 'once-passphrase': encodeURIComponent(passphrase) }
  throw new TypeError(`passphrase: got ${passphrase.length} characters with half of a pair, allowed: well-formed text`)
}

/** Throws if a source is neither a `Blob` nor asynchronous: `for await` would take an array of bytes for chunks without any. */
export function requireSource(source: unknown): void {
  const isStream = typeof (source as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === 'function'
  if (isStream || source instanceof Blob) return
  throw new TypeError(`source: got ${typeNameOf(source)}, allowed: a Blob, or an async iterable of Uint8Array`)
}

/** Throws if a chunk of a source has something else than bytes, which would be lost. */
export function requireBytes(chunk: unknown): void {
  const name = typeNameOf(chunk)
  if (name !== 'Uint8Array') throw new TypeError(`source: got chunks of ${name}, allowed: Uint8Array`)
}

/** Returns the name of a type, also of another realm, such as that of a frame. */
const typeNameOf = (value: unknown) => Object.prototype.toString.call(value).slice('[object '.length, -1)

/** Whether a URL uses HTTP and leads to this machine: 127.0.0.0/8, ::1 or localhost (RFC 6761, 6.3). */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/.test(hostname)
}
