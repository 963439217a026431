import type { APIGatewayProxyEvent } from 'aws-lambda'
import { idempotencyKeyHeader, parseIdempotencyKey } from '../shared/http.ts'
import { maxBodyBytes } from '../shared/limits.ts'
import { type ApiRefusal, refuse } from './result.ts'

/** How `readJson` reads a body. */
export interface BodyRules {
  /** @default enough for one link */
  readonly maxBytes?: number
  /** Content-Type of a body that comes without one. If undefined, such a body is refused. */
  readonly assumedType?: 'application/json'
}

/** Parses the body of a request as JSON, or returns a refusal. */
export function readJson(
  event: APIGatewayProxyEvent,
  { maxBytes = maxBodyBytes, assumedType }: BodyRules = {},
): { readonly kind: 'json'; readonly value: unknown } | ApiRefusal {
  const [type = assumedType] = headerValues(event, 'content-type')
  if (type?.split(';')[0]?.trim().toLowerCase() !== 'application/json') return refuse('not-json')
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > maxBytes) return refuse('body-too-large')
  try {
    return { kind: 'json', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return refuse('invalid-json')
  }
}

/** The Idempotency-Key of a request. `got` describes an invalid one for an error, without repeating it. */
export type IdempotencyKey =
  | { readonly kind: 'absent' }
  | { readonly kind: 'valid'; readonly key: string }
  | { readonly kind: 'invalid'; readonly got: string }

/** Reads the Idempotency-Key header. */
export function readIdempotencyKey(event: APIGatewayProxyEvent): IdempotencyKey {
  const [key, ...others] = headerValues(event, idempotencyKeyHeader)
  if (key === undefined) return { kind: 'absent' }
  if (others.length > 0) return { kind: 'invalid', got: `${others.length + 1} keys` }
  if (parseIdempotencyKey(key) !== undefined) return { kind: 'valid', key }
  return { kind: 'invalid', got: key === '' ? 'nothing' : `${key.length} characters` }
}

/**
 * Returns every value of a header. Names have the case in which the client sent them. From `test-invoke-method` without
 * headers, both collections are null (AWS, "Input format of a Lambda function for proxy integration").
 */
function headerValues({ headers, multiValueHeaders }: APIGatewayProxyEvent, name: string): readonly string[] {
  const isNamed = ([key]: readonly [string, unknown]) => key.toLowerCase() === name
  const all = Object.entries(multiValueHeaders ?? {}).filter(isNamed)
  if (all.length > 0) return all.flatMap(([, values]) => values ?? [])
  return Object.entries(headers ?? {})
    .filter(isNamed)
    .flatMap(([, value]) => value ?? [])
}
