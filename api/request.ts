import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Parsed } from '../shared/fields.ts'
import { idempotencyKeyHeader, idempotencyKeyRule, parseIdempotencyKey } from '../shared/http.ts'
import { maxBodyBytes } from '../shared/limits.ts'
import type { Caller } from './idempotency.ts'
import { identityOf } from './principal.ts'
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

/** What is wrong with a request that needs an Idempotency-Key. */
export const noKey = { field: 'Idempotency-Key', got: 'nothing', allowed: idempotencyKeyRule }

/** Reads the Idempotency-Key header. */
export function readIdempotencyKey(event: APIGatewayProxyEvent): IdempotencyKey {
  const [key, ...others] = headerValues(event, idempotencyKeyHeader)
  if (key === undefined) return { kind: 'absent' }
  if (others.length > 0) return { kind: 'invalid', got: `${others.length + 1} keys` }
  if (parseIdempotencyKey(key) !== undefined) return { kind: 'valid', key }
  return { kind: 'invalid', got: key === '' ? 'nothing' : `${key.length} characters` }
}

/** Returns who calls, with the Idempotency-Key of its request if it has one; or what is wrong with that. */
export function readCaller(event: APIGatewayProxyEvent, deployment: Parameters<typeof identityOf>[1]): Parsed<Caller> {
  const header = readIdempotencyKey(event)
  if (header.kind === 'invalid') {
    return { ok: false, invalid: [{ field: 'Idempotency-Key', got: header.got, allowed: idempotencyKeyRule }] }
  }
  const idempotencyKey = header.kind === 'valid' ? header.key : undefined
  return { ok: true, value: { identity: identityOf(event, deployment), idempotencyKey } }
}

/** Reads the body of a request by its parser, or returns a refusal. */
export function readBody<Input>(
  event: APIGatewayProxyEvent,
  parse: (body: unknown) => Parsed<Input>,
  rules?: BodyRules,
): { readonly kind: 'body'; readonly input: Input } | ApiRefusal {
  const body = readJson(event, rules)
  if (body.kind !== 'json') return body
  const input = parse(body.value)
  return input.ok ? { kind: 'body', input: input.value } : refuse('invalid-fields', { errors: input.invalid })
}

/** What a request says, and who sends it. */
interface Sent<Input> {
  readonly kind: 'sent'
  readonly input: Input
  readonly caller: Caller
}

/** Reads the body of a request by its parser, and its caller; or returns a refusal. */
export function readSent<Input>(
  event: APIGatewayProxyEvent,
  parse: (body: unknown) => Parsed<Input>,
  { deployment, ...rules }: BodyRules & { readonly deployment: Parameters<typeof identityOf>[1] },
): Sent<Input> | ApiRefusal {
  const body = readBody(event, parse, rules)
  if (body.kind !== 'body') return body
  const caller = readCaller(event, deployment)
  if (!caller.ok) return refuse('invalid-fields', { errors: caller.invalid })
  return { kind: 'sent', input: body.input, caller: caller.value }
}

/**
 * Returns every value of a header. Names have the case in which the client sent them. From `test-invoke-method` without
 * headers, the collection is null (AWS, "Input format of a Lambda function for proxy integration").
 */
export function headerValues({ multiValueHeaders }: APIGatewayProxyEvent, name: string): readonly string[] {
  return Object.entries(multiValueHeaders ?? {})
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, values]) => values ?? [])
}
