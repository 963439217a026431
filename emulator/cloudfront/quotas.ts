import type { CloudFrontResultResponse } from 'aws-lambda'

/** Longest URL that CloudFront accepts, in bytes (AWS, "Quotas"). Here: of path and query, as they come. */
export const maxUrlBytes = 8192

/** Longest request, without its body, that CloudFront accepts, in bytes (same page). */
export const maxHeadBytes = 32_768

/** Timeout of a viewer-request function, in milliseconds (AWS, "Quotas on Lambda@Edge", 2026). */
export const maxFunctionMs = 30_000

/** Longest body that a viewer-request function gets, in bytes before base64; a longer one is truncated (same page). */
export const maxBodyBytes = 40_960

/** Largest response of a viewer-request function, headers and body together, in bytes (same page). */
const maxResponseBytes = 40_960

/**
 * Headers that CloudFront neither shows to edge functions nor lets them set: names, or prefixes that end in `-` (AWS, "Restrictions on
 * all edge functions").
 */
const disallowed: readonly string[] = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'upgrade',
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-limit-rate',
  'x-accel-redirect',
  'x-amz-cf-',
  'x-amzn-auth',
  'x-amzn-cf-billing',
  'x-amzn-cf-id',
  'x-amzn-cf-xff',
  'x-amzn-errortype',
  'x-amzn-fle-profile',
  'x-amzn-header-count',
  'x-amzn-header-order',
  'x-amzn-lambda-integration-tag',
  'x-amzn-requestid',
  'x-cache',
  'x-edge-',
  'x-forwarded-proto',
  'x-real-ip',
  'cloudfront-viewer-cert-pem',
  'client-cert',
  'client-cert-chain',
]

/** Also refused if a viewer-request function adds it, but shown if a viewer sends it (AWS, "Restrictions on Lambda@Edge"). */
const notAdded = 'cloudfront-viewer-country'

/** Headers that are read-only in a viewer-request function (same page). */
const readOnly = ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'] as const

/** Returns whether CloudFront hides a header, its name in lower case, from edge functions. */
export function isDisallowed(name: string): boolean {
  return disallowed.some(word => (word.endsWith('-') ? name.startsWith(word) : name === word))
}

/**
 * Returns why CloudFront rejects a function's response with 502; undefined if it accepts it (AWS, "Generate HTTP
 * responses in request triggers").
 */
export function responseFault(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null) return 'not an object'
  const { status, headers = {}, body = '', bodyEncoding = 'text' } = response as Partial<CloudFrontResultResponse>
  if (typeof status !== 'string' || !/^[2-5]\d\d$/.test(status)) return 'status is not a string from "200" to "599"'
  if (typeof body !== 'string') return 'body is not a string'
  if (status === '204' && body !== '') return '204 with a body'
  if (bodyEncoding !== 'text') return 'bodyEncoding is not text, the only one that is emulated'
  const entries = Object.entries(headers)
  const wrong = entries.map(([name, values]) => headerFault(name, values)).find(fault => fault !== undefined)
  if (wrong !== undefined) return wrong
  const headerBytes = entries
    .flatMap(([name, values]) => values.map(({ key = name, value }) => key.length + value.length + 4))
    .reduce((sum, bytes) => sum + bytes, 0)
  const bytes = headerBytes + Buffer.byteLength(body)
  return bytes > maxResponseBytes ? `${bytes} bytes, more than ${maxResponseBytes}` : undefined
}

function headerFault(name: string, values: unknown): string | undefined {
  if (name !== name.toLowerCase()) return `header ${name} is not in lower case`
  if (isDisallowed(name) || name === notAdded) return `header ${name} is disallowed`
  if (readOnly.some(word => name === word)) return `header ${name} is read-only`
  if (!Array.isArray(values)) return `header ${name} is not a list`
  return values.every(isPlainHeader) ? undefined : `header ${name} has a value that is not plain text`
}

function isPlainHeader(entry: { key?: unknown; value?: unknown } | null): boolean {
  return typeof entry?.value === 'string' && !/[\r\n\0]/.test(entry.value)
}
