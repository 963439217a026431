import { type ClientConfig, createAwsJsonClient } from '../../shared/aws/aws-json-client.ts'
import { ownConfig, printLine, systemClock } from '../../shared/aws/process.ts'
import { metricLine, printedLine } from '../../shared/metrics.ts'
import { eventSource } from '../../shared/webhook.ts'
import { accessControl } from '../access.ts'
import { type AuditBus, createAudit, type LostEvents } from '../audit.ts'
import type { WithIssuers } from '../local-deployment.ts'
import type { LogLine, Ports } from '../ports.ts'

/**
 * Returns the log and the audit of a function in Region `here`. If AUDIT_BUS is set, requests are events on that bus, in the same Region;
 * what may not be there is a line in the log, which counts as `AuditLost`. Without it there is no audit.
 */
export function logAndAudit(
  { name: deployment, issuers }: Pick<WithIssuers, 'name' | 'issuers'>,
  here: string,
): Pick<Ports, 'log' | 'audit'> {
  const log = (line: LogLine) => printLine(printedLine(line, deployment, systemClock.now()))
  const { AUDIT_BUS: busName = '' } = process.env
  if (busName === '') return { log }
  const bus = eventBridge(busName, { region: here, ...ownConfig('EVENTBRIDGE') })
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

const protocol = { service: 'events', jsonVersion: '1.1', targetPrefix: 'AWSEvents' } as const

/** Detail type of the events of the audit. */
const detailType = 'Audit'

/** Makes a client of the EventBridge bus `busName` in one Region. Makes one attempt of each request. */
export function eventBridge(busName: string, config: ClientConfig): AuditBus {
  const client = createAwsJsonClient(protocol, config)
  return {
    async put(events, timeoutMs) {
      const input = {
        Entries: events.map(event => ({
          EventBusName: busName,
          Source: eventSource,
          DetailType: detailType,
          Time: Date.parse(event.at) / 1000,
          Detail: JSON.stringify(event),
        })),
      }
      const { Entries } = (await client.call('PutEvents', input, timeoutMs)) as { Entries?: unknown }
      if (!Array.isArray(Entries)) throw new Error('PutEvents: no entries in the response')
      return events.filter((_, index) => !isAccepted(Entries[index]))
    },
  }
}

function isAccepted(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'EventId' in entry
}
