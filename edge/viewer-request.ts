import type { CloudFrontHeaders, CloudFrontRequestEvent } from 'aws-lambda'
import { parseIdempotencyKey } from '../shared/http.ts'
import type { Client } from '../shared/redemption/receipt.ts'
import { isDeclaredRobot } from './robots.ts'

/** What one viewer asks for, read from a CloudFront viewer-request event and not yet believed. */
export interface ViewerRequest {
  readonly requestId: string
  readonly method: string
  /** The text where a nonce should be. */
  readonly nonce: string
  /** The host that was asked, lower case, with its port if any; undefined when it isn't one plain host. */
  readonly host: string | undefined
  /** The address of the viewer's end of the connection. Never a header: viewers write those. */
  readonly address: string
  readonly accept: ResponseFormat
  /** The languages that the viewer reads, as the header has them. */
  readonly acceptLanguage: string
  /** The client says it is prefetching, prerendering or previewing. */
  readonly speculative: boolean
  /** The client says that it is a robot. */
  readonly robot: boolean
  readonly client: ClientIdentity
  /** The token of a confirmation page's form. */
  readonly formToken: string | undefined
  /** Of forms, which are sent with POST alone. */
  readonly formSender: FormSender
  readonly userAgent: string
}

/** Who sent a form, by what the browser says of it: a person from a page of ours, a script or another site, or nothing. */
export type FormSender = 'person' | 'program' | 'unknown'

/** A client as it presents itself; `invalid` is an Idempotency-Key that can't be used. */
export type ClientIdentity = Exclude<Client, { kind: 'fresh' }> | 'nothing' | 'invalid'

/** What the viewer can read: a page, a JSON document, or whatever there is. */
export type ResponseFormat = 'html' | 'json' | 'any'

/** Where nonces live. The behaviour of the distribution has the same pattern. */
export const linkPath = '/d/'

/** The cookie that tells one browser from its neighbours behind the same address: 22 characters, 128 random bits. */
export const clientCookie = '__Host-once'

/** What the form of a confirmation page adds to the link's address. */
const formParameter = 'confirm'

const hostPattern = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*(:\d{1,5})?$/
const cookiePattern = new RegExp(`(?:^|;)\\s*${clientCookie}=([A-Za-z0-9_-]{22})\\s*(?:;|$)`)
const formPattern = new RegExp(`^${formParameter}=([a-z0-9]{1,11}\\.[A-Za-z0-9_-]{22})$`)
const speculativeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const

/** Reads an event (AWS, "Lambda@Edge event structure"). Never throws, however odd or incomplete the event is. */
export function parseViewerRequest(event: CloudFrontRequestEvent): ViewerRequest {
  const { config, request } = event.Records?.[0]?.cf ?? {}
  const headers = request?.headers ?? {}
  const uri = text(request?.uri)
  const userAgent = valuesOf(headers, 'user-agent').join(' ')
  return {
    requestId: text(config?.requestId),
    method: text(request?.method),
    nonce: uri.startsWith(linkPath) ? uri.slice(linkPath.length) : '',
    host: parseHost(headers),
    address: text(request?.clientIp),
    accept: parseAccept(valuesOf(headers, 'accept').join(','), userAgent),
    acceptLanguage: valuesOf(headers, 'accept-language').join(','),
    speculative: speculativeHeaders.some(name => valuesOf(headers, name).some(isSpeculative)),
    robot: isDeclaredRobot(userAgent),
    client: parseClient(headers),
    formToken: formPattern.exec(text(request?.querystring))?.[1],
    formSender: request?.method === 'POST' ? senderOf(headers, userAgent) : 'unknown',
    userAgent,
  }
}

/**
 * Fetch Metadata (W3C): forms that people send are navigations, from our own page. Chromium and Firefox say as well whether
 * a person started them; WebKit doesn't, and old browsers say nothing at all.
 */
function senderOf(headers: CloudFrontHeaders, userAgent: string): FormSender {
  const [mode] = valuesOf(headers, 'sec-fetch-mode')
  if (mode === undefined) return 'unknown'
  const [site] = valuesOf(headers, 'sec-fetch-site')
  if (mode !== 'navigate' || site !== 'same-origin') return 'program'
  if (valuesOf(headers, 'sec-fetch-user')[0] === '?1') return 'person'
  return 'sec-ch-ua' in headers || userAgent.includes('Firefox/') ? 'program' : 'unknown'
}

/** A program's own Idempotency-Key goes before the browser's cookie; the address is not asked: neighbours share one. */
function parseClient(headers: CloudFrontHeaders): ClientIdentity {
  const [key, ...others] = valuesOf(headers, 'idempotency-key')
  if (key !== undefined) {
    const id = others.length === 0 ? parseIdempotencyKey(key) : undefined
    return id === undefined ? 'invalid' : { kind: 'idempotency-key', id }
  }
  const id = cookiePattern.exec(valuesOf(headers, 'cookie').join(';'))?.[1]
  return id === undefined ? 'nothing' : { kind: 'cookie', id }
}

/** One Host header and no more: with two, CloudFront and we might each believe another. */
function parseHost(headers: CloudFrontHeaders): string | undefined {
  const [host = '', ...others] = valuesOf(headers, 'host')
  const lower = host.toLowerCase()
  return others.length === 0 && lower.length <= 253 && hostPattern.test(lower) ? lower : undefined
}

/** Office opens a link itself, as a program would, before it hands it to the browser; and not if it gets a refusal. */
function parseAccept(accept: string, userAgent: string): ResponseFormat {
  if (accept.includes('text/html') || userAgent.includes('ms-office')) return 'html'
  return accept.includes('application/json') ? 'json' : 'any'
}

function isSpeculative(value: string): boolean {
  return /prefetch|prerender|preview/i.test(value)
}

function valuesOf(headers: CloudFrontHeaders, name: string): readonly string[] {
  const entries: unknown = headers[name]
  return Array.isArray(entries) ? entries.map((entry: { value?: unknown } | null) => text(entry?.value)) : none
}

const none: readonly string[] = []

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
