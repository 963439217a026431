import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { serveHere } from '../machine/serve.ts'

/** One event as EventBridge received it. */
export interface PublishedEvent {
  readonly bus: string
  readonly source: string
  readonly type: string
  /** Epoch seconds. */
  readonly time: number
  readonly detail: Readonly<Record<string, string>>
}

/** A local EventBridge that keeps the events that it accepts. */
export interface LocalEventBridge {
  readonly endpoint: string
  /** Accepted events, in order. */
  readonly accepted: readonly PublishedEvent[]
  /** Target, Region and number of events of each request. */
  readonly requests: readonly string[]
}

interface Entry {
  readonly EventBusName: string
  readonly Source: string
  readonly DetailType: string
  readonly Detail: string
  readonly Time: number
}

/**
 * Serves PutEvents alone, in the form of its API reference; ends with the test. `rejects` returns an error code for
 * each event to reject; if it throws, the whole request fails.
 */
export async function eventBridgeHere(
  rejects: (event: PublishedEvent, count: number) => string | undefined = () => undefined,
): Promise<LocalEventBridge> {
  const accepted: PublishedEvent[] = []
  const requests: string[] = []
  let count = 0
  function putEvent({ EventBusName, Source, DetailType, Detail, Time }: Entry): object {
    const detail = JSON.parse(Detail) as PublishedEvent['detail']
    const event = { bus: EventBusName, source: Source, type: DetailType, time: Time, detail }
    count += 1
    const code = rejects(event, count)
    if (code !== undefined) return { ErrorCode: code, ErrorMessage: 'chosen by the test' }
    accepted.push(event)
    return { EventId: `accepted-${accepted.length}` }
  }
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { Entries } = (await json(request)) as { Entries: readonly Entry[] }
    const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\/events\//.exec(request.headers.authorization ?? '') ?? []
    requests.push(`${String(request.headers['x-amz-target'])} ${region} ${Entries.length}`)
    const end = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    if (Entries.length === 0 || Entries.length > 10) return void end(400, { __type: 'ValidationException' })
    try {
      const results = Entries.map(putEvent)
      end(200, { FailedEntryCount: results.filter(result => 'ErrorCode' in result).length, Entries: results })
    } catch {
      end(400, { __type: 'InternalException' })
    }
  }
  const { origin } = await serveHere((request, response) => void respond(request, response))
  return { endpoint: origin, accepted, requests }
}
