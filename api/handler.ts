import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { parseLinkId } from '../shared/link.ts'
import { idempotencyKeyRule, parseIdempotencyKey } from '../shared/idempotency-key.ts'
import { rootNameOf } from '../shared/root-name.ts'
import { routeFrom } from '../shared/route.ts'
import { type Answer, type Rejection, reject, respond, statusOf } from './answer.ts'
import type { ApiDeployment } from './deployment-here.ts'
import { find } from './find.ts'
import type { Caller } from './idempotency.ts'
import { issue } from './issue.ts'
import type { Context, Ports } from './ports.ts'
import { revoke } from './revoke.ts'

/** A Lambda behind an API Gateway REST API with proxy integration. */
export type ApiHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/** Largest body that is read, in bytes. Twice what the longest key, file name and reference can take. */
const maxBodyBytes = 16_384

/**
 * The function behind `/links`: request in, answer out, one log line. Never rejects: what goes wrong here is a 503.
 * `region` is the one in which it runs.
 */
export function createHandler(ports: Ports, deployment: ApiDeployment, region: string): ApiHandler {
  const context = { ports, deployment, route: routeFrom(region, deployment) }
  return async event => {
    const startedAt = ports.clock.now()
    const { requestId } = event.requestContext
    const { answer, error } = await settle(() => route(event, context))
    ports.log({
      outcome: answer.outcome,
      status: statusOf(answer),
      ...(answer.outcome === 'refused' ? { reason: answer.reason } : { linkId: answer.linkId }),
      requestId,
      ms: ports.clock.now() - startedAt,
      ...(error === undefined ? {} : { error }),
    })
    return respond(answer, requestId)
  }
}

/** The one place where a fault becomes an answer. */
async function settle(answering: () => Promise<Answer>): Promise<{ answer: Answer; error?: string }> {
  try {
    return { answer: await answering() }
  } catch (error) {
    const answer = reject('unavailable', { headers: { 'retry-after': '5' } })
    return { answer, error: rootNameOf(error) }
  }
}

async function route(event: APIGatewayProxyEvent, context: Context): Promise<Answer> {
  const [, collection, id, ...rest] = event.path.split('/')
  if (collection !== 'links' || rest.length > 0) return reject('no-such-route')
  if (id === undefined) {
    return event.httpMethod === 'POST'
      ? post(event, context)
      : reject('method-not-allowed', { headers: { allow: 'POST' } })
  }
  if (event.httpMethod !== 'GET' && event.httpMethod !== 'DELETE') {
    return reject('method-not-allowed', { headers: { allow: 'GET, DELETE' } })
  }
  const linkId = parseLinkId(id)
  if (linkId === undefined) return reject('no-such-link')
  return event.httpMethod === 'GET' ? find(linkId, context) : revoke(linkId, context)
}

async function post(event: APIGatewayProxyEvent, context: Context): Promise<Answer> {
  const body = readBody(event)
  if ('outcome' in body) return body
  const key = header(event, 'idempotency-key')
  const idempotencyKey = key === undefined ? undefined : parseIdempotencyKey(key)
  if (key !== undefined && idempotencyKey === undefined) {
    const got = key === '' ? 'nothing' : `${key.length} characters`
    return reject('invalid-fields', { errors: [{ field: 'Idempotency-Key', got, allowed: idempotencyKeyRule }] })
  }
  return issue(body.json, { identity: identityOf(event), idempotencyKey }, context)
}

function readBody(event: APIGatewayProxyEvent): { json: unknown } | Rejection {
  const type = header(event, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') return reject('not-json')
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > maxBodyBytes) return reject('body-too-large')
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return reject('invalid-json')
  }
}

/** Header names keep the case that the client gave them. */
function header({ headers }: APIGatewayProxyEvent, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1]
}

/** The account and the role or user behind the signature; the session's name is left out, since it changes with each. */
function identityOf({ requestContext: { identity } }: APIGatewayProxyEvent): Caller['identity'] {
  return `${identity?.accountId ?? ''}/${identity?.user?.split(':')[0] ?? ''}`
}
