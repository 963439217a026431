import type { APIGatewayProxyEvent } from 'aws-lambda'
import { byDistance } from '../shared/distance.ts'
import { idempotencyKeyRule } from '../shared/idempotency-key.ts'
import { parseLinkId } from '../shared/link.ts'
import { routeFrom } from '../shared/route.ts'
import { type Answer, reject, type Rejection, respond } from './answer.ts'
import { answered, type ApiHandler } from './answering.ts'
import { issueBatch } from './batch.ts'
import type { ApiDeployment } from './deployment-here.ts'
import { find } from './find.ts'
import type { Caller } from './idempotency.ts'
import { issue } from './issue.ts'
import { list } from './list.ts'
import type { Context, Ports } from './ports.ts'
import { charge, rateLimitHeaders, tooMany } from './quota.ts'
import { readBatch } from './read-batch.ts'
import { readListQuery } from './read-list.ts'
import { identityOf, maxBatchBytes, readIdempotencyKey, readJson } from './request.ts'
import { revoke } from './revoke.ts'

/** The function behind `/links`. What goes wrong is a 503. `region` is the one in which it runs. */
export function createHandler(ports: Ports, deployment: ApiDeployment, region: string): ApiHandler {
  const { mode, homeRegions } = deployment
  const route = routeFrom(region, deployment)
  // What a list shows may be a moment old, so in mode home, too, it may come from near by.
  const replicas = mode === 'strong' ? route(homeRegions[0]) : byDistance(homeRegions, region)
  const context = { ports, deployment, route, replicas }
  const fault = reject('unavailable', { headers: { 'retry-after': '5' } })
  return async event => {
    const { requestId } = event.requestContext
    const about = { requestId, startedAt: ports.clock.now(), fault }
    const request = requestOf(event, context)
    const standing = await charge(identityOf(event), request.cost, context)
    const decide = async () =>
      standing?.isOver === true && request.rejection === undefined ? tooMany(standing) : request.answer()
    const { headers, ...response } = respond(await answered(decide, about, ports), requestId)
    return { ...response, headers: { ...headers, ...(standing && rateLimitHeaders(standing, deployment.callerQuota)) } }
  }
}

/** What is asked, as far as it takes to say what it costs. */
interface Request {
  /** In requests. */
  readonly cost: number
  /** Why it is turned down before anything else is looked at. */
  readonly rejection?: Rejection
  answer(): Promise<Answer>
}

function requestOf(event: APIGatewayProxyEvent, context: Context): Request {
  const [, collection, id, ...rest] = event.path.split('/')
  const { httpMethod: method } = event
  if (collection !== 'links' || rest.length > 0) return turnedDown(reject('no-such-route'))
  if (id === undefined) {
    if (method === 'POST') return single(async () => post(event, context))
    return method === 'GET' ? single(async () => getList(event, context)) : notAllowed('GET, POST')
  }
  if (id === 'batch') return method === 'POST' ? batchOf(event, context) : notAllowed('POST')
  if (method !== 'GET' && method !== 'DELETE') return notAllowed('GET, DELETE')
  const linkId = parseLinkId(id)
  if (linkId === undefined) return single(async () => reject('no-such-link'))
  return single(() => (method === 'GET' ? find(linkId, context) : revoke(linkId, context)))
}

function single(answer: () => Promise<Answer>): Request {
  return { cost: 1, answer }
}

function turnedDown(rejection: Rejection): Request {
  return { ...single(async () => rejection), rejection }
}

function notAllowed(allow: string): Request {
  return turnedDown(reject('method-not-allowed', { headers: { allow } }))
}

/** Costs as many requests as it has links; one that is turned down as a whole costs one. */
function batchOf(event: APIGatewayProxyEvent, context: Context): Request {
  const body = readJson(event, { maxBytes: maxBatchBytes })
  if ('outcome' in body) return single(async () => body)
  const read = readBatch(body.json)
  if (!read.ok) return single(async () => reject('invalid-fields', { errors: read.invalid }))
  const links = read.value
  const { requestId } = event.requestContext
  return {
    cost: links.length,
    async answer() {
      const caller = callerOf(event)
      return 'outcome' in caller ? caller : issueBatch(links, { caller, context, requestId })
    },
  }
}

async function post(event: APIGatewayProxyEvent, context: Context): Promise<Answer> {
  const body = readJson(event)
  if ('outcome' in body) return body
  const caller = callerOf(event)
  return 'outcome' in caller ? caller : issue(body.json, caller, context)
}

function callerOf(event: APIGatewayProxyEvent): Caller | Rejection {
  const header = readIdempotencyKey(event)
  if ('key' in header) return { identity: identityOf(event), idempotencyKey: header.key }
  return reject('invalid-fields', {
    errors: [{ field: 'Idempotency-Key', got: header.invalid, allowed: idempotencyKeyRule }],
  })
}

async function getList(event: APIGatewayProxyEvent, context: Context): Promise<Answer> {
  const read = readListQuery(event)
  return read.ok ? list(read.value, context) : reject('invalid-fields', { errors: read.invalid })
}
