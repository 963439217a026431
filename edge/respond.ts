import type { CloudFrontHeaders, CloudFrontResultResponse } from 'aws-lambda'
import { securityHeaders, problemText, problemType } from '../shared/http.ts'
import { maxMediaSeconds } from '../shared/limits.ts'
import { type Reason, displayedRefusal } from '../shared/refusal.ts'
import { rfc3339 } from '../shared/time.ts'
import type { Capability } from './capability.ts'
import type { Unconfirmed, Outcome, Redeemed } from './outcome.ts'
import type { Page, Pages } from './pages/pages.ts'
import { clientCookie, linkPath, type ViewerRequest } from './viewer-request.ts'

type Headers = Readonly<Record<string, string | readonly string[]>>

/** What `/d/*` can be asked with. */
const allowedMethods = 'GET, HEAD, OPTIONS, POST'

// Made once: most answers differ in nothing but status and body.
const everyAnswer = toCloudFrontHeaders(securityHeaders)
const htmlAnswer = { ...everyAnswer, ...toCloudFrontHeaders({ 'content-type': 'text/html; charset=utf-8' }) }
const problemAnswer = { ...everyAnswer, ...toCloudFrontHeaders({ 'content-type': problemType }) }

/** How a deployment answers. */
export interface ResponseOptions {
  /** All refusals about a nonce are the same. */
  readonly uniform: boolean
  /** For viewers that read pages; without, they get what programs do. */
  readonly pages: Pages | undefined
}

/** Turns an outcome into CloudFront's response to the viewer. Pure; the answer depends on nothing but its arguments. */
export function respond(outcome: Outcome, opening: ViewerRequest, manner: ResponseOptions): CloudFrontResultResponse {
  switch (outcome.kind) {
    case 'redeemed':
      return handOver(outcome, opening, manner)
    case 'confirmed':
      return response(303, { location: linkPath + opening.nonce, 'set-cookie': [clientCookieOf(outcome.cookie)] })
    case 'probed':
      return opening.method === 'OPTIONS' ? response(204, { allow: allowedMethods }) : response(200, {})
    case 'unconfirmed':
      return confirmation(outcome, opening, manner)
    case 'refused':
      return refusal(outcome, opening, manner)
  }
}

/** A URL to follow; where a player is wanted, a browser gets one. A form is answered with 303, so that GET follows. */
function handOver(
  { capability, media, cookie }: Redeemed,
  { accept, method, acceptLanguage }: ViewerRequest,
  { pages }: ResponseOptions,
): CloudFrontResultResponse {
  const known = cookie === undefined ? [] : [clientCookieOf(cookie)]
  const cookies = { 'set-cookie': [...cookiesOf(capability), ...known] }
  const { location: src, expiresAt } = capability
  if (accept === 'json') return jsonOf(capability, cookies)
  if (media && pages) return pageOf(pages.player({ src, expiresAt }, acceptLanguage), 200, cookies)
  return response(method === 'POST' ? 303 : 302, { location: src, ...cookies })
}

function jsonOf({ url, expiresAt, cookies }: Capability, headers: Headers): CloudFrontResultResponse {
  const body = JSON.stringify({ url, expiresAt: rfc3339(expiresAt), ...(cookies && { cookies: cookies.values }) })
  return response(200, { 'content-type': 'application/json', ...headers }, { body })
}

function confirmation(
  { form, cookie, expiresAt, media }: Unconfirmed,
  opening: ViewerRequest,
  manner: ResponseOptions,
): CloudFrontResultResponse {
  const { method, acceptLanguage } = opening
  if (manner.pages === undefined) return refusal({ reason: 'unconfirmed' }, opening, manner)
  const asking = { token: form, expiresAt, again: method === 'POST', media }
  const page = manner.pages.confirmation(asking, acceptLanguage)
  return pageOf(page, 200, { 'set-cookie': [clientCookieOf(cookie)] })
}

function refusal(
  { reason, cookie }: { readonly reason: Reason; readonly cookie?: string | undefined },
  { requestId, acceptLanguage, method, formToken: form }: ViewerRequest,
  { uniform, pages }: ResponseOptions,
): CloudFrontResultResponse {
  const told = displayedRefusal(reason, uniform)
  const { status, title, detail, retryAfterSeconds } = told.refusal
  const headers = {
    ...(status === 405 ? { allow: allowedMethods } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(cookie === undefined ? {} : { 'set-cookie': [clientCookieOf(cookie)] }),
  }
  const sent = method === 'POST' ? form : undefined
  if (pages) return pageOf(pages.refusal(told, acceptLanguage, sent), status, headers)
  const body = problemText({ status, title, detail, reason: told.reason, requestId })
  return response(status, headers, { of: problemAnswer, body })
}

function pageOf({ html, policy, language }: Page, status: number, headers: Headers): CloudFrontResultResponse {
  const about = { 'content-security-policy': policy, 'content-language': language }
  return response(status, { ...about, ...headers }, { of: htmlAnswer, body: html })
}

/** For as long as the longest capability lives, since nothing can be asked for again after it. */
function clientCookieOf(id: string): string {
  return `${clientCookie}=${id}; Path=/; Max-Age=${maxMediaSeconds}; Secure; HttpOnly; SameSite=Lax`
}

/** They open one folder, and are sent to no other. */
function cookiesOf({ cookies }: Capability): readonly string[] {
  if (cookies === undefined) return []
  const { path, seconds, values } = cookies
  const attributes = `Path=${path}; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`
  return Object.entries(values).map(([name, value]) => `${name}=${value}; ${attributes}`)
}

/** A response: text for its status, and `headers` beside those of all answers like it. */
function response(
  status: number,
  headers: Headers,
  { of = everyAnswer, body }: { of?: CloudFrontHeaders; body?: string } = {},
): CloudFrontResultResponse {
  const whole = { status: String(status), headers: { ...of, ...toCloudFrontHeaders(headers) } }
  return body === undefined ? whole : { ...whole, body }
}

/** CloudFront wants lower-case names with lists of values. */
function toCloudFrontHeaders(headers: Headers): CloudFrontHeaders {
  const lists: CloudFrontHeaders = {}
  for (const key in headers) {
    const values = headers[key] ?? []
    if (typeof values === 'string') lists[key] = [{ key, value: values }]
    else if (values.length > 0) lists[key] = values.map(value => ({ key, value }))
  }
  return lists
}
