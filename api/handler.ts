import type { APIGatewayProxyEvent } from 'aws-lambda'
import { idempotencyKeyRule } from '../shared/idempotency-key.ts'
import { parseLinkId } from '../shared/link.ts'
import { routeFrom } from '../shared/route.ts'
import { type Answer, reject } from './answer.ts'
import { answering, type ApiHandler } from './answering.ts'
import type { ApiDeployment } from './deployment-here.ts'
import { find } from './find.ts'
import { issue } from './issue.ts'
import type { Context, Ports } from './ports.ts'
import { identityOf, readIdempotencyKey, readJson } from './request.ts'
import { revoke } from './revoke.ts'

/** The function behind `/links`. What goes wrong is a 503. `region` is the one in which it runs. */
export function createHandler(ports: Ports, deployment: ApiDeployment, region: string): ApiHandler {
  const context = { ports, deployment, route: routeFrom(region, deployment) }
  const fault = reject('unavailable', { headers: { 'retry-after': '5' } })
  return answering(ports, event => route(event, context), fault)
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
  const body = readJson(event)
  if ('outcome' in body) return body
  const header = readIdempotencyKey(event)
  if ('invalid' in header) {
    const errors = [{ field: 'Idempotency-Key', got: header.invalid, allowed: idempotencyKeyRule }]
    return reject('invalid-fields', { errors })
  }
  return issue(body.json, { identity: identityOf(event), idempotencyKey: header.key }, context)
}
