import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { rootErrorName } from '../shared/errors.ts'
import type { Access, Issuer } from '../shared/callers/issuers.ts'
import type { EpochMs } from '../shared/time.ts'
import { accessControl } from './access.ts'
import type { ApiPorts, LogLine } from './ports.ts'
import { type ApiResult, respond, statusOf } from './result.ts'
import { type RouteContext, type RouteTable, runRoute } from './routes.ts'

/** A Lambda behind an API Gateway REST API with proxy integration. */
export type ApiHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/** What a handler needs besides its routes. */
interface HandlerOptions {
  readonly ports: Pick<ApiPorts, 'clock' | 'log' | 'audit'>
  readonly issuers: readonly Issuer[] | undefined
  /** The result of a request after an error. */
  readonly onError: ApiResult
}

/**
 * Makes a Lambda handler: one event in, one response out, one log line, and the audit has it before the response. It never rejects, and
 * refuses a caller that is no issuer before it looks at anything else. `contextFor` gets the event of an issuer, what it may do and the
 * time of arrival.
 */
export function proxyHandler<Id extends string, Context extends RouteContext>(
  { ports, issuers, onError }: HandlerOptions,
  table: RouteTable<Id, Context>,
  contextFor: (event: APIGatewayProxyEvent, access: Access, startedAt: EpochMs) => Context,
): ApiHandler {
  const admit = accessControl(issuers)
  return async event => {
    const { requestId } = event.requestContext
    const startedAt = ports.clock.now()
    let meter: RouteContext['meter']
    async function decide(): Promise<ApiResult> {
      const admitted = admit(event, startedAt)
      if (admitted.kind !== 'admitted') return admitted
      const context = contextFor(event, admitted.access, startedAt)
      meter = context.meter
      return runRoute(event, table, context)
    }
    const { result, line } = await runLogged(decide, { requestId, startedAt, onError }, ports)
    const items = result.kind === 'nonce-refusal' ? [] : (result.items ?? [])
    await ports.audit?.(event, startedAt, [...items, line])
    return respond(result, requestId, meter?.headersOf(result))
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
