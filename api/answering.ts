import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { rootNameOf } from '../shared/root-name.ts'
import { type Answer, respond, statusOf } from './answer.ts'
import type { Ports } from './ports.ts'

/** A Lambda behind an API Gateway REST API with proxy integration. */
export type ApiHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/**
 * Makes the function around what decides the answer: request in, answer out, one log line. It never rejects: what goes
 * wrong inside is answered with `fault`.
 */
export function answering(
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
  decide: (event: APIGatewayProxyEvent) => Promise<Answer>,
  fault: Answer,
): ApiHandler {
  return async event => {
    const startedAt = clock.now()
    const { requestId } = event.requestContext
    const { answer, error } = await settle(() => decide(event), fault)
    const { outcome, linkId } = answer
    log({
      outcome,
      status: statusOf(answer),
      ...(answer.outcome === 'refused' ? { reason: answer.reason } : {}),
      ...(linkId === undefined ? {} : { linkId }),
      requestId,
      ms: clock.now() - startedAt,
      ...(error === undefined ? {} : { error }),
    })
    return respond(answer, requestId)
  }
}

/** The one place where a fault becomes an answer. */
async function settle(
  deciding: () => Promise<Answer>,
  fault: Answer,
): Promise<{ readonly answer: Answer; readonly error?: string }> {
  try {
    return { answer: await deciding() }
  } catch (error) {
    return { answer: fault, error: rootNameOf(error) }
  }
}
