import { type ApiReason, apiRefusals } from '../../shared/api/refusal.ts'
import type { ApiRoute } from '../../shared/api/routes.ts'
import { type Reason, refusalFor, uniformRefusal } from '../../shared/refusal.ts'
import { type TokenReason, tokenRefusals, tokenRefusalTitle } from '../../shared/api/token-refusal.ts'

/** Example of a request or response. */
export interface Example {
  /** One sentence, for people. */
  readonly summary: string
  readonly value: object
}

type Examples = Readonly<Record<string, Example>>

/** Where a response leads: an operation, with its parameters by name, each a runtime expression (OpenAPI 3.1, "Link Object"). */
export interface ResponseLink {
  readonly operationId: string
  readonly description: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Successful response of an operation. */
export interface Success {
  readonly status: number
  readonly description: string
  /** Name of the schema of its body; undefined if it has no body. */
  readonly schema?: string | undefined
  /** Names in `headers` of the document's components. */
  readonly headers?: readonly string[]
  readonly examples?: Examples
  /** What to do next, by name. */
  readonly links?: Readonly<Record<string, ResponseLink>>
  /** Whether the body may be HTML, besides JSON. */
  readonly alsoHtml?: boolean
}

/** One method of one path. */
export interface Operation {
  readonly id: string
  readonly method: 'get' | 'post' | 'delete' | 'head' | 'options'
  readonly path: string
  readonly tag: 'links' | 'uploads' | 'exchange' | 'received' | 'viewer'
  readonly summary: string
  readonly description: string
  /** Names in `parameters` of the document's components. */
  readonly parameters: readonly string[]
  readonly body?: { readonly schema: string; readonly examples: Examples }
  readonly successes: readonly Success[]
  /** Reasons of the API for refusing a request. @default none */
  readonly apiReasons?: readonly ApiReason[]
  /** Reasons for refusing a nonce. @default none */
  readonly reasons?: readonly Reason[]
}

/** What the document says of a route with these responses, beside its row in shared/api/routes.ts. */
interface RouteText<Status extends number> extends Pick<
  Operation,
  'summary' | 'description' | 'apiReasons' | 'reasons'
> {
  /** Headers of its requests: names in `parameters` of the document's components. @default none */
  readonly headers?: readonly string[]
  /** Examples of its body. @default none */
  readonly examples?: Examples
  /** Headers of responses are without those of the quota. */
  readonly responses: Readonly<Record<Status, Omit<Success, 'status' | 'schema'>>>
}

type Routes = Readonly<Record<string, Omit<ApiRoute, 'verb'>>>

/** What the document says of each route of a table. */
export type RouteTexts<R extends Routes> = {
  readonly [Id in keyof R]: RouteText<keyof R[Id]['responses'] & number>
}

/** Reasons that refuse a body. */
export const bodyReasons = ['not-json', 'body-too-large', 'invalid-json', 'invalid-fields'] as const

/** Headers of responses that say how much of the quota is left. Requests for an exchange don't count. */
export const quotaHeaders = (tag: Operation['tag']): readonly string[] =>
  tag === 'links' || tag === 'uploads' ? ['RateLimit', 'RateLimit-Policy'] : []

/** Returns the operations of a table of routes. */
export function operationsOf<R extends Routes>(
  tag: Operation['tag'],
  routes: R,
  texts: RouteTexts<R>,
): readonly Operation[] {
  const quota = quotaHeaders(tag)
  const onlyCounted = <T>(reason: T) => (quota.length > 0 ? [reason] : [])
  return Object.entries(routes).map(([id, { method, path, body, query = [], responses }]) => {
    const { headers = [], examples = {}, responses: said, apiReasons = [], ...others } = texts[id] as RouteText<number>
    return {
      ...others,
      id,
      tag,
      path,
      method: method.toLowerCase() as Lowercase<typeof method>,
      parameters: [...(path.includes('{id}') ? [tag === 'links' ? 'id' : 'uploadId'] : []), ...headers, ...query],
      ...(body !== undefined && { body: { schema: body, examples } }),
      successes: Object.entries(said).map(([text, { headers: own = [], ...response }]) => {
        const status = Number(text)
        return { ...response, status, schema: responses[status], headers: [...own, ...quota] }
      }),
      apiReasons: [
        ...(tag === 'received'
          ? (['upload-token'] as const)
          : (['token-expired', 'not-an-issuer', 'verb-not-allowed'] as const)),
        ...onlyCounted('too-many-requests' as const),
        ...(body === undefined ? [] : bodyReasons),
        ...apiReasons,
        ...(tag === 'received' ? (['unavailable'] as const) : onlyCounted('unavailable' as const)),
      ],
    }
  })
}

/** A refusal, as the document shows it. */
export interface OperationRefusal {
  readonly reason: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly retryAfterSeconds?: number
}

/** Returns the refusals of an operation, in order of precedence. */
export function refusalsOf({ apiReasons = [], reasons = [], tag, body }: Operation): readonly OperationRefusal[] {
  const uniform = reasons.some(reason => refusalFor(reason).aboutTheNonce) ? [uniformRefusal] : []
  const gateway =
    tag === 'viewer'
      ? []
      : [
          ...(tag === 'received' ? [] : ofTokens),
          ...gatewayRefusals,
          ...(body === undefined ? [] : gatewayBodyRefusals),
        ]
  const ofApi = apiReasons.map(reason => ({ reason, ...apiRefusals[reason] }))
  const ofNonces = reasons.map(reason => ({ reason, ...refusalFor(reason) }))
  return [...gateway, ...ofApi, ...ofNonces, ...uniform]
}

/** Refusals of the token API by its authorizer. That of an expired token is also one of the API itself. */
const ofTokens = (Object.keys(tokenRefusals) as TokenReason[])
  .filter(reason => reason !== 'token-expired')
  .map((reason): OperationRefusal => ({ reason, status: 401, title: tokenRefusalTitle, detail: tokenRefusals[reason] }))

const refused = { reason: 'gateway', title: 'The request was refused' }

/** Refusals of API Gateway itself, with its own texts (AWS, "Gateway response types for API Gateway"). */
const gatewayRefusals: readonly OperationRefusal[] = [
  { ...refused, status: 403, detail: 'Missing Authentication Token' },
  { ...refused, status: 429, title: 'There are too many requests', detail: 'Too Many Requests', retryAfterSeconds: 1 },
]

/** Further refusals of API Gateway, for requests with a body. */
const gatewayBodyRefusals: readonly OperationRefusal[] = [
  { ...refused, status: 400, detail: 'Invalid request body' },
  { ...refused, status: 413, detail: 'Request Too Long' },
]
