import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { eventSource } from '../../../shared/webhook.ts'
import { type EventBus, requestMs } from '../ports.ts'

/**
 * Creates a client of an EventBridge bus, by name or ARN, in any Region. The SDK makes at most three attempts of a
 * request, within `requestMs` in all. A repeat may publish an event twice, as EventBridge itself may; its content is
 * the same.
 */
export function eventBridge(busName: string, region: string): EventBus {
  const client = new EventBridgeClient({ region, maxAttempts: 3 })
  return {
    async put(events) {
      const command = new PutEventsCommand({
        Entries: events.map(({ type, at, detail }) => ({
          EventBusName: busName,
          Source: eventSource,
          DetailType: type,
          Time: new Date(at * 1000),
          Detail: JSON.stringify(detail),
        })),
      })
      const { Entries = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(requestMs) })
      return events.map((_, index) =>
        Entries[index]?.EventId ? undefined : (Entries[index]?.ErrorCode ?? 'no response'),
      )
    },
  }
}
