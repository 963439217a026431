import type { APIGatewayProxyEvent } from 'aws-lambda'
import { linkRoutes } from '../../shared/api/routes.ts'
import { maxBatchBytes } from '../../shared/limits.ts'
import { parseLinkId } from '../../shared/link.ts'
import { byDistance, routeFrom } from '../../shared/table/route.ts'
import type { LinkScope } from '../link-scope.ts'
import type { EpochMs } from '../../shared/time.ts'
import { contextOf, maxBatchOf, scopeOf, servedPrefix } from '../access.ts'
import { issueBatch, readBatch } from './batch.ts'
import { issue } from './issue.ts'
import { parseIssueInput } from './issue-input.ts'
import { list, readListQuery } from './list.ts'
import type { ApiDeployment } from '../local-deployment.ts'
import type { ApiContext, ApiPorts } from '../ports.ts'
import { type ApiHandler, proxyHandler } from '../proxy-handler.ts'
import { identityOf } from '../principal.ts'
import { countByMaximum, meterOf, type QuotaMeter } from '../quota.ts'
import { noKey, readBody, readCaller, readSent } from '../request.ts'
import { replace } from './replace.ts'
import { type ApiRefusal, type ApiResult, refuse, unavailable } from '../result.ts'
import { revoke, showLink } from './one-link.ts'
import { reader } from '../schema-reader.ts'
import type { RouteContext, RouteFunction, RouteFunctions } from '../routes.ts'

/** Makes the function behind `/links`, which runs in `region`. It responds to any error with 503. */
export function createHandler(ports: ApiPorts, deployment: ApiDeployment, region: string): ApiHandler {
  const { mode, homeRegions } = deployment
  const route = routeFrom(region, deployment)
  // Lists may be a moment old, so in mode home, too, they may come from a near replica.
  const replicas = mode === 'strong' ? route(homeRegions[0]) : byDistance(homeRegions, region)
  const ofAll = { ports: { ...ports, quota: countByMaximum(ports.quota) }, deployment, route, replicas }
  const options = { ports, issuers: deployment.issuers, onError: unavailable }
  return proxyHandler(options, { routes: linkRoutes, functions }, (event, access, startedAt) => {
    const context = contextOf(access, ofAll)
    return { context, access, meter: meterOf(event, context), startedAt }
  })
}

/** What handling one event needs. */
interface EventContext extends RouteContext {
  readonly meter: QuotaMeter
  readonly context: ApiContext
  readonly startedAt: EpochMs
}

const functions: RouteFunctions<typeof linkRoutes, EventContext> = {
  issueLink: issueOne,
  listLinks: listPage,
  issueLinks: issueAll,
  showLink: ofLink(showLink),
  revokeLink: ofLink(revoke),
  replaceLink: replaceOne,
}

/** Issues a batch. It costs as many requests as it has links, or one if it is refused as a whole. */
async function issueAll(event: APIGatewayProxyEvent, { context, meter, startedAt }: EventContext): Promise<ApiResult> {
  const { access, deployment } = context
  const parse = (body: unknown) => readBatch(body, maxBatchOf(access))
  const sent = readSent(event, parse, { deployment, maxBytes: maxBatchBytes })
  if (sent.kind !== 'sent') return (await meter.chargeRequest(1)) ?? sent
  const { input: items, caller } = sent
  const { requestId } = event.requestContext
  const overQuota = await meter.chargeRequest(items.length)
  return overQuota ?? issueBatch(items, { caller, context, requestId, startedAt })
}

async function issueOne(event: APIGatewayProxyEvent, { context }: EventContext): Promise<ApiResult> {
  const { access, deployment } = context
  const parse = (body: unknown) => parseIssueInput(body, servedPrefix(access, deployment))
  const sent = readSent(event, parse, { deployment })
  return sent.kind === 'sent' ? issue(sent.input, sent.caller, context) : sent
}

async function replaceOne(event: APIGatewayProxyEvent, ofEvent: EventContext): Promise<ApiResult> {
  const refusal = refuseContent(event)
  if (refusal !== undefined) return refusal
  const caller = readCaller(event, ofEvent.context.deployment)
  if (!caller.ok) return refuse('invalid-fields', { errors: caller.invalid })
  const { identity, idempotencyKey } = caller.value
  if (idempotencyKey === undefined) return refuse('invalid-fields', { errors: [noKey] })
  const run = ofLink((id, scope, context) => replace(id, { scope, holder: { identity, idempotencyKey } }, context))
  return run(event, ofEvent)
}

const readNothing = reader({ type: 'object', additionalProperties: false, properties: {} })

/** Refuses a body, unless it is empty or an empty object. */
function refuseContent(event: APIGatewayProxyEvent): ApiRefusal | undefined {
  if (!event.body) return undefined
  const body = readBody(event, readNothing, { assumedType: 'application/json' })
  return body.kind === 'body' ? undefined : body
}

async function listPage(event: APIGatewayProxyEvent, { context, meter }: EventContext): Promise<ApiResult> {
  const query = readListQuery(event)
  if (!query.ok) return refuse('invalid-fields', { errors: query.invalid })
  return list(query.value, { scope: await scopeFor(event, context), meter, context })
}

/** Returns which links the caller of an event may see and revoke; undefined for all. */
function scopeFor(event: APIGatewayProxyEvent, context: ApiContext): Promise<LinkScope | undefined> {
  return scopeOf(context.access, identityOf(event, context.deployment), context.ports.keyring)
}

/** A text that is no id is the id of no link. */
function ofLink(run: typeof showLink): RouteFunction<EventContext> {
  return async (event, { context }) => {
    const id = parseLinkId(event.path.split('/')[2] ?? '')
    return id === undefined ? refuse('no-such-link') : run(id, await scopeFor(event, context), context)
  }
}
