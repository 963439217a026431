import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { rootErrorName } from '../shared/errors.ts'
import type { EpochMs } from '../shared/time.ts'
import type { Ports } from './ports.ts'
import { type ApiResult, type Headers, respond, statusOf } from './result.ts'

/** A Lambda behind an API Gateway REST API with proxy integration. */
export type ApiHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/** One request on its way to an answer. */
export interface RequestHandler {
  /** Decides the answer. What it rejects with becomes the fault. */
  decide(): Promise<ApiResult>
  /** The headers that this answer has beside its own, once it is there; never throws. */
  headersOf?(answer: ApiResult): Headers
}

/**
 * Makes the function around what decides the answer: request in, answer out, one log line. It never rejects: what goes
 * wrong inside is answered with `fault`. `visit` is told the event and when it came, and may not throw.
 */
export function proxyHandler(
  ports: Pick<Ports, 'clock' | 'log'>,
  fault: ApiResult,
  visit: (event: APIGatewayProxyEvent, startedAt: EpochMs) => RequestHandler,
): ApiHandler {
  return async event => {
    const { requestId } = event.requestContext
    const startedAt = ports.clock.now()
    const visiting = visit(event, startedAt)
    const answer = await runLogged(() => visiting.decide(), { requestId, startedAt, fault }, ports)
    return respond(answer, requestId, visiting.headersOf?.(answer))
  }
}

/** What a log line says beside the answer, and what the answer is when something goes wrong. */
export interface LogContext {
  readonly requestId: string
  readonly startedAt: EpochMs
  readonly fault: ApiResult
  /** Of a batch: which of its items. */
  readonly item?: number
}

/** What was decided, with its line in the log. Never rejects. */
export async function runLogged(
  decide: () => Promise<ApiResult>,
  { requestId, startedAt, fault, item }: LogContext,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
): Promise<ApiResult> {
  const { answer, error } = await settle(decide, fault)
  const { outcome, linkId } = answer
  log({
    outcome,
    status: statusOf(answer),
    ...(answer.outcome === 'refused' ? { reason: answer.reason } : {}),
    ...(linkId === undefined ? {} : { linkId }),
    ...(item === undefined ? {} : { item }),
    requestId,
    ms: clock.now() - startedAt,
    ...(error === undefined ? {} : { error }),
  })
  return answer
}

/** The one place where a fault becomes an answer. */
async function settle(
  deciding: () => Promise<ApiResult>,
  fault: ApiResult,
): Promise<{ readonly answer: ApiResult; readonly error?: string }> {
  try {
    const answer = await deciding()
    const error = answer.outcome === 'refused' ? undefined : answer.error
    return { answer, ...(error === undefined ? {} : { error: rootErrorName(error) }) }
  } catch (error) {
    return { answer: fault, error: rootErrorName(error) }
  }
}
