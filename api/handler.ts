import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Parsed } from '../shared/fields.ts'
import { idempotencyKeyRule } from '../shared/http.ts'
import type { Verb } from '../shared/issuers.ts'
import { maxBatchBytes } from '../shared/limits.ts'
import { parseLinkId } from '../shared/link.ts'
import { byDistance, routeFrom } from '../shared/route.ts'
import type { EpochMs } from '../shared/time.ts'
import { accessControl, contextOf, maxBatchOf, refuseVerb } from './access.ts'
import { issueBatch, readBatch } from './batch.ts'
import type { Caller } from './idempotency.ts'
import { issue } from './issue.ts'
import { list, readListQuery } from './list.ts'
import type { ApiDeployment } from './local-deployment.ts'
import type { ApiContext, Ports } from './ports.ts'
import { type ApiHandler, proxyHandler } from './proxy-handler.ts'
import { identityOf } from './principal.ts'
import { meterOf, type QuotaMeter } from './quota.ts'
import { countByMaximum } from './rare-counting.ts'
import { readIdempotencyKey, readJson } from './request.ts'
import { type ApiRefusal, type ApiResult, refuse, unavailable } from './result.ts'
import { revoke } from './revoke.ts'
import { showLink } from './show-link.ts'

/**
 * Makes the function behind `/links`, which runs in `region`. It responds to any error with 503, and refuses a caller that is
 * no issuer before it looks at anything else.
 */
export function createHandler(ports: Ports, deployment: ApiDeployment, region: string): ApiHandler {
  const { mode, homeRegions } = deployment
  const route = routeFrom(region, deployment)
  // Lists may be a moment old, so in mode home, too, they may come from a near replica.
  const replicas = mode === 'strong' ? route(homeRegions[0]) : byDistance(homeRegions, region)
  const ofAll = { ports: { ...ports, quota: countByMaximum(ports.quota) }, deployment, route, replicas }
  const admit = accessControl(deployment.issuers)
  return proxyHandler(ports, unavailable, (event, startedAt) => {
    const admitted = admit(event, startedAt)
    if (admitted.kind !== 'admitted') return { decide: async () => admitted }
    const context = contextOf(admitted.access, ofAll)
    const meter = meterOf(event, context)
    return { decide: () => decide(event, { context, meter, startedAt }), headersOf: meter.headersOf }
  })
}

/** What handling one event needs. */
interface EventContext {
  readonly context: ApiContext
  readonly meter: QuotaMeter
  readonly startedAt: EpochMs
}

async function decide(event: APIGatewayProxyEvent, eventContext: EventContext): Promise<ApiResult> {
  const request = requestOf(event, eventContext)
  const notAllowed = request.verb && refuseVerb(request.verb, eventContext.context.access)
  if (notAllowed !== undefined) return notAllowed
  const overQuota = await eventContext.meter.chargeRequest(request.cost)
  return overQuota !== undefined && request.routeRefusal === undefined ? overQuota : request.run()
}

/** A request, read as far as its cost needs. */
interface Request {
  /** What it costs of the quota, in requests. */
  readonly cost: number
  /** Refusal of its path or method: takes precedence over the quota. */
  readonly routeRefusal?: ApiRefusal
  /** What its caller must be allowed to do; absent if its path or method is refused. */
  readonly verb?: Verb
  run(): Promise<ApiResult>
}

function requestOf(event: APIGatewayProxyEvent, eventContext: EventContext): Request {
  const { context, meter } = eventContext
  const [, collection, id, ...rest] = event.path.split('/')
  const { httpMethod: method } = event
  if (collection !== 'links' || rest.length > 0) return refusedRoute(refuse('no-such-route'))
  if (id === undefined) {
    if (method === 'POST') return singleRequest('issue', async () => issueOne(event, context))
    return method === 'GET'
      ? singleRequest('read', async () => listPage(event, meter, context))
      : notAllowed('GET, POST')
  }
  if (id === 'batch') return method === 'POST' ? batchRequest(event, eventContext) : notAllowed('POST')
  if (method !== 'GET' && method !== 'DELETE') return notAllowed('GET, DELETE')
  const verb = method === 'GET' ? 'read' : 'revoke'
  const linkId = parseLinkId(id)
  if (linkId === undefined) return singleRequest(verb, async () => refuse('no-such-link'))
  return singleRequest(verb, () => (method === 'GET' ? showLink(linkId, context) : revoke(linkId, context)))
}

function singleRequest(verb: Verb, run: () => Promise<ApiResult>): Request {
  return { cost: 1, verb, run }
}

function refusedRoute(routeRefusal: ApiRefusal): Request {
  return { cost: 1, routeRefusal, run: async () => routeRefusal }
}

function notAllowed(allow: string): Request {
  return refusedRoute(refuse('method-not-allowed', { headers: { allow } }))
}

/** Costs as many requests as the batch has links, or one if the batch is refused as a whole. */
function batchRequest(event: APIGatewayProxyEvent, { context, startedAt }: EventContext): Request {
  const body = readJson(event, { maxBytes: maxBatchBytes })
  if (body.kind !== 'json') return singleRequest('issue', async () => body)
  const items = readBatch(body.value, maxBatchOf(context.access))
  if (!items.ok) return singleRequest('issue', async () => refuse('invalid-fields', { errors: items.invalid }))
  const caller = readCaller(event, context)
  if (!caller.ok) return singleRequest('issue', async () => refuse('invalid-fields', { errors: caller.invalid }))
  const { requestId } = event.requestContext
  return {
    cost: items.value.length,
    verb: 'issue',
    run: () => issueBatch(items.value, { caller: caller.value, context, requestId, startedAt }),
  }
}

async function issueOne(event: APIGatewayProxyEvent, context: ApiContext): Promise<ApiResult> {
  const body = readJson(event)
  if (body.kind !== 'json') return body
  const caller = readCaller(event, context)
  if (!caller.ok) return refuse('invalid-fields', { errors: caller.invalid })
  return issue(body.value, caller.value, context)
}

function readCaller(event: APIGatewayProxyEvent, { deployment }: ApiContext): Parsed<Caller> {
  const header = readIdempotencyKey(event)
  if (header.kind === 'invalid') {
    return { ok: false, invalid: [{ field: 'Idempotency-Key', got: header.got, allowed: idempotencyKeyRule }] }
  }
  const idempotencyKey = header.kind === 'valid' ? header.key : undefined
  return { ok: true, value: { identity: identityOf(event, deployment), idempotencyKey } }
}

async function listPage(event: APIGatewayProxyEvent, meter: QuotaMeter, context: ApiContext): Promise<ApiResult> {
  const query = readListQuery(event)
  return query.ok ? list(query.value, meter, context) : refuse('invalid-fields', { errors: query.invalid })
}
