import type { APIGatewayProxyEvent } from 'aws-lambda'
import { maxBodyBytes } from '../shared/limits.ts'
import { parseIdempotencyKey } from '../shared/http.ts'
import { type ApiRefusal, refuse } from './result.ts'

/** How a body is read. */
export interface BodyRules {
  /** @default what one link can take */
  readonly maxBytes?: number
  /** What a body without a Content-Type is taken for; without it, it is refused. */
  readonly assumedType?: 'application/json'
}

/** The JSON in a request's body, or why there is none. */
export function readJson(
  event: APIGatewayProxyEvent,
  { maxBytes = maxBodyBytes, assumedType }: BodyRules = {},
): { readonly json: unknown } | ApiRefusal {
  const [type = assumedType] = headerValues(event, 'content-type')
  if (type?.split(';')[0]?.trim().toLowerCase() !== 'application/json') return refuse('not-json')
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > maxBytes) return refuse('body-too-large')
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return refuse('invalid-json')
  }
}

/** A request's Idempotency-Key, undefined when it has none; `invalid` is what it has instead of one, for an error. */
export type IdempotencyKey = { readonly key: string | undefined } | { readonly invalid: string }

/** Reads the Idempotency-Key header. */
export function readIdempotencyKey(event: APIGatewayProxyEvent): IdempotencyKey {
  const [key, ...others] = headerValues(event, 'idempotency-key')
  if (key === undefined) return { key }
  if (others.length > 0) return { invalid: `${others.length + 1} of them` }
  if (parseIdempotencyKey(key) !== undefined) return { key }
  return { invalid: key === '' ? 'nothing' : `${key.length} characters` }
}

/** The account and the role or user behind the signature; the session's name is left out, since it changes with each. */
export function identityOf({ requestContext: { identity } }: APIGatewayProxyEvent): string {
  return `${identity?.accountId ?? ''}/${identity?.user?.split(':')[0] ?? ''}`
}

/**
 * Every value of a header. Names keep the case that the client gave them; with `test-invoke-method` and no headers, both
 * collections are null (AWS, "Input format of a Lambda function for proxy integration").
 */
function headerValues({ headers, multiValueHeaders }: APIGatewayProxyEvent, name: string): readonly string[] {
  const isNamed = ([key]: readonly [string, unknown]) => key.toLowerCase() === name
  const all = Object.entries(multiValueHeaders ?? {}).filter(isNamed)
  if (all.length > 0) return all.flatMap(([, values]) => values ?? [])
  return Object.entries(headers ?? {})
    .filter(isNamed)
    .flatMap(([, value]) => value ?? [])
}
