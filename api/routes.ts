import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { ApiRoute } from '../shared/api/routes.ts'
import type { Access } from '../shared/callers/issuers.ts'
import { refuseVerb } from './access.ts'
import type { QuotaMeter } from './quota.ts'
import { type ApiRefusal, type ApiResult, refuse } from './result.ts'

/** What every route needs. */
export interface RouteContext {
  readonly access: Access
  /** Counts the requests of the caller. @default none: they are not counted */
  readonly meter?: QuotaMeter
}

/** What a route does. */
export type RouteFunction<Context> = (event: APIGatewayProxyEvent, context: Context) => Promise<ApiResult>

/** What each route of a table does. */
export type RouteFunctions<Routes, Context> = Readonly<Record<keyof Routes, RouteFunction<Context>>>

type Routes<Id extends string> = Readonly<Record<Id, ApiRoute>>

/** What finds a route. */
type Lines<Id extends string> = Readonly<Record<Id, Pick<ApiRoute, 'method' | 'path'>>>

/** Routes, and what they do. */
export interface RouteTable<Id extends string, Context> {
  readonly routes: Routes<Id>
  readonly functions: RouteFunctions<Routes<Id>, Context>
}

/**
 * Runs the route of a request, unless its caller lacks the verb or has used up its quota. A refusal of path or method takes precedence over
 * the quota, but costs a request, too.
 */
export async function runRoute<Id extends string, Context extends RouteContext>(
  event: APIGatewayProxyEvent,
  { routes, functions }: RouteTable<Id, Context>,
  context: Context,
): Promise<ApiResult> {
  const id = findRoute(event, routes)
  if (typeof id !== 'string') {
    await context.meter?.chargeRequest(1)
    return id
  }
  const { verb, orVerb = verb, otherVerb, charges } = routes[id]
  const { access } = context
  const notAllowed =
    (refuseVerb(orVerb, access) && refuseVerb(verb, access)) ?? (otherVerb && refuseVerb(otherVerb, access))
  if (notAllowed !== undefined) return notAllowed
  const overQuota = charges ? undefined : await context.meter?.chargeRequest(1)
  return overQuota ?? functions[id](event, context)
}

/** Returns the id of the route of a request, or a refusal of its path or method. */
export function findRoute<Id extends string>(event: APIGatewayProxyEvent, routes: Lines<Id>): Id | ApiRefusal {
  const here = routesAt(event.path, routes)
  const allow = here.map(each => routes[each].method).join(', ')
  return (
    here.find(each => routes[each].method === event.httpMethod) ??
    (here.length === 0 ? refuse('no-such-route') : refuse('method-not-allowed', { headers: { allow } }))
  )
}

/** Returns the ids of the routes at a path, one for each method. */
export function routesAt<Id extends string>(path: string, routes: Lines<Id>): readonly Id[] {
  const ids = Object.keys(routes) as Id[]
  const isPath = ids.some(id => routes[id].path === path)
  const known = isPath ? path : path.replace(/^(\/[^/]+)\/[^/]*/, '$1/{id}')
  return ids.filter(id => routes[id].path === known)
}
