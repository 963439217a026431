import { printLine, systemClock } from '../../shared/aws/process.ts'
import { metricLine, printedLine } from '../../shared/metrics.ts'
import { accessControl } from '../access.ts'
import { type Audit, callerIn, createAudit, type LostEvents } from '../audit.ts'
import type { WithIssuers } from '../local-deployment.ts'
import type { LogLine } from '../ports.ts'
import { eventBridge } from './event-bridge.ts'
import { ownConfig } from './process.ts'

/**
 * Returns the audit of a function in Region `here`, and its log. If AUDIT_BUS is set, requests are events on that bus, in the same Region;
 * what may not be there is a line in the log, which counts as `AuditLost`.
 */
export function auditOf({ name: deployment, issuers }: Pick<WithIssuers, 'name' | 'issuers'>, here: string): Audit {
  const log = (line: LogLine) => printLine(printedLine(line, deployment, systemClock.now()))
  const { AUDIT_BUS: busName = '' } = process.env
  if (busName === '') return { log, audited: handle => handle }
  const bus = eventBridge(busName, { region: here, ...ownConfig('EVENTBRIDGE') })
  const callerOf = callerIn(accessControl(issuers), systemClock)
  return createAudit({ deployment, callerOf }, { clock: systemClock, bus, log, reportLost })

  function reportLost({ events, error }: LostEvents): void {
    const counts = { AuditLost: events.length }
    const line = { outcome: 'unaudited', events, error }
    printLine(metricLine({ deployment, now: systemClock.now() }, counts, line))
  }
}
