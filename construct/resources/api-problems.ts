import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import { tokenChallenge, tokenRefusals, tokenRefusalTitle, uncheckedToken } from '../../shared/token-refusal.ts'

/** An error of API Gateway, and what it becomes. */
interface Problem {
  readonly type: apigateway.ResponseType
  /** @default the error's own */
  readonly status?: number
  readonly title: string
  /** A name, or a variable of API Gateway in quotes. @default gateway */
  readonly reason?: string
  /** Text, or a variable of API Gateway. @default API Gateway's own text */
  readonly detail?: string
  readonly headers?: Readonly<Record<string, string>>
}

const problems: readonly Problem[] = [
  { type: apigateway.ResponseType.DEFAULT_4XX, title: 'The request was refused' },
  // Throttling is per second, over all callers in the Region.
  {
    type: apigateway.ResponseType.THROTTLED,
    title: 'There are too many requests',
    headers: { 'retry-after': '1' },
  },
  { type: apigateway.ResponseType.DEFAULT_5XX, title: 'The request could not be completed' },
]

const unchecked = {
  status: 503,
  title: uncheckedToken.title,
  reason: uncheckedToken.reason,
  detail: uncheckedToken.detail,
  headers: { 'retry-after': String(uncheckedToken.retryAfterSeconds) },
} as const

/** Of an API with an authorizer: what the authorizer says of a token, and what it is if it says nothing. */
const tokenProblems: readonly Problem[] = [
  {
    // Denied by the authorizer, whose words are in its context (API Gateway, "Output from an API Gateway Lambda authorizer").
    type: apigateway.ResponseType.ACCESS_DENIED,
    status: 401,
    title: tokenRefusalTitle,
    reason: '$context.authorizer.reason',
    detail: '$context.authorizer.detail',
    headers: { 'www-authenticate': tokenChallenge.refused },
  },
  {
    type: apigateway.ResponseType.UNAUTHORIZED,
    status: 401,
    title: tokenRefusalTitle,
    reason: 'token-required',
    detail: tokenRefusals['token-required'],
    headers: { 'www-authenticate': tokenChallenge.absent },
  },
  // It failed: which of the two API Gateway sends is not documented for every failure.
  { type: apigateway.ResponseType.AUTHORIZER_FAILURE, ...unchecked },
  { type: apigateway.ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...unchecked },
]

/** Makes errors of API Gateway itself problems, like ours (RFC 9457); with `hasTokens`, also those of its authorizer. */
export function addProblemResponses(api: apigateway.RestApi, { hasTokens }: { readonly hasTokens: boolean }): void {
  for (const problem of hasTokens ? [...problems, ...tokenProblems] : problems) addProblem(api, problem)
}

function addProblem(api: apigateway.RestApi, { type, status, title, reason = 'gateway', detail, headers }: Problem) {
  const texts = detail === undefined ? '$context.error.messageString' : `"${detail}"`
  const body = `{"type":"urn:once-at-edge:problem:${reason}","title":"${title}","status":${status ?? '$context.status'},"detail":${texts},"reason":"${reason}","requestId":"$context.requestId"}`
  api.addGatewayResponse(type.responseType, {
    type,
    ...(status !== undefined && { statusCode: String(status) }),
    templates: { 'application/json': body },
    responseHeaders: {
      'cache-control': "'no-store'",
      'content-type': "'application/problem+json'",
      ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, `'${value}'`])),
    },
  })
}
