import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { type EventBus, requestMs } from '../ports.ts'

/** What all our events say of where they come from. */
const source = 'once-at-edge'

/**
 * A bus of Amazon EventBridge, by name or ARN, in any Region. A request is tried three times by the SDK, within
 * `requestMs` in all: a repeat may tell an event twice, as EventBridge itself may, and never otherwise.
 */
export function eventBridge(busName: string, region: string): EventBus {
  const client = new EventBridgeClient({ region, maxAttempts: 3 })
  return {
    async put(events) {
      const command = new PutEventsCommand({
        Entries: events.map(({ type, at, detail }) => ({
          EventBusName: busName,
          Source: source,
          DetailType: type,
          Time: new Date(at * 1000),
          Detail: JSON.stringify(detail),
        })),
      })
      const { Entries = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(requestMs) })
      return events.map((_, place) =>
        Entries[place]?.EventId ? undefined : (Entries[place]?.ErrorCode ?? 'no answer'),
      )
    },
  }
}
