import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { rootErrorName } from '../shared/errors.ts'
import type { EpochMs } from '../shared/time.ts'
import type { ApiPorts, LogLine } from './ports.ts'
import { type ApiResult, type Headers, respond, statusOf } from './result.ts'

/** A Lambda behind an API Gateway REST API with proxy integration. */
export type ApiHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/** Handles one request. */
export interface RequestHandler {
  /** Returns the result. If it rejects, the result is `onError` of `proxyHandler`. */
  decide(): Promise<ApiResult>
  /** Returns headers for the response to `result`, besides its own; never throws. */
  headersOf?(result: ApiResult): Headers
}

/**
 * Makes a Lambda handler: one event in, one response out, one log line, and the audit has it before the response. It never rejects: if
 * `decide` rejects, the result is `onError`. `handlerFor` gets the event and the time of its arrival, and must not throw.
 */
export function proxyHandler(
  ports: Pick<ApiPorts, 'clock' | 'log' | 'audit'>,
  onError: ApiResult,
  handlerFor: (event: APIGatewayProxyEvent, startedAt: EpochMs) => RequestHandler,
): ApiHandler {
  return async event => {
    const { requestId } = event.requestContext
    const startedAt = ports.clock.now()
    const handler = handlerFor(event, startedAt)
    const { result, line } = await runLogged(() => handler.decide(), { requestId, startedAt, onError }, ports)
    const items = result.kind === 'nonce-refusal' ? [] : (result.items ?? [])
    await ports.audit?.(event, startedAt, [...items, line])
    return respond(result, requestId, handler.headersOf?.(result))
  }
}

/** What a log line needs besides the result, and the result if there is an error. */
export interface LogContext {
  readonly requestId: string
  readonly startedAt: EpochMs
  readonly onError: ApiResult
  /** Position in the batch, from 0, if the result is of one item. */
  readonly item?: number
}

/** A result, and its line in the log. */
export interface Logged {
  readonly result: ApiResult
  readonly line: LogLine
}

/**
 * Runs `decide` and writes its log line. Returns both; the result is `onError` if `decide` rejects, which no other function catches.
 * Never rejects.
 */
export async function runLogged(
  decide: () => Promise<ApiResult>,
  { requestId, startedAt, onError, item }: LogContext,
  { clock, log }: Pick<ApiPorts, 'clock' | 'log'>,
): Promise<Logged> {
  let result = onError
  let error: unknown
  try {
    result = await decide()
    error = result.kind === 'done' ? result.error : undefined
  } catch (cause) {
    error = cause
  }
  const { linkId } = result
  const line: LogLine = {
    outcome: result.kind === 'done' ? result.outcome : 'refused',
    status: statusOf(result),
    ...(result.kind === 'done' ? {} : { reason: result.reason }),
    ...(linkId === undefined ? {} : { linkId }),
    ...(item === undefined ? {} : { item }),
    requestId,
    ms: clock.now() - startedAt,
    ...(error === undefined ? {} : { error: rootErrorName(error) }),
  }
  log(line)
  return { result, line }
}
