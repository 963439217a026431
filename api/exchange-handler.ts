import type { APIGatewayProxyEvent } from 'aws-lambda'
import { exchangeRoutes } from '../shared/api-routes.ts'
import { routeFrom } from '../shared/route.ts'
import { accessControl } from './access.ts'
import { exchange, type ExchangeCaller, type ExchangeContext } from './exchange.ts'
import type { ExchangePorts } from './exchange-ports.ts'
import type { WithIssuers } from './local-deployment.ts'
import { identityOf } from './principal.ts'
import { type ApiHandler, proxyHandler } from './proxy-handler.ts'
import { readIdempotencyKey, readJson } from './request.ts'
import { type ApiResult, refuseNonce } from './result.ts'
import { type RouteContext, type RouteFunctions, runRoute } from './routes.ts'

/**
 * Makes the function behind `/exchange`, which runs in `region`. It responds to any error with 503, and refuses a caller that
 * is no issuer before it looks at anything else.
 */
export function createExchangeHandler(ports: ExchangePorts, deployment: WithIssuers, region: string): ApiHandler {
  const context = { ports, deployment, route: routeFrom(region, deployment), region }
  const onError = refuseNonce('failed', deployment.uniformRefusals)
  const admit = accessControl(deployment.issuers)
  return proxyHandler(ports, onError, (event, startedAt) => ({
    async decide() {
      const admitted = admit(event, startedAt)
      if (admitted.kind !== 'admitted') return admitted
      return runRoute(event, exchanges, { ...context, access: admitted.access })
    },
  }))
}

type Context = ExchangeContext & RouteContext

const functions: RouteFunctions<typeof exchangeRoutes, Context> = { exchangeNonce }
const exchanges = { routes: exchangeRoutes, functions }

async function exchangeNonce(event: APIGatewayProxyEvent, context: Context): Promise<ApiResult> {
  // `test-invoke-method` sends a body without headers, unless it is given some.
  const body = readJson(event, { assumedType: 'application/json' })
  return body.kind === 'json' ? exchange(body.value, callerOf(event, context), context) : body
}

function callerOf(event: APIGatewayProxyEvent, { access, deployment }: Context): ExchangeCaller {
  const { identity } = event.requestContext
  return {
    access,
    identity: identityOf(event, deployment),
    idempotencyKey: readIdempotencyKey(event),
    address: identity?.sourceIp ?? '',
    userAgent: identity?.userAgent ?? '',
  }
}
