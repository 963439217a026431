import type { APIGatewayProxyEvent } from 'aws-lambda'
import { exchangeRoutes } from '../../shared/api/routes.ts'
import { routeFrom } from '../../shared/table/route.ts'
import { exchange, type ExchangeContext } from './exchange.ts'
import type { ExchangePorts } from './ports.ts'
import type { WithIssuers } from '../local-deployment.ts'
import { identityOf } from '../principal.ts'
import { type ApiHandler, proxyHandler } from '../proxy-handler.ts'
import { readIdempotencyKey, readJson } from '../request.ts'
import { type ApiResult, refuseNonce } from '../result.ts'
import type { RouteContext, RouteFunctions } from '../routes.ts'

/** Makes the function behind `/exchange`, which runs in `region`. It responds to any error with 503. */
export function createExchangeHandler(ports: ExchangePorts, deployment: WithIssuers, region: string): ApiHandler {
  const context = { ports, deployment, route: routeFrom(region, deployment), region }
  const onError = refuseNonce('failed', deployment.uniformRefusals)
  const options = { ports, issuers: deployment.issuers, onError }
  return proxyHandler(options, { routes: exchangeRoutes, functions }, (_event, access) => ({ ...context, access }))
}

type Context = ExchangeContext & RouteContext

const functions: RouteFunctions<typeof exchangeRoutes, Context> = { exchangeNonce }

async function exchangeNonce(event: APIGatewayProxyEvent, context: Context): Promise<ApiResult> {
  // `test-invoke-method` sends a body without headers, unless it is given some.
  const body = readJson(event, { assumedType: 'application/json' })
  if (body.kind !== 'json') return body
  const { identity } = event.requestContext
  const caller = {
    access: context.access,
    identity: identityOf(event, context.deployment),
    idempotencyKey: readIdempotencyKey(event),
    address: identity?.sourceIp ?? '',
    userAgent: identity?.userAgent ?? '',
  }
  return exchange(body.value, caller, context)
}
