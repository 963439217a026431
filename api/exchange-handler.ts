import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Access } from '../shared/issuers.ts'
import { routeFrom } from '../shared/route.ts'
import { accessControl, refuseVerb } from './access.ts'
import { exchange, type ExchangeCaller, type ExchangeContext } from './exchange.ts'
import type { ExchangePorts } from './exchange-ports.ts'
import type { WithIssuers } from './local-deployment.ts'
import { identityOf } from './principal.ts'
import { type ApiHandler, proxyHandler } from './proxy-handler.ts'
import { readIdempotencyKey, readJson } from './request.ts'
import { type ApiResult, refuse, refuseNonce } from './result.ts'

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
      return admitted.kind === 'admitted' ? decide(event, admitted.access, context) : admitted
    },
  }))
}

async function decide(event: APIGatewayProxyEvent, access: Access, context: ExchangeContext): Promise<ApiResult> {
  if (event.path !== '/exchange') return refuse('no-such-route')
  if (event.httpMethod !== 'POST') return refuse('method-not-allowed', { headers: { allow: 'POST' } })
  const notAllowed = refuseVerb('exchange', access)
  if (notAllowed !== undefined) return notAllowed
  // `test-invoke-method` sends a body without headers, unless it is given some.
  const body = readJson(event, { assumedType: 'application/json' })
  return body.kind === 'json' ? exchange(body.value, { ...callerOf(event, context), access }, context) : body
}

function callerOf(event: APIGatewayProxyEvent, { deployment }: ExchangeContext): Omit<ExchangeCaller, 'access'> {
  const { identity } = event.requestContext
  return {
    identity: identityOf(event, deployment),
    idempotencyKey: readIdempotencyKey(event),
    address: identity?.sourceIp ?? '',
    userAgent: identity?.userAgent ?? '',
  }
}
