import type { CloudFrontHeaders, CloudFrontResultResponse } from 'aws-lambda'
import { securityHeaders, problemText, problemType } from '../../shared/http.ts'
import { maxCapabilitySeconds } from '../../shared/limits.ts'
import type { DisplayedRefusal } from '../../shared/refusal.ts'
import { rfc3339 } from '../../shared/time.ts'
import type { Capability } from './capability.ts'
import type { Asked, Unconfirmed, Outcome, Redeemed, Refused } from './outcome.ts'
import type { Page } from '../pages/document.ts'
import type { Pages } from '../pages/pages.ts'
import { clientCookie, linkPath, type ViewerRequest } from './viewer-request.ts'

type Headers = Readonly<Record<string, string | readonly string[]>>

/** Methods that `/d/*` accepts. */
const allowedMethods = 'GET, HEAD, OPTIONS, POST'

// Created once, because most responses differ only in status and body. By `x-once`, a check of a deployment sees that CloudFront
// does not replace a response.
const commonHeaders = toCloudFrontHeaders({ ...securityHeaders, 'x-once': 'link' })
const htmlHeaders = { ...commonHeaders, ...toCloudFrontHeaders({ 'content-type': 'text/html; charset=utf-8' }) }
const problemHeaders = { ...commonHeaders, ...toCloudFrontHeaders({ 'content-type': problemType }) }

/** What a response is made with. */
export interface ResponseOptions {
  /** Pages for browsers; without them, browsers get what programs get. */
  readonly pages?: Pages | undefined
  /** What the viewer learns if it is refused, or must confirm and gets no page. Without it, only that the request failed. */
  readonly refusal?: DisplayedRefusal | undefined
}

/** Returns CloudFront's response to the viewer for an outcome. Pure. */
export function respond(outcome: Outcome, request: ViewerRequest, options: ResponseOptions): CloudFrontResultResponse {
  if ('reason' in outcome) return refusalResponse(outcome, request, options)
  switch (outcome.kind) {
    case 'redeemed':
      return capabilityResponse(outcome, request, options)
    case 'confirmed':
      return response(303, { location: linkPath + request.nonce, 'set-cookie': [clientCookieOf(outcome.cookie)] })
    case 'probed':
      return request.method === 'OPTIONS' ? response(204, { allow: allowedMethods }) : response(200, {})
    case 'unconfirmed':
      return confirmationResponse(outcome, request, options)
  }
}

/**
 * Redirects to the URL, after a POST with 303, so that GET follows. Programs may get JSON. Browsers may get a page, which plays it,
 * or stays while the browser follows `Refresh` to the download.
 */
function capabilityResponse(
  { capability, media, file, cookie }: Redeemed,
  { accept, method, acceptLanguage }: ViewerRequest,
  { pages }: ResponseOptions,
): CloudFrontResultResponse {
  const clientCookies = cookie === undefined ? [] : [clientCookieOf(cookie)]
  const cookies = { 'set-cookie': [...capabilityCookiesOf(capability), ...clientCookies] }
  const { location } = capability
  if (accept === 'json') return jsonResponse(capability, cookies)
  if (pages) {
    const page = pages[media ? 'player' : 'download']({ ...capability, file }, acceptLanguage)
    return pageResponse(page, 200, media ? cookies : { refresh: `0;url=${location}`, ...cookies })
  }
  return response(method === 'POST' ? 303 : 302, { location, ...cookies })
}

function jsonResponse({ url, expiresAt, cookies, token }: Capability, headers: Headers): CloudFrontResultResponse {
  const body = JSON.stringify({
    url,
    expiresAt: rfc3339(expiresAt),
    token,
    ...(cookies && { cookies: cookies.values }),
  })
  return response(200, { 'content-type': 'application/json', ...headers }, { body })
}

function confirmationResponse(
  outcome: Unconfirmed,
  request: ViewerRequest,
  options: ResponseOptions,
): CloudFrontResultResponse {
  const { method, acceptLanguage, userAgent } = request
  if (options.pages === undefined) return refusalResponse({}, request, options)
  const { question } = outcome
  const confirmation = { ...outcome, ...question, again: method === 'POST', userAgent }
  const page = options.pages.confirmation(confirmation, acceptLanguage)
  return pageResponse(page, 200, { 'set-cookie': [clientCookieOf(question.cookie)] })
}

function refusalResponse(
  outcome: Partial<Refused | Asked>,
  { requestId, acceptLanguage, method, formToken, userAgent }: ViewerRequest,
  { refusal: displayed, pages }: ResponseOptions,
): CloudFrontResultResponse {
  if (displayed === undefined) return response(503, {})
  const { cookie, question, triesLeft } = outcome
  const { status, title, detail, retryAfterSeconds } = displayed.refusal
  const headers = {
    ...(status === 405 ? { allow: allowedMethods } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(cookie === undefined ? {} : { 'set-cookie': [clientCookieOf(cookie)] }),
  }
  const postedToken = method === 'POST' ? formToken : undefined
  const form = question && { ...question, again: method === 'POST', triesLeft, userAgent }
  if (pages) {
    const page = pages.refusal({ ...outcome, ...displayed, question: form }, acceptLanguage, postedToken)
    return pageResponse(page, page.status ?? status, headers)
  }
  // Undefined is left out of JSON.
  const more = { triesLeft: displayed.reason === 'wrong-passphrase' ? triesLeft : undefined }
  const body = problemText({ status, title, detail, reason: displayed.reason, requestId }, more)
  return response(status, headers, { base: problemHeaders, body })
}

function pageResponse({ html, policy, language }: Page, status: number, headers: Headers): CloudFrontResultResponse {
  const pageHeaders = { 'content-security-policy': policy, 'content-language': language }
  return response(status, { ...pageHeaders, ...headers }, { base: htmlHeaders, body: html })
}

/** Lasts as long as the longest capability, after which no redemption can be repeated. */
function clientCookieOf(id: string): string {
  return `${clientCookie}=${id}; Path=/; Max-Age=${maxCapabilitySeconds}; Secure; HttpOnly; SameSite=Lax`
}

/** The cookies open one file or folder, and browsers send them to no other. */
function capabilityCookiesOf({ cookies }: Capability): readonly string[] {
  if (cookies === undefined) return []
  const { path, seconds, values } = cookies
  const attributes = `Path=${path}; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`
  return Object.entries(values).map(([name, value]) => `${name}=${value}; ${attributes}`)
}

/** Returns a response with the headers of its kind and `headers`. */
function response(
  status: number,
  headers: Headers,
  { base = commonHeaders, body }: { base?: CloudFrontHeaders; body?: string } = {},
): CloudFrontResultResponse {
  const head = { status: String(status), headers: { ...base, ...toCloudFrontHeaders(headers) } }
  return body === undefined ? head : { ...head, body }
}

/** Converts headers, whose names are in lower case, to what CloudFront takes: a list of values per name. */
function toCloudFrontHeaders(headers: Headers): CloudFrontHeaders {
  const lists: CloudFrontHeaders = {}
  for (const key in headers) {
    const values = headers[key] ?? []
    if (typeof values === 'string') lists[key] = [{ key, value: values }]
    else if (values.length > 0) lists[key] = values.map(value => ({ key, value }))
  }
  return lists
}
