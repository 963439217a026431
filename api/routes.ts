import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Access, Verb } from '../shared/issuers.ts'
import { refuseVerb } from './access.ts'
import type { QuotaMeter } from './quota.ts'
import { type ApiResult, refuse } from './result.ts'

/** What a request with this method and path does. */
export interface ApiRoute<Context> {
  readonly method: string
  /** `{id}` is the id of a link or of an upload. */
  readonly path: string
  /** What its caller must be allowed to do. */
  readonly verb: Verb
  /** The other thing that it must be allowed to do. @default none */
  readonly otherVerb?: Verb
  /** It charges the quota itself. @default it costs one request */
  readonly charges?: true
  run(event: APIGatewayProxyEvent, context: Context): Promise<ApiResult>
}

/** What every route needs. */
export interface RouteContext {
  readonly access: Access
  readonly meter: QuotaMeter
}

/**
 * Runs the route of a request, unless its caller lacks the verb or has used up its quota. A refusal of path or method takes precedence over
 * the quota, but costs a request, too.
 */
export async function runRoute<Context extends RouteContext>(
  event: APIGatewayProxyEvent,
  routes: readonly ApiRoute<Context>[],
  context: Context,
): Promise<ApiResult> {
  const { path, httpMethod } = event
  const isPath = routes.some(route => route.path === path)
  const known = isPath ? path : path.replace(/^(\/[^/]+)\/[^/]*/, '$1/{id}')
  const here = routes.filter(route => route.path === known)
  const route = here.find(({ method }) => method === httpMethod)
  if (route === undefined) {
    await context.meter.chargeRequest(1)
    const allow = here.map(({ method }) => method).join(', ')
    return here.length === 0 ? refuse('no-such-route') : refuse('method-not-allowed', { headers: { allow } })
  }
  const { verb, otherVerb = verb } = route
  const notAllowed = refuseVerb(verb, context.access) ?? refuseVerb(otherVerb, context.access)
  if (notAllowed !== undefined) return notAllowed
  const overQuota = route.charges ? undefined : await context.meter.chargeRequest(1)
  return overQuota ?? route.run(event, context)
}
