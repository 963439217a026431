import { type EpochMs, secondsOf } from '../../shared/time.ts'

/** Request headers that decide how much of an object a response has (RFC 9110, sections 13 and 14). Those for writers are left out. */
export type ConditionalHeaders = { readonly [name in (typeof conditionalNames)[number]]?: string | undefined }

const conditionalNames = ['range', 'if-range', 'if-none-match', 'if-modified-since'] as const

/** What a response has of an object. */
export interface Validators {
  readonly etag: string
  readonly modifiedAt: EpochMs
  /** Bytes. */
  readonly size: number
}

/** Decision on a request for an object: all of it, some bytes of it (`last` included), or nothing. */
export type Evaluation =
  | { readonly kind: 'whole' | 'not-modified' | 'invalid-range' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }

/** Picks the conditional headers out of a request's headers. */
export function conditionalHeaders(headers: ConditionalHeaders): ConditionalHeaders {
  const sent = conditionalNames.filter(name => headers[name] !== undefined)
  return Object.fromEntries(sent.map(name => [name, headers[name]]))
}

/**
 * Evaluates conditions in the order of RFC 9110, section 13.2.2, and one range. As S3 does, ignores several ranges and
 * malformed ones (AWS, "GetObject").
 */
export function evaluate(headers: ConditionalHeaders, object: Validators): Evaluation {
  if (isUnmodified(headers, object)) return { kind: 'not-modified' }
  if (headers.range === undefined || !isUnchanged(headers['if-range'], object)) return { kind: 'whole' }
  return rangeOf(headers.range, object.size)
}

function isUnmodified(headers: ConditionalHeaders, object: Validators): boolean {
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) return namesEtag(noneMatch, object.etag)
  const since = parseDate(headers['if-modified-since'])
  return since !== undefined && secondsOf(object.modifiedAt) * 1000 <= since
}

/** Evaluates `If-Range`: only a strong ETag or the exact date let the range through. */
function isUnchanged(condition: string | undefined, object: Validators): boolean {
  if (condition === undefined || condition === object.etag) return true
  return parseDate(condition) === secondsOf(object.modifiedAt) * 1000
}

function namesEtag(list: string, etag: string): boolean {
  return list.trim() === '*' || list.split(',').some(each => each.trim().replace(/^W\//, '') === etag)
}

function parseDate(text: string | undefined): number | undefined {
  const time = text === undefined || text.startsWith('"') ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

function rangeOf(range: string, size: number): Evaluation {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? []
  if (from === '' && to === '') return { kind: 'whole' }
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < first) return { kind: 'whole' }
  return first >= size || last < first ? { kind: 'invalid-range' } : { kind: 'part', first, last }
}
