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
import type { ApiContext, Ports } from './ports.ts'
import { proxyHandler, type ApiHandler } from './proxy-handler.ts'
import { type QuotaMeter, meterOf } from './quota.ts'
import { identityOf, readIdempotencyKey, readJson } from './request.ts'
import { type ApiResult, refuse, type ApiRefusal, unavailable } from './result.ts'
import { revoke } from './revoke.ts'
import { showLink } from './show-link.ts'

/** The function behind `/links`. What goes wrong is a 503. `region` is the one in which it runs. */
export function createHandler(ports: Ports, deployment: ApiDeployment, region: string): ApiHandler {
  const { mode, homeRegions } = deployment
  const route = routeFrom(region, deployment)
  // What a list shows may be a moment old, so in mode home, too, it may come from near by.
  const replicas = mode === 'strong' ? route(homeRegions[0]) : byDistance(homeRegions, region)
  const context = { ports, deployment, route, replicas }
  return proxyHandler(ports, unavailable, (event, startedAt) => {
    const meter = meterOf(event, context)
    return { decide: () => decide(event, { context, meter, startedAt }), headersOf: meter.headersOf }
  })
}

/** What belongs to the answer to one event. */
interface Answering {
  readonly context: ApiContext
  readonly meter: QuotaMeter
  readonly startedAt: EpochMs
}

async function decide(event: APIGatewayProxyEvent, how: Answering): Promise<ApiResult> {
  const request = requestOf(event, how)
  const over = await how.meter.chargeRequest(request.cost)
  return over !== undefined && request.rejection === undefined ? over : request.answer()
}

/** What is asked, as far as it takes to say what it costs. */
interface Request {
  /** In requests. */
  readonly cost: number
  /** Why it is turned down before anything else is looked at. */
  readonly rejection?: ApiRefusal
  answer(): Promise<ApiResult>
}

function requestOf(event: APIGatewayProxyEvent, how: Answering): Request {
  const { context, meter } = how
  const [, collection, id, ...rest] = event.path.split('/')
  const { httpMethod: method } = event
  if (collection !== 'links' || rest.length > 0) return turnedDown(refuse('no-such-route'))
  if (id === undefined) {
    if (method === 'POST') return single(async () => post(event, context))
    return method === 'GET' ? single(async () => getList(event, meter, context)) : notAllowed('GET, POST')
  }
  if (id === 'batch') return method === 'POST' ? batchOf(event, how) : notAllowed('POST')
  if (method !== 'GET' && method !== 'DELETE') return notAllowed('GET, DELETE')
  const linkId = parseLinkId(id)
  if (linkId === undefined) return single(async () => refuse('no-such-link'))
  return single(() => (method === 'GET' ? showLink(linkId, context) : revoke(linkId, context)))
}

function single(answer: () => Promise<ApiResult>): Request {
  return { cost: 1, answer }
}

function turnedDown(rejection: ApiRefusal): Request {
  return { ...single(async () => rejection), rejection }
}

function notAllowed(allow: string): Request {
  return turnedDown(refuse('method-not-allowed', { headers: { allow } }))
}

/** Costs as many requests as it has links; one that is turned down as a whole costs one. */
function batchOf(event: APIGatewayProxyEvent, { context, startedAt }: Answering): Request {
  const body = readJson(event, { maxBytes: maxBatchBytes })
  if ('outcome' in body) return single(async () => body)
  const read = readBatch(body.json)
  if (!read.ok) return single(async () => refuse('invalid-fields', { errors: read.invalid }))
  const caller = callerOf(event)
  if ('outcome' in caller) return single(async () => caller)
  const { requestId } = event.requestContext
  return {
    cost: read.value.length,
    answer: () => issueBatch(read.value, { caller, context, requestId, startedAt }),
  }
}

async function post(event: APIGatewayProxyEvent, context: ApiContext): Promise<ApiResult> {
  const body = readJson(event)
  if ('outcome' in body) return body
  const caller = callerOf(event)
  return 'outcome' in caller ? caller : issue(body.json, caller, context)
}

function callerOf(event: APIGatewayProxyEvent): Caller | ApiRefusal {
  const header = readIdempotencyKey(event)
  if ('key' in header) return { identity: identityOf(event), idempotencyKey: header.key }
  return refuse('invalid-fields', {
    errors: [{ field: 'Idempotency-Key', got: header.invalid, allowed: idempotencyKeyRule }],
  })
}

async function getList(event: APIGatewayProxyEvent, meter: QuotaMeter, context: ApiContext): Promise<ApiResult> {
  const read = readListQuery(event)
  return read.ok ? list(read.value, meter, context) : refuse('invalid-fields', { errors: read.invalid })
}
