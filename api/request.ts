import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { parseIdempotencyKey } from '../shared/http.ts'
import { maxBodyBytes } from '../shared/limits.ts'
import { accessTokenOf } from './access-token.ts'
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
  const [key, ...others] = headerValues(event, 'idempotency-key')
  if (key === undefined) return { kind: 'absent' }
  if (others.length > 0) return { kind: 'invalid', got: `${others.length + 1} keys` }
  if (parseIdempotencyKey(key) !== undefined) return { kind: 'valid', key }
  return { kind: 'invalid', got: key === '' ? 'nothing' : `${key.length} characters` }
}

/** IAM Identity Center gives its roles names with this prefix, and names each session after its user. */
const identityCenterRole = /^AWSReservedSSO_/

/** `user` of an assumed role: its unique id, and the name of the session (AWS, "IAM identifiers"). */
const roleSession = /^(AROA[A-Z0-9]+):/

/**
 * Returns the one caller: the subject of a token and its issuer; otherwise the account, and in it an identity of Cognito, a user,
 * or a role. An account has 12 digits, so neither can be taken for the other. A role alone is the caller, since
 * the names of its sessions come and go and are often chosen by their program, except where each names a user: in IAM
 * Identity Center, and in the deployment's `userRoles` (docs/decisions/0025-callers.md).
 */
export function identityOf(event: APIGatewayProxyEvent, { userRoles }: Pick<Deployment, 'userRoles'>): string {
  const token = accessTokenOf(event)
  if (token !== undefined) return `token/${token.issuer}/${token.subject}`
  const { identity } = event.requestContext
  const { accountId, cognitoIdentityId, user, userArn } = identity ?? {}
  const [, role] = roleSession.exec(user ?? '') ?? []
  const roleName = /:assumed-role\/([^/]+)\//.exec(userArn ?? '')?.[1] ?? ''
  const namesUser = identityCenterRole.test(roleName) || userRoles.includes(roleName)
  return `${accountId ?? ''}/${cognitoIdentityId ?? (namesUser ? user : (role ?? user)) ?? ''}`
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
