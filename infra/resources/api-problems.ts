import * as apigateway from 'aws-cdk-lib/aws-apigateway'
import { tokenChallenge, tokenRefusals, tokenRefusalTitle, uncheckedToken } from '../../shared/api/token-refusal.ts'

const { ResponseType } = apigateway

/** An error of API Gateway, and what it becomes. */
interface Problem {
  readonly type: apigateway.ResponseType
  /**
   * The response's status, and that in its body: a template can't name the status of the response, since `$context.status` is for
   * access logs only (API Gateway, "Mapping template and access logging variable reference"). @default its own, and none in the body
   */
  readonly status?: number
  readonly title: string
  /** A name, or a variable of API Gateway. @default gateway */
  readonly reason?: string
  /** Text, or a variable of API Gateway. @default API Gateway's own text */
  readonly detail?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The errors that an api may have, with the status that they have anyway (API Gateway, "Gateway response types"). */
const statuses: readonly (readonly [apigateway.ResponseType, number])[] = [
  [ResponseType.ACCESS_DENIED, 403],
  [ResponseType.API_CONFIGURATION_ERROR, 500],
  [ResponseType.BAD_REQUEST_BODY, 400],
  [ResponseType.BAD_REQUEST_PARAMETERS, 400],
  [ResponseType.EXPIRED_TOKEN, 403],
  [ResponseType.INTEGRATION_FAILURE, 504],
  [ResponseType.INTEGRATION_TIMEOUT, 504],
  [ResponseType.INVALID_SIGNATURE, 403],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, 403],
  [ResponseType.REQUEST_TOO_LARGE, 413],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, 415],
]

const refused = 'The request was refused'
const failed = 'The request could not be completed'
const tooMany = { title: 'There are too many requests', status: 429 }

const problems: readonly Problem[] = [
  // For types that AWS adds.
  { type: ResponseType.DEFAULT_4XX, title: refused },
  { type: ResponseType.DEFAULT_5XX, title: failed },
  // Throttling is per second, over all callers in the Region.
  { type: ResponseType.THROTTLED, ...tooMany, headers: { 'retry-after': '1' } },
  { type: ResponseType.QUOTA_EXCEEDED, ...tooMany },
  ...statuses.map(([type, status]) => ({ type, status, title: status < 500 ? refused : failed })),
]

const { retryAfterSeconds, ...uncheckedTexts } = uncheckedToken
const unchecked = { status: 503, ...uncheckedTexts, headers: { 'retry-after': String(retryAfterSeconds) } }

/** The problems of an API with an authorizer: what the authorizer says of a token, and what it is if it says nothing. */
const tokenProblems: readonly Problem[] = [
  {
    // Denied by the authorizer, whose words are in its context (API Gateway, "Output from an API Gateway Lambda authorizer").
    type: ResponseType.ACCESS_DENIED,
    status: 401,
    title: tokenRefusalTitle,
    reason: '$context.authorizer.reason',
    detail: '$context.authorizer.detail',
    headers: { 'www-authenticate': tokenChallenge.refused },
  },
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    title: tokenRefusalTitle,
    reason: 'token-required',
    detail: tokenRefusals['token-required'],
    headers: { 'www-authenticate': tokenChallenge.absent },
  },
  // It failed: which of the two API Gateway sends is not documented for every failure.
  { type: ResponseType.AUTHORIZER_FAILURE, ...unchecked },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...unchecked },
]

/** Makes errors of API Gateway itself problems, like ours (RFC 9457); with `hasTokens`, also those of its authorizer. */
export function addProblemResponses(api: apigateway.RestApi, { hasTokens }: { readonly hasTokens: boolean }): void {
  const own = hasTokens ? tokenProblems : []
  const isOwn = ({ type }: Problem) => own.some(each => each.type.responseType === type.responseType)
  for (const problem of [...problems.filter(each => !isOwn(each)), ...own]) addProblem(api, problem)
}

function addProblem(api: apigateway.RestApi, { type, status, title, reason = 'gateway', detail, headers }: Problem) {
  const texts = detail === undefined ? '$context.error.messageString' : `"${detail}"`
  const known = status === undefined ? '' : `"status":${status},`
  const body = `{"type":"urn:once-at-edge:problem:${reason}","title":"${title}",${known}"detail":${texts},"reason":"${reason}","requestId":"$context.requestId"}`
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
