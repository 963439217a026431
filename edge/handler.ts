import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { rootNameOf } from '../shared/root-name.ts'
import type { LogLine, Ports } from './ports.ts'
import { type Opening, parse } from './parse.ts'
import { type Outcome, redeem } from './redeem.ts'
import { respond } from './respond.ts'

/** How a deployment wants its viewers answered. */
export interface EdgeSettings {
  /** `http` only for an emulator on a laptop. */
  readonly scheme: 'https' | 'http'
  readonly uniformRefusals: boolean
}

/** A Lambda@Edge viewer-request function. */
export type EdgeHandler = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/**
 * The function behind `/d/*`: event in, response out, one log line. It always answers and never passes the request on,
 * so nothing can be had from the origin through this path. It never rejects: what goes wrong here is a 503.
 */
export function createHandler(ports: Ports, { scheme, uniformRefusals }: EdgeSettings): EdgeHandler {
  return async event => {
    const startedAt = ports.clock.now()
    const opening = parse(event)
    const { outcome, error } = await settle(() => redeem(opening, ports, scheme))
    ports.log({
      ...lineFor(opening, outcome),
      ms: ports.clock.now() - startedAt,
      ...(error === undefined ? {} : { error }),
    })
    return respond(outcome, opening, uniformRefusals)
  }
}

/** The one place where a fault becomes an answer: fail closed. */
async function settle(redeeming: () => Promise<Outcome>): Promise<{ outcome: Outcome; error?: string }> {
  try {
    return { outcome: await redeeming() }
  } catch (error) {
    return { outcome: { kind: 'refused', reason: 'failed' }, error: rootNameOf(error) }
  }
}

function lineFor({ requestId }: Opening, outcome: Outcome): Omit<LogLine, 'ms' | 'error'> {
  switch (outcome.kind) {
    case 'redeemed':
      return { outcome: 'redeemed', linkId: outcome.linkId, requestId }
    case 'described':
      return { outcome: 'described', requestId }
    case 'refused':
      return {
        outcome: 'refused',
        reason: outcome.reason,
        ...(outcome.linkId ? { linkId: outcome.linkId } : {}),
        requestId,
      }
  }
}
