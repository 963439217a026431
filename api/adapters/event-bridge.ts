import { type ClientConfig, createAwsJsonClient } from '../../shared/aws/aws-json-client.ts'
import { eventSource } from '../../shared/webhook.ts'
import type { AuditBus } from '../audit.ts'

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
