import type {
  BatchResponse,
  ExchangeResponse,
  IssuedLink,
  LinkPage,
  LinkView,
  ReceivedState,
  RevokedLink,
  SignedParts,
  UploadedFile,
  UploadState,
} from '../shared/schemas/types.ts'

// These check that a response has the members that callers need: a proxy or a login page may respond in the API's place, also
// with 200. Unknown members are accepted.

/** Whether it is the response of `POST /links`. */
export function isIssuedLink(json: unknown): json is IssuedLink {
  return hasTexts(json, ['id', 'url', 'expiresAt', 'homeRegion'])
}

/** Whether it is the response of `GET /links/{id}`. */
export function isLinkView(json: unknown): json is LinkView {
  return hasTexts(json, ['id', 'state', 'key', 'homeRegion', 'issuedAt', 'expiresAt'])
}

/** Whether it is the response of `GET /links`. */
export function isLinkPage(json: unknown): json is LinkPage {
  const { links, next } = membersOf(json)
  return Array.isArray(links) && links.every(isLinkView) && ['undefined', 'string'].includes(typeof next)
}

/** Returns a check for the response of `POST /links/batch` to this number of links. */
export function isBatchOf(count: number): (json: unknown) => json is BatchResponse {
  return (json): json is BatchResponse => {
    const { results } = membersOf(json)
    return Array.isArray(results) && results.length === count && results.every(isResult)
  }
}

/** Whether it is the response of `POST /exchange`. */
export function isExchangeResponse(json: unknown): json is ExchangeResponse {
  return hasTexts(json, ['url', 'expiresAt'])
}

/** Response of an edge to a program that opens a link. */
export interface Capability {
  readonly url: string
  readonly expiresAt: string
  /** By name, to send with each request for the file. */
  readonly cookies?: Readonly<Record<string, string>>
}

/** Whether it is the response of `POST /d/{nonce}`. */
export function isCapability(json: unknown): json is Capability {
  const { cookies = {} } = membersOf(json)
  return hasTexts(json, ['url', 'expiresAt']) && hasTexts(cookies, Object.keys(membersOf(cookies)))
}

/** Whether it is the response of `DELETE /links/{id}`: no content if the link was never used, or takes a file. */
export function isRevocation(json: unknown): json is RevokedLink | undefined {
  return json === undefined || hasTexts(json, ['id', 'state', 'capabilityEndsAt'])
}

/** Whether it is the response of `POST /uploads`. Its id becomes part of paths. */
export function isUploadState(json: unknown): json is UploadState {
  const { id, partBytes, arrived, completed = { sha256: '' } } = membersOf(json)
  const isKnown = typeof id === 'string' && uploadId.test(id) && Number.isSafeInteger(partBytes)
  return isKnown && hasTexts(json, ['key']) && Array.isArray(arrived) && hasTexts(completed, ['sha256'])
}

/** Returns a check for the response of `POST /uploads/{id}/parts` to parts of these numbers, in this order. */
export function areSignedParts(numbers: readonly number[]): (json: unknown) => json is SignedParts {
  return (json): json is SignedParts => {
    const { parts } = membersOf(json)
    return (
      Array.isArray(parts) &&
      parts.length === numbers.length &&
      numbers.every((number, at) => isPlace(parts[at], number))
    )
  }
}

function isPlace(part: unknown, number: number): boolean {
  const { number: given, url, headers } = membersOf(part)
  return given === number && URL.canParse(String(url)) && hasTexts(headers, Object.keys(membersOf(headers)))
}

/** Whether it is the response of `POST /uploads/{id}/complete`. */
export function isUploadedFile(json: unknown): json is UploadedFile {
  return hasTexts(json, ['key'])
}

/** Whether it is the response of `GET /received`. The id of its upload becomes part of paths. */
export function isReceivedState(json: unknown): json is ReceivedState {
  const { upload, maxBytes } = membersOf(json)
  const { id = anyUploadId, arrived = [], partBytes = 1 } = membersOf(upload)
  const isKnown =
    typeof id === 'string' && uploadId.test(id) && Array.isArray(arrived) && Number.isSafeInteger(partBytes)
  return isKnown && hasTexts(json, ['state', 'endsAt']) && typeof maxBytes === 'number'
}

const uploadId = /^[A-Za-z0-9_-]{43}$/
const anyUploadId = '0'.repeat(43)

/** Whether it is the response of `DELETE /uploads/{id}`. */
export function isUploadEnd(json: unknown): json is undefined {
  return json === undefined
}

function isResult(result: unknown): boolean {
  const { status, link, problem } = membersOf(result)
  return typeof status === 'number' && (isIssuedLink(link) || typeof membersOf(problem)['status'] === 'number')
}

function hasTexts(json: unknown, names: readonly string[]): boolean {
  const members = membersOf(json)
  return names.every(name => typeof members[name] === 'string')
}

function membersOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {}
}
