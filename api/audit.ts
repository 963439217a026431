import type { APIGatewayProxyEvent } from 'aws-lambda'
import { apiRoutes, receivedRoutes } from '../shared/api/routes.ts'
import { rootErrorName } from '../shared/errors.ts'
import type { LinkId } from '../shared/link.ts'
import { type Clock, type EpochMs, plusMs, rfc3339, secondsOf } from '../shared/time.ts'
import type { AccessControl } from './access.ts'
import type { Audit, LogLine } from './ports.ts'
import { principalOf } from './principal.ts'
import { routesAt } from './routes.ts'

/** What a caller did, or was refused. Never a nonce, an object key, a body, an Idempotency-Key or a token. */
export interface AuditEvent {
  /** The same if the event comes twice. */
  readonly eventId: string
  readonly deployment: string
  readonly action: 'issue' | 'read' | 'revoke' | 'replace' | 'exchange' | 'upload' | 'ask' | 'receive' | 'unknown'
  readonly outcome: 'done' | 'refused'
  /** Why it was refused. */
  readonly reason?: string
  /** Id of the link, if it is about one. */
  readonly id?: LinkId
  /** Id of the issuer; absent if the caller is none, or if no issuers are configured. */
  readonly issuer?: string
  /** ARN of the caller, or `token/`, provider and subject; empty for the person who uploads the file of a link. */
  readonly caller: string
  readonly status: number
  /** Position in the batch, from 0. */
  readonly item?: number
  readonly requestId: string
  /** RFC 3339. */
  readonly at: string
}

/** The bus that receives the events of the audit. */
export interface AuditBus {
  /**
   * Sends 1 to 10 events in one request. Returns those that the bus did not accept; rejects if that is unknown, after `timeoutMs`
   * at the latest.
   */
  put(events: readonly AuditEvent[], timeoutMs: number): Promise<readonly AuditEvent[]>
}

/** What the audit needs from outside. */
export interface AuditPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly bus: AuditBus
  /** Writes events that may not be on the bus, so that none is lost without a trace. */
  readonly reportLost: (lost: LostEvents) => void
}

/** Events that may not be on the bus, and why. */
export interface LostEvents {
  readonly events: readonly AuditEvent[]
  /** Name of the root error. */
  readonly error: string
}

/** Most events in one request (Amazon EventBridge, "PutEvents"). */
const maxEntries = 10

/**
 * Time for all events of a request, in milliseconds. A batch may take 26 s of the 28 of its function before (api/links/batch.ts).
 */
export const auditMs = 1500

/** Attempts within that time. */
const maxAttempts = 2

/**
 * Makes the audit of a function: an event for each issue, revocation, exchange, begin and end of an upload, and refusal, in a batch
 * for each link. They are on the bus before the response, or reported as lost.
 */
export function createAudit(
  { deployment, admit }: { readonly deployment: string; readonly admit: AccessControl },
  ports: AuditPorts,
): Audit {
  return async (event, arrivedAt, lines) => {
    const { requestId } = event.requestContext
    const at = rfc3339(secondsOf(ports.clock.now()))
    const about = { deployment, action: actionOf(event), ...callerOf(event, admit(event, arrivedAt)), requestId, at }
    const events = lines.filter(isAudited).map(line => ({ ...eventOf(line), ...about }))
    await record(events, ports)
  }
}

/** Returns who called, as the handler saw it: a token may have ended since. */
function callerOf(
  event: APIGatewayProxyEvent,
  admitted: ReturnType<AccessControl>,
): Pick<AuditEvent, 'caller' | 'issuer'> {
  const principal = principalOf(event)
  const issuer = admitted.kind === 'admitted' ? admitted.access.id : undefined
  const caller = principal.kind === 'iam' ? principal.arn : `token/${principal.provider}/${principal.subject}`
  return { caller, ...(issuer !== undefined && { issuer }) }
}

/** What was shown or listed is no event, and no part of an upload; a batch has one for each of its links. */
function isAudited({ outcome }: LogLine): boolean {
  return outcome !== 'shown' && outcome !== 'listed' && outcome !== 'batched' && outcome !== 'signed'
}

function eventOf({ outcome, reason, linkId, status, item, requestId }: LogLine) {
  return {
    eventId: item === undefined ? requestId : `${requestId}/${item}`,
    outcome: outcome === 'refused' ? 'refused' : 'done',
    ...(reason !== undefined && { reason }),
    ...(linkId !== undefined && { id: linkId }),
    status,
    ...(item !== undefined && { item }),
  } as const
}

function actionOf({ httpMethod, path }: APIGatewayProxyEvent): AuditEvent['action'] {
  const id = routesAt(path, apiRoutes).find(each => apiRoutes[each].method === httpMethod)
  if (id === undefined) return routesAt(path, receivedRoutes).length > 0 ? 'receive' : 'unknown'
  return id === 'replaceLink' ? 'replace' : apiRoutes[id].verb
}

/** Sends all events, ten at a time and side by side. Never rejects. */
async function record(events: readonly AuditEvent[], ports: AuditPorts): Promise<void> {
  const deadline = plusMs(ports.clock.now(), auditMs)
  const batches = Array.from({ length: Math.ceil(events.length / maxEntries) }, (_, index) =>
    events.slice(index * maxEntries, (index + 1) * maxEntries),
  )
  await Promise.all(batches.map(batch => recordBatch(batch, deadline, ports)))
}

async function recordBatch(
  batch: readonly AuditEvent[],
  deadline: EpochMs,
  { clock, bus, reportLost }: AuditPorts,
): Promise<void> {
  let events = batch
  let error = 'rejected by the bus'
  for (let attempt = 1; attempt <= maxAttempts && events.length > 0; attempt += 1) {
    const leftMs = deadline - clock.now()
    if (leftMs <= 0) break
    try {
      events = await bus.put(events, leftMs / (maxAttempts + 1 - attempt))
    } catch (cause) {
      // They may be there all the same. A second time they have the same eventId.
      error = rootErrorName(cause)
    }
  }
  if (events.length > 0) reportLost({ events, error })
}
