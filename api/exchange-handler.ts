import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { routeFrom } from '../shared/route.ts'
import { type ApiResult, refuseNonce, refuse } from './result.ts'
import { proxyHandler, type ApiHandler } from './proxy-handler.ts'
import { exchange, type ExchangeCaller, type ExchangeContext } from './exchange.ts'
import type { ExchangePorts } from './ports.ts'
import { identityOf, readIdempotencyKey, readJson } from './request.ts'

/** The function behind `/exchange`. What goes wrong is a 503. `region` is the one in which it runs. */
export function createExchangeHandler(ports: ExchangePorts, deployment: Deployment, region: string): ApiHandler {
  const context = { ports, deployment, route: routeFrom(region, deployment), region }
  const fault = refuseNonce('failed', deployment.uniformRefusals)
  return proxyHandler(ports, fault, event => ({ decide: () => route(event, context) }))
}

async function route(event: APIGatewayProxyEvent, context: ExchangeContext): Promise<ApiResult> {
  if (event.path !== '/exchange') return refuse('no-such-route')
  if (event.httpMethod !== 'POST') return refuse('method-not-allowed', { headers: { allow: 'POST' } })
  // `test-invoke-method` sends a body without any header, unless it is told to.
  const body = readJson(event, { assumedType: 'application/json' })
  return 'outcome' in body ? body : exchange(body.json, callerOf(event), context)
}

function callerOf(event: APIGatewayProxyEvent): ExchangeCaller {
  const { identity } = event.requestContext
  return {
    identity: identityOf(event),
    idempotencyKey: readIdempotencyKey(event),
    address: identity?.sourceIp ?? '',
    userAgent: identity?.userAgent ?? '',
  }
}
