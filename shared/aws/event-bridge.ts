import type { EpochSeconds } from '../time.ts'
import { eventSource } from '../webhooks/webhook.ts'
import { type ClientConfig, createAwsJsonClient } from './aws-json-client.ts'
import { ownConfig } from './process.ts'
import { repeated } from './repeated.ts'

/** An event of ours, as a bus gets it. */
export interface BusEvent {
  readonly type: string
  readonly at: EpochSeconds
  readonly detail: object
}

/**
 * Sends 1 to 10 events in one request. Returns for each the code of the error with which the bus rejected it, or undefined if the bus
 * accepted it. Rejects if the outcome is unknown, after `timeoutMs` at the latest.
 */
export type PutEvents = (events: readonly BusEvent[], timeoutMs: number) => Promise<readonly (string | undefined)[]>

const protocol = { service: 'events', jsonVersion: '1.1', targetPrefix: 'AWSEvents' } as const

/** Makes a client of an EventBridge bus, by name or ARN, in the Region of `config`. Makes one attempt of each request. */
export function eventBridge(busName: string, config: ClientConfig): PutEvents {
  const client = createAwsJsonClient(protocol, config)
  return async (events, timeoutMs) => {
    const input = {
      Entries: events.map(({ type, at, detail }) => ({
        EventBusName: busName,
        Source: eventSource,
        DetailType: type,
        Time: at,
        Detail: JSON.stringify(detail),
      })),
    }
    const { Entries } = (await client.call('PutEvents', input, timeoutMs)) as { Entries?: readonly PutEntry[] }
    if (!Array.isArray(Entries)) throw new Error('PutEvents: no entries in the response')
    return events.map((_, index) =>
      Entries[index]?.EventId ? undefined : (Entries[index]?.ErrorCode ?? 'no response'),
    )
  }
}

interface PutEntry {
  readonly EventId?: string
  readonly ErrorCode?: string
}

/**
 * Makes a client of an EventBridge bus, by name or ARN, in any Region. Makes at most three attempts of a request, within `requestMs` in
 * all. A repeat may publish an event twice, as EventBridge itself may; its content is the same.
 */
export function repeatingEventBridge(busName: string, region: string, requestMs: number) {
  const put = eventBridge(busName, { region, ...ownConfig('EVENTBRIDGE') })
  return (events: readonly BusEvent[]) => repeated(requestMs, leftMs => put(events, leftMs))
}
