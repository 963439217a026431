import type { CloudFrontHeaders, CloudFrontRequestEvent } from 'aws-lambda'
import { type Address, parseAddress } from '../../shared/address.ts'
import { clientHeader } from '../../shared/cloudfront/binding.ts'
import { idempotencyKeyHeader, parseClientSecret, parseIdempotencyKey } from '../../shared/http.ts'
import type { Client } from '../../shared/redemption/receipt.ts'
import type { Reason } from '../../shared/refusal.ts'
import { type BroughtPassphrase, readPassphrase } from './read-passphrase.ts'
import { isDeclaredRobot } from './robots.ts'

/** A viewer request as its CloudFront event has it. No part of it is trusted yet. */
export interface ViewerRequest {
  readonly requestId: string
  readonly method: string
  /** The text in place of a nonce. */
  readonly nonce: string
  /** Requested host in lower case, with its port if any; undefined unless it is one plain host. */
  readonly host: string | undefined
  /** Address of the viewer's end of the connection; undefined if it is malformed. Not from a header: viewers can write any. */
  readonly viewer: Address | undefined
  readonly accept: ResponseFormat
  /** Languages that the viewer reads, as the header has them. */
  readonly acceptLanguage: string
  /** The client says it is prefetching, prerendering or previewing. */
  readonly speculative: boolean
  /** The client says that it is a robot. */
  readonly robot: boolean
  /** A page of another origin sent it, and can't read the response, or asks in a way that is not for pages. */
  readonly crossOrigin: boolean
  /** The origin of the page that sent it, if pages of that origin may read the response. */
  readonly pageOrigin: string | undefined
  /** A browser asks by it whether a page may send another request (WHATWG, "Fetch", "CORS-preflight request"). */
  readonly preflight: boolean
  readonly client: ClientIdentity
  /** The client brings a secret, or can be expected to keep the one that comes with its capability. */
  readonly holdsSecret: boolean
  /** Token of a confirmation page's form. */
  readonly formToken: string | undefined
  /** `unknown` if the method is not POST, because forms use POST only. */
  readonly formSender: FormSender
  readonly userAgent: string
  /** The token of a form that asks the sender for a new link, or pretends to. Such a request never uses the link. */
  readonly askToken: string | undefined
  readonly passphrase: BroughtPassphrase
}

/** The sender of a form, as the browser says: a person, from a page of ours; a script or another site; or it doesn't say. */
type FormSender = 'person' | 'program' | 'unknown'

/** How a client identifies itself, or why a header of it can't be used. */
type ClientIdentity = Exclude<Client, { kind: 'fresh' }> | 'nothing' | InvalidHeader

type InvalidHeader = Extract<Reason, 'idempotency-key-invalid' | 'once-client-invalid'>

/** What the viewer accepts: a page, a JSON document, or anything. */
type ResponseFormat = 'html' | 'json' | 'any'

/** Path that precedes the nonce. The distribution's behaviour has the same pattern. */
export const linkPath = '/d/'

/** Cookie that distinguishes browsers behind the same address: 22 characters, 128 random bits. */
export const clientCookie = '__Host-once'

/** Query parameter that a confirmation page's form adds to the link. */
const formParameter = 'confirm'
/** What the form that asks the sender adds, before its token. */
const askParameter = 'ask='

const hostPattern = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*(:\d{1,5})?$/
const cookiePattern = new RegExp(`(?:^|;)\\s*${clientCookie}=([A-Za-z0-9_-]{22})\\s*(?:;|$)`)
const formPattern = new RegExp(`^${formParameter}=([a-z0-9]{1,11}\\.[A-Za-z0-9_-]{22})$`)
const speculativeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const

/**
 * Parses an event (AWS, "Lambda@Edge event structure"). Never throws, even if the event is malformed or incomplete. Pages of
 * `pageOrigins` may open links by POST for JSON.
 */
export function parseViewerRequest(event: CloudFrontRequestEvent, pageOrigins: readonly string[] = []): ViewerRequest {
  const { config, request } = event.Records?.[0]?.cf ?? {}
  const headers = request?.headers ?? {}
  const uri = text(request?.uri)
  const query = text(request?.querystring)
  const isPost = request?.method === 'POST'
  const userAgent = valuesOf(headers, 'user-agent').join(' ')
  const accept = parseAccept(valuesOf(headers, 'accept').join(','), userAgent)
  const client = parseClient(headers)
  const host = parseHost(headers)
  const [site] = valuesOf(headers, 'sec-fetch-site')
  const origin = valuesOf(headers, 'origin').join()
  const pageOrigin = pageOrigins.includes(origin) ? origin : undefined
  const mayOpen = pageOrigin && isPost && accept === 'json'
  // A client that sends our cookie keeps other cookies, too.
  const hasSecretOrJar = typeof client === 'object' && (client.kind === 'cookie' || client.secret !== undefined)
  return {
    requestId: text(config?.requestId),
    method: text(request?.method),
    nonce: uri.startsWith(linkPath) ? uri.slice(linkPath.length) : '',
    host,
    viewer: parseAddress(text(request?.clientIp)),
    accept,
    acceptLanguage: valuesOf(headers, 'accept-language').join(','),
    speculative: speculativeHeaders.some(name => valuesOf(headers, name).some(isSpeculative)),
    robot: isDeclaredRobot(userAgent),
    crossOrigin: !mayOpen && isCrossOrigin(headers, site, host),
    pageOrigin,
    preflight: valuesOf(headers, 'access-control-request-method').length > 0,
    client,
    holdsSecret: accept !== 'any' || site !== undefined || hasSecretOrJar,
    formToken: formPattern.exec(query)?.[1],
    formSender: isPost ? parseFormSender(headers, site, userAgent) : 'unknown',
    askToken: isPost && query.startsWith(askParameter) ? query.slice(askParameter.length) : undefined,
    passphrase: readPassphrase(request),
    userAgent,
  }
}

/**
 * Reads Fetch Metadata (W3C). Forms that people send are navigations from our own page. Chromium and Firefox also say
 * whether a person started them; WebKit doesn't, and old browsers send no metadata.
 */
function parseFormSender(headers: CloudFrontHeaders, site: string | undefined, userAgent: string): FormSender {
  const [mode] = valuesOf(headers, 'sec-fetch-mode')
  if (mode === undefined) return 'unknown'
  if (mode !== 'navigate' || site !== 'same-origin') return 'program'
  if (valuesOf(headers, 'sec-fetch-user')[0] === '?1') return 'person'
  return 'sec-ch-ua' in headers || userAgent.includes('Firefox/') ? 'program' : 'unknown'
}

/**
 * Returns whether a script or form of another origin's page sent the request, as Fetch Metadata or `Origin` (WHATWG, "Fetch") say. Links
 * and elements such as `<video>` have neither. Forms of our own pages, which send no referrer, have the origin `null`.
 */
function isCrossOrigin(headers: CloudFrontHeaders, site: string | undefined, host: string | undefined): boolean {
  const isOtherSite = site === 'cross-site' || site === 'same-site'
  if (isOtherSite && valuesOf(headers, 'sec-fetch-mode')[0] === 'cors') return true
  return valuesOf(headers, 'origin').some(origin => origin !== 'null' && !origin.endsWith(`//${host}`))
}

/** Headers take precedence over the cookie. The address doesn't identify a client: neighbours share it. */
function parseClient(headers: CloudFrontHeaders): ClientIdentity {
  const [key, ...otherKeys] = valuesOf(headers, idempotencyKeyHeader)
  if (key !== undefined && (otherKeys.length > 0 || parseIdempotencyKey(key) === undefined)) {
    return 'idempotency-key-invalid'
  }
  const secrets = valuesOf(headers, clientHeader)
  const secret = parseClientSecret(secrets.join())
  if (secrets.length > 0 && secret === undefined) return 'once-client-invalid'
  // With another secret, the same key is another client. No key has a line break.
  if (key !== undefined) return { kind: 'idempotency-key', id: [key, ...secrets].join('\n'), secret }
  if (secret !== undefined) return { kind: 'once-client', id: secret, secret }
  const id = cookiePattern.exec(valuesOf(headers, 'cookie').join(';'))?.[1]
  return id === undefined ? 'nothing' : { kind: 'cookie', id }
}

/** Accepts exactly one Host header: of two, CloudFront might use one and this code the other. */
function parseHost(headers: CloudFrontHeaders): string | undefined {
  const [host = '', ...others] = valuesOf(headers, 'host')
  const lower = host.toLowerCase()
  return others.length === 0 && lower.length <= 253 && hostPattern.test(lower) ? lower : undefined
}

/**
 * Office gets pages too: it requests a link as a program would, and opens the browser only if the request succeeds. Java asks
 * for HTML by default (`HttpURLConnection`), and is no browser.
 */
function parseAccept(accept: string, userAgent: string): ResponseFormat {
  const isBrowser = accept.includes('text/html') && !userAgent.startsWith('Java/')
  if (isBrowser || userAgent.includes('ms-office')) return 'html'
  return accept.includes('application/json') ? 'json' : 'any'
}

function isSpeculative(value: string): boolean {
  return /prefetch|prerender|preview/i.test(value)
}

function valuesOf(headers: CloudFrontHeaders, name: string): readonly string[] {
  const entries: unknown = headers[name]
  return Array.isArray(entries) ? entries.map((entry: { value?: unknown } | null) => text(entry?.value)) : noValues
}

const noValues: readonly string[] = []

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
