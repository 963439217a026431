import type { CloudFrontResultResponse } from 'aws-lambda'

/** Longest URI with query that reaches a function, in characters (AWS, "Restrictions on all edge functions"). */
export const maxUriCharacters = 8192

/** Timeout of a viewer-request function, in milliseconds (AWS, "Quotas on Lambda@Edge", 2026). */
export const maxFunctionMs = 30_000

/** Largest response of a viewer-request function, headers and body together, in bytes (same page). */
const maxResponseBytes = 40_960

/** Headers that no edge function may set: names, or prefixes that end in `-` (AWS, "Restrictions on all edge functions"). */
const forbidden = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-',
  'trailer',
  'upgrade',
  'x-accel-',
  'x-amz-cf-',
  'x-amzn-',
  'x-cache',
  'x-edge-',
  'x-forwarded-proto',
  'x-real-ip',
  'cloudfront-',
] as const

/** Headers that are read-only in a viewer-request function (same page). */
const readOnly = ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'] as const

/**
 * Returns why CloudFront rejects a function's response with 502; undefined if it accepts it (AWS, "Generate HTTP
 * responses in request triggers").
 */
export function responseFault(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null) return 'not an object'
  const { status, headers = {}, body = '' } = response as Partial<CloudFrontResultResponse>
  if (typeof status !== 'string' || !/^[2-5]\d\d$/.test(status)) return 'status is not a string from "200" to "599"'
  if (typeof body !== 'string') return 'body is not a string'
  if (status === '204' && body !== '') return '204 with a body'
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
  if (forbidden.some(word => (word.endsWith('-') ? name.startsWith(word) : name === word)))
    return `header ${name} is forbidden`
  if (readOnly.some(word => name === word)) return `header ${name} is read-only`
  if (!Array.isArray(values)) return `header ${name} is not a list`
  return values.every(isPlainHeader) ? undefined : `header ${name} has a value that is not plain text`
}

function isPlainHeader(entry: { key?: unknown; value?: unknown } | null): boolean {
  return typeof entry?.value === 'string' && !/[\r\n\0]/.test(entry.value)
}
