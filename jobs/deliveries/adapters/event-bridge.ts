import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { eventSource } from '../../../shared/webhook.ts'
import type { EventBus } from '../ports.ts'

/** Timeout of a request with all its attempts, in milliseconds. */
const requestMs = 5000

/** Creates a client of an EventBridge bus, by name, in any Region. The SDK makes at most three attempts of a request. */
export function eventBridge(busName: string, region: string): EventBus {
  const client = new EventBridgeClient({ region, maxAttempts: 3 })
  return {
    async put({ type, at, detail }) {
      const entry = { EventBusName: busName, Source: eventSource, DetailType: type, Time: new Date(at * 1000) }
      const command = new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] })
      const { FailedEntryCount = 0 } = await client.send(command, { abortSignal: AbortSignal.timeout(requestMs) })
      if (FailedEntryCount > 0) throw new Error('EventBridge rejected the event')
    },
  }
}
