import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { eventBridge } from '../../shared/aws/event-bridge.ts'
import { ownConfig, printLine, systemClock } from '../../shared/aws/process.ts'
import { metricLine, printedLine } from '../../shared/metrics.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import { accessControl } from '../access.ts'
import { type AuditBus, createAudit, type LostEvents } from '../audit.ts'
import type { WithIssuers } from '../local-deployment.ts'
import type { ApiPorts, LogLine } from '../ports.ts'

/**
 * Returns the log and the audit of a function in Region `here`. If AUDIT_BUS is set, requests are events on that bus, in the same Region;
 * what may not be there is a line in the log, which counts as `AuditLost`. Without it there is no audit.
 */
export function logAndAudit(
  { name: deployment, issuers }: Pick<WithIssuers, 'name' | 'issuers'>,
  here: string,
): Pick<ApiPorts, 'log' | 'audit'> {
  const log = (line: LogLine) => printLine(printedLine(line, deployment, systemClock.now()))
  const { AUDIT_BUS: busName = '' } = process.env
  if (busName === '') return { log }
  const bus = auditBus(busName, { region: here, ...ownConfig('EVENTBRIDGE') })
  return {
    log,
    audit: createAudit({ deployment, admit: accessControl(issuers) }, { clock: systemClock, bus, reportLost }),
  }

  function reportLost({ events, error }: LostEvents): void {
    const counts = { AuditLost: events.length }
    const line = { outcome: 'unaudited', events, error }
    printLine(metricLine({ deployment, now: systemClock.now() }, counts, line))
  }
}

/** Detail type of the events of the audit. */
const detailType = 'Audit'

/** Makes the EventBridge bus `busName` in the Region of `config` the bus of an audit. Makes one attempt of each request. */
export function auditBus(busName: string, config: ClientConfig): AuditBus {
  const put = eventBridge(busName, config)
  return {
    async put(events, timeoutMs) {
      const onBus = events.map(event => ({
        type: detailType,
        at: (Date.parse(event.at) / 1000) as EpochSeconds,
        detail: event,
      }))
      const codes = await put(onBus, timeoutMs)
      return events.filter((_, index) => codes[index] !== undefined)
    },
  }
}
