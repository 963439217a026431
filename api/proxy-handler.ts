import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { rootErrorName } from '../shared/errors.ts'
import type { EpochMs } from '../shared/time.ts'
import type { Ports } from './ports.ts'
import { type Answer, type Headers, respond, statusOf } from './result.ts'

/** A Lambda behind an API Gateway REST API with proxy integration. */
export type ApiHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/** One request on its way to an answer. */
export interface Visit {
  /** Decides the answer. What it rejects with becomes the fault. */
  decide(): Promise<Answer>
  /** The headers that this answer has beside its own, once it is there; never throws. */
  headersOf?(answer: Answer): Headers
}

/**
 * Makes the function around what decides the answer: request in, answer out, one log line. It never rejects: what goes
 * wrong inside is answered with `fault`. `visit` is told the event and when it came, and may not throw.
 */
export function answering(
  ports: Pick<Ports, 'clock' | 'log'>,
  fault: Answer,
  visit: (event: APIGatewayProxyEvent, startedAt: EpochMs) => Visit,
): ApiHandler {
  return async event => {
    const { requestId } = event.requestContext
    const startedAt = ports.clock.now()
    const visiting = visit(event, startedAt)
    const answer = await answered(() => visiting.decide(), { requestId, startedAt, fault }, ports)
    return respond(answer, requestId, visiting.headersOf?.(answer))
  }
}

/** What a log line says beside the answer, and what the answer is when something goes wrong. */
export interface About {
  readonly requestId: string
  readonly startedAt: EpochMs
  readonly fault: Answer
  /** Of a batch: which of its items. */
  readonly item?: number
}

/** What was decided, with its line in the log. Never rejects. */
export async function answered(
  decide: () => Promise<Answer>,
  { requestId, startedAt, fault, item }: About,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
): Promise<Answer> {
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
  deciding: () => Promise<Answer>,
  fault: Answer,
): Promise<{ readonly answer: Answer; readonly error?: string }> {
  try {
    const answer = await deciding()
    const error = answer.outcome === 'refused' ? undefined : answer.error
    return { answer, ...(error === undefined ? {} : { error: rootErrorName(error) }) }
  } catch (error) {
    return { answer: fault, error: rootErrorName(error) }
  }
}
