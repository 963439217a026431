import type { APIGatewayProxyEvent } from 'aws-lambda'
import { idempotencyKeyRule } from '../shared/http.ts'
import { maxBatchBytes } from '../shared/limits.ts'
import { parseLinkId } from '../shared/link.ts'
import { byDistance, routeFrom } from '../shared/route.ts'
import type { EpochMs } from '../shared/time.ts'
import { issueBatch, readBatch } from './batch.ts'
import type { Caller } from './idempotency.ts'
import { issue } from './issue.ts'
import { list, readListQuery } from './list.ts'
import type { ApiDeployment } from './local-deployment.ts'
import type { Context, Ports } from './ports.ts'
import { answering, type ApiHandler } from './proxy-handler.ts'
import { type Meter, meterOf } from './quota.ts'
import { identityOf, readIdempotencyKey, readJson } from './request.ts'
import { type Answer, reject, type Rejection, unavailable } from './result.ts'
import { revoke } from './revoke.ts'
import { find } from './show-link.ts'

/** The function behind `/links`. What goes wrong is a 503. `region` is the one in which it runs. */
export function createHandler(ports: Ports, deployment: ApiDeployment, region: string): ApiHandler {
  const { mode, homeRegions } = deployment
  const route = routeFrom(region, deployment)
  // What a list shows may be a moment old, so in mode home, too, it may come from near by.
  const replicas = mode === 'strong' ? route(homeRegions[0]) : byDistance(homeRegions, region)
  const context = { ports, deployment, route, replicas }
  return answering(ports, unavailable, (event, startedAt) => {
    const meter = meterOf(event, context)
    return { decide: () => decide(event, { context, meter, startedAt }), headersOf: meter.headersOf }
  })
}

/** What belongs to the answer to one event. */
interface Answering {
  readonly context: Context
  readonly meter: Meter
  readonly startedAt: EpochMs
}

async function decide(event: APIGatewayProxyEvent, how: Answering): Promise<Answer> {
  const request = requestOf(event, how)
  const over = await how.meter.pay(request.cost)
  return over !== undefined && request.rejection === undefined ? over : request.answer()
}

/** What is asked, as far as it takes to say what it costs. */
interface Request {
  /** In requests. */
  readonly cost: number
  /** Why it is turned down before anything else is looked at. */
  readonly rejection?: Rejection
  answer(): Promise<Answer>
}

function requestOf(event: APIGatewayProxyEvent, how: Answering): Request {
  const { context, meter } = how
  const [, collection, id, ...rest] = event.path.split('/')
  const { httpMethod: method } = event
  if (collection !== 'links' || rest.length > 0) return turnedDown(reject('no-such-route'))
  if (id === undefined) {
    if (method === 'POST') return single(async () => post(event, context))
    return method === 'GET' ? single(async () => getList(event, meter, context)) : notAllowed('GET, POST')
  }
  if (id === 'batch') return method === 'POST' ? batchOf(event, how) : notAllowed('POST')
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
function batchOf(event: APIGatewayProxyEvent, { context, startedAt }: Answering): Request {
  const body = readJson(event, { maxBytes: maxBatchBytes })
  if ('outcome' in body) return single(async () => body)
  const read = readBatch(body.json)
  if (!read.ok) return single(async () => reject('invalid-fields', { errors: read.invalid }))
  const caller = callerOf(event)
  if ('outcome' in caller) return single(async () => caller)
  const { requestId } = event.requestContext
  return {
    cost: read.value.length,
    answer: () => issueBatch(read.value, { caller, context, requestId, startedAt }),
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

async function getList(event: APIGatewayProxyEvent, meter: Meter, context: Context): Promise<Answer> {
  const read = readListQuery(event)
  return read.ok ? list(read.value, meter, context) : reject('invalid-fields', { errors: read.invalid })
}
