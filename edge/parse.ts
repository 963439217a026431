import type { CloudFrontHeaders, CloudFrontRequestEvent } from 'aws-lambda'

/** What one viewer asks for, read from a CloudFront viewer-request event and not yet believed. */
export interface Opening {
  readonly requestId: string
  readonly method: string
  /** The text where a nonce should be. */
  readonly nonce: string
  /** The host that was asked, lower case, with its port if any; undefined when it isn't one plain host. */
  readonly host: string | undefined
  /** The address of the viewer's end of the connection. Never a header: viewers write those. */
  readonly address: string
  readonly accept: Accept
  /** The client says it is prefetching, prerendering or previewing. */
  readonly speculative: boolean
}

/** What the viewer can read: a page, a JSON document, or whatever there is. */
export type Accept = 'html' | 'json' | 'any'

/** Where nonces live. The behaviour of the distribution has the same pattern. */
export const linkPath = '/d/'

const hostPattern = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*(:\d{1,5})?$/
const speculativeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const

/** Reads an event (AWS, "Lambda@Edge event structure"). Never throws, however odd or incomplete the event is. */
export function parse(event: CloudFrontRequestEvent): Opening {
  const { config, request } = event.Records?.[0]?.cf ?? {}
  const headers = request?.headers ?? {}
  const uri = text(request?.uri)
  return {
    requestId: text(config?.requestId),
    method: text(request?.method),
    nonce: uri.startsWith(linkPath) ? uri.slice(linkPath.length) : '',
    host: parseHost(headers),
    address: text(request?.clientIp),
    accept: parseAccept(valuesOf(headers, 'accept').join(',')),
    speculative: speculativeHeaders.some(name => valuesOf(headers, name).some(isSpeculative)),
  }
}

/** One Host header and no more: with two, CloudFront and we might each believe another. */
function parseHost(headers: CloudFrontHeaders): string | undefined {
  const [host = '', ...others] = valuesOf(headers, 'host')
  const lower = host.toLowerCase()
  return others.length === 0 && lower.length <= 253 && hostPattern.test(lower) ? lower : undefined
}

function parseAccept(accept: string): Accept {
  if (accept.includes('text/html')) return 'html'
  return accept.includes('application/json') ? 'json' : 'any'
}

function isSpeculative(value: string): boolean {
  return /prefetch|prerender|preview/i.test(value)
}

function valuesOf(headers: CloudFrontHeaders, name: string): readonly string[] {
  const entries: unknown = headers[name]
  return Array.isArray(entries) ? entries.map((entry: { value?: unknown } | null) => text(entry?.value)) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
