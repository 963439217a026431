import { type ApiReason, apiRefusals } from '../../shared/api-refusal.ts'
import { type Reason, refusalFor, uniformRefusal } from '../../shared/refusal.ts'
import { type TokenReason, tokenRefusals, tokenRefusalTitle } from '../../shared/token-refusal.ts'

/** Example of a request or response. */
export interface Example {
  /** One sentence, for people. */
  readonly summary: string
  readonly value: object
}

/** Where a response leads: an operation, with its parameters by name, each a runtime expression (OpenAPI 3.1, "Link Object"). */
export interface ResponseLink {
  readonly operationId: string
  readonly description: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Successful response of an operation. */
export interface Success {
  readonly status: 200 | 201 | 204 | 302 | 303
  readonly description: string
  /** Name of the schema of its body; undefined if it has no body. */
  readonly schema?: string
  /** Names in `headers` of the document's components. */
  readonly headers?: readonly string[]
  readonly examples?: Readonly<Record<string, Example>>
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
  readonly tag: 'links' | 'uploads' | 'exchange' | 'viewer'
  readonly summary: string
  readonly description: string
  /** Names in `parameters` of the document's components. */
  readonly parameters: readonly string[]
  readonly body?: { readonly schema: string; readonly examples: Readonly<Record<string, Example>> }
  readonly successes: readonly Success[]
  /** Reasons of the API for refusing a request. @default none */
  readonly apiReasons?: readonly ApiReason[]
  /** Reasons for refusing a nonce. @default none */
  readonly reasons?: readonly Reason[]
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
    tag === 'viewer' ? [] : [...ofTokens, ...gatewayRefusals, ...(body === undefined ? [] : gatewayBodyRefusals)]
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
