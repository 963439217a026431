import type { BatchResponse, ExchangeResponse, IssuedLink, LinkPage, LinkView } from '../shared/schemas/types.ts'

// Whether an answer is what the types say, as far as a caller would stumble over it: whoever answers in the API's place, a
// proxy or a page that asks for a login, may do so with 200. New members are no fault.

/** What `POST /links` answers. */
export function isIssuedLink(json: unknown): json is IssuedLink {
  return hasTexts(json, ['id', 'url', 'expiresAt', 'homeRegion'])
}

/** What `GET /links/{id}` answers. */
export function isLinkView(json: unknown): json is LinkView {
  return hasTexts(json, ['id', 'state', 'key', 'homeRegion', 'issuedAt', 'expiresAt'])
}

/** What `GET /links` answers. */
export function isLinkPage(json: unknown): json is LinkPage {
  const { links, next } = membersOf(json)
  return Array.isArray(links) && links.every(isLinkView) && ['undefined', 'string'].includes(typeof next)
}

/** What `POST /links/batch` answers for so many links. */
export function isBatchOf(count: number): (json: unknown) => json is BatchResponse {
  return (json): json is BatchResponse => {
    const { results } = membersOf(json)
    return Array.isArray(results) && results.length === count && results.every(isResult)
  }
}

/** What `POST /exchange` answers. */
export function isExchangeResponse(json: unknown): json is ExchangeResponse {
  return hasTexts(json, ['url', 'expiresAt'])
}

/** No content. */
export function isNothing(json: unknown): json is undefined {
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
