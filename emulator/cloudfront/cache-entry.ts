import { Readable } from 'node:stream'
import type { EpochMs } from '../../shared/time.ts'
import { evaluate } from '../s3/conditions.ts'
import { type OriginRequest, type OriginResponse, xmlResponse } from '../s3/origin.ts'
import type { CacheEntry } from './cache-store.ts'

/** Makes the response to one request out of an entry: ranges of a whole object, conditions. */
export function responseOf(
  { status, headers, body }: CacheEntry,
  { method, headers: conditions }: OriginRequest,
): OriginResponse {
  const respondWith = (part: Buffer) => (method === 'GET' ? { body: Readable.from([part]) } : {})
  if (status >= 400) return { status, headers, ...respondWith(body) }
  const isWhole = status === 200 && body.length > 0
  const modifiedAt = Date.parse(headers['last-modified'] ?? '') as EpochMs
  const { range: _, ...withoutRange } = conditions
  const object = { etag: headers['etag'] ?? '', modifiedAt, size: body.length }
  const evaluation = evaluate(isWhole ? conditions : withoutRange, object)
  if (evaluation.kind === 'whole') return { status, headers, ...respondWith(body) }
  if (evaluation.kind === 'part') {
    const part = body.subarray(evaluation.first, evaluation.last + 1)
    const contentRange = `bytes ${evaluation.first}-${evaluation.last}/${body.length}`
    const sized = { ...headers, 'content-length': String(part.length), 'content-range': contentRange }
    return { status: 206, headers: sized, ...respondWith(part) }
  }
  if (evaluation.kind === 'not-modified') {
    const { 'content-length': _, 'content-range': __, ...others } = headers
    return { status: 304, headers: others }
  }
  return evaluation.kind === 'invalid-range'
    ? xmlResponse(416, { code: 'InvalidRange', message: 'The requested range is not satisfiable' })
    : xmlResponse(412, { code: 'PreconditionFailed', message: 'A precondition did not hold' })
}
