import type { CloudFrontRequest } from 'aws-lambda'
import { parsePassphrase, passphraseHeader, type Passphrase } from '../../shared/secrets/passphrase.ts'

/** The passphrase of a request; or it brings none, or one that can't be used. */
export type BroughtPassphrase = Passphrase | 'nothing' | 'invalid'

/** Longest form, in bytes: a passphrase of 128 characters takes a third of it, percent-encoded. */
const maxFormBytes = 4096

/** Header in which programs send a passphrase. A URL has none: it would stay in logs and histories. */
const header = passphraseHeader
/** Field in which forms do. */
const field = 'passphrase'

/**
 * Reads the passphrase that a request brings in its header or, if it has none, a POST in its form. Never throws, even if the event is
 * malformed.
 */
export function readPassphrase(request: CloudFrontRequest | undefined): BroughtPassphrase {
  const headers: unknown = request?.headers?.[header]
  if (Array.isArray(headers) && headers.length > 0) {
    const [entry] = headers as readonly ({ readonly value?: unknown } | null)[]
    return headers.length === 1 ? parse(decode(entry?.value)) : 'invalid'
  }
  return request?.method === 'POST' && isForm(request) ? readForm(request.body) : 'nothing'
}

function isForm(request: CloudFrontRequest): boolean {
  const type: unknown = request.headers?.['content-type']?.[0]?.value
  return typeof type === 'string' && /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)
}

/** Reads the form in a body (WHATWG, "URL", application/x-www-form-urlencoded). Who sends an empty field brings nothing. */
function readForm(body: CloudFrontRequest['body']): BroughtPassphrase {
  if (body === undefined || body.data === '') return 'nothing'
  if (body.inputTruncated || body.encoding !== 'base64' || typeof body.data !== 'string') return 'invalid'
  const bytes = Buffer.from(body.data, 'base64')
  if (bytes.length > maxFormBytes) return 'invalid'
  const pairs = bytes
    .toString('latin1')
    .split('&')
    .map(pair => pair.replaceAll('+', ' ').split(/=(.*)/s))
  const values = pairs.filter(([name]) => decode(name) === field).map(([, value = '']) => value)
  if (values.length > 1) return 'invalid'
  const [value = ''] = values
  return value === '' ? 'nothing' : parse(decode(value))
}

function parse(text: string | undefined): BroughtPassphrase {
  return (text !== undefined && parsePassphrase(text)) || 'invalid'
}

/** Decodes percent-encoded UTF-8. Returns undefined if it is malformed, or has bytes that must be percent-encoded. */
function decode(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^[\x20-\x7e]*$/.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
