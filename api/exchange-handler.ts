import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { routeFrom } from '../shared/route.ts'
import { exchange, type ExchangeCaller, type ExchangeContext } from './exchange.ts'
import type { ExchangePorts } from './exchange-ports.ts'
import { type ApiHandler, proxyHandler } from './proxy-handler.ts'
import { identityOf, readIdempotencyKey, readJson } from './request.ts'
import { type ApiResult, refuse, refuseNonce } from './result.ts'

/** Makes the function behind `/exchange`, which runs in `region`. It responds to any error with 503. */
export function createExchangeHandler(ports: ExchangePorts, deployment: Deployment, region: string): ApiHandler {
  const context = { ports, deployment, route: routeFrom(region, deployment), region }
  const onError = refuseNonce('failed', deployment.uniformRefusals)
  return proxyHandler(ports, onError, event => ({ decide: () => decide(event, context) }))
}

async function decide(event: APIGatewayProxyEvent, context: ExchangeContext): Promise<ApiResult> {
  if (event.path !== '/exchange') return refuse('no-such-route')
  if (event.httpMethod !== 'POST') return refuse('method-not-allowed', { headers: { allow: 'POST' } })
  // `test-invoke-method` sends a body without headers, unless it is given some.
  const body = readJson(event, { assumedType: 'application/json' })
  return body.kind === 'json' ? exchange(body.value, callerOf(event, context), context) : body
}

function callerOf(event: APIGatewayProxyEvent, { deployment }: ExchangeContext): ExchangeCaller {
  const { identity } = event.requestContext
  return {
    identity: identityOf(event, deployment),
    idempotencyKey: readIdempotencyKey(event),
    address: identity?.sourceIp ?? '',
    userAgent: identity?.userAgent ?? '',
  }
}
