import type { APIGatewayProxyEvent } from 'aws-lambda'
import { rootErrorName } from '../shared/errors.ts'
import type { LinkId } from '../shared/link.ts'
import { type Clock, type EpochMs, plusMs, rfc3339, secondsOf } from '../shared/time.ts'
import type { AccessControl } from './access.ts'
import type { LogLine } from './ports.ts'
import { principalOf } from './principal.ts'
import type { ApiHandler } from './proxy-handler.ts'

/** What a caller did, or was refused. Never a nonce, an object key, a body, an Idempotency-Key or a token. */
export interface AuditEvent {
  /** The same if the event comes twice. */
  readonly eventId: string
  readonly deployment: string
  readonly action: 'issue' | 'read' | 'revoke' | 'exchange' | 'unknown'
  readonly outcome: 'done' | 'refused'
  /** Why it was refused. */
  readonly reason?: string
  /** Id of the link, if it is about one. */
  readonly id?: LinkId
  /** Id of the issuer; absent if the caller is none, or if no issuers are configured. */
  readonly issuer?: string
  /** ARN of the caller, or `token/`, provider and subject. */
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

/** Returns who calls. */
export type CallerOf = (event: APIGatewayProxyEvent) => Pick<AuditEvent, 'caller' | 'issuer'>

/** Returns who calls, by the access control that the handler has too. */
export function callerIn(admit: AccessControl, clock: Pick<Clock, 'now'>): CallerOf {
  return event => {
    const principal = principalOf(event)
    const admitted = admit(event, clock.now())
    const issuer = admitted.kind === 'admitted' ? admitted.access?.id : undefined
    const caller = principal.kind === 'iam' ? principal.arn : `token/${principal.provider}/${principal.subject}`
    return { caller, ...(issuer !== undefined && { issuer }) }
  }
}

/** What the audit needs from outside. */
export interface AuditPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly bus: AuditBus
  readonly log: (line: LogLine) => void
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
 * Time for all events of a request, in milliseconds. A batch may take 26 s of the 28 of its function before (api/batch.ts).
 */
export const auditMs = 1500

/** Attempts within that time. */
const maxAttempts = 2

/** An audit of one function. */
export interface Audit {
  /** The log for the handler: the audit learns from it what became of a request. */
  readonly log: (line: LogLine) => void
  /** Makes a handler whose events are on the bus before its response, or reported as lost; the response is that of `handle`. */
  readonly audited: (handle: ApiHandler) => ApiHandler
}

/**
 * Makes the audit of a function: an event for each issue, revocation, exchange and refusal, in a batch for each link. If the bus
 * fails, the response is the same.
 */
export function createAudit(
  { deployment, callerOf }: { readonly deployment: string; readonly callerOf: CallerOf },
  ports: AuditPorts,
): Audit {
  const lines = new Map<string, LogLine[]>()
  return {
    log(line) {
      ports.log(line)
      if (isAudited(line)) lines.get(line.requestId)?.push(line)
    },
    audited: handle => async event => {
      const { requestId } = event.requestContext
      const written: LogLine[] = []
      lines.set(requestId, written)
      const caller = callerOf(event) // as the handler sees it: a token may end before the response
      const response = await handle(event)
      lines.delete(requestId)
      const at = rfc3339(secondsOf(ports.clock.now()))
      const about = { deployment, action: actionOf(event), ...caller, requestId, at }
      const events = written.map(line => ({ ...eventOf(line), ...about }))
      await record(events, ports)
      return response
    },
  }
}

/** What was shown or listed is no event; a batch has one for each of its links. */
function isAudited({ outcome }: LogLine): boolean {
  return outcome !== 'shown' && outcome !== 'listed' && outcome !== 'batched'
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

function actionOf({ httpMethod: method, path }: APIGatewayProxyEvent): AuditEvent['action'] {
  if (path === '/exchange') return 'exchange'
  if (!/^\/links(\/[^/]*)?$/.test(path)) return 'unknown'
  const actions: Readonly<Record<string, AuditEvent['action']>> = { POST: 'issue', GET: 'read', DELETE: 'revoke' }
  return actions[method] ?? 'unknown'
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
