import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { serveHere } from './serve.ts'

/** One event as EventBridge got it. */
export interface Told {
  readonly bus: string
  readonly source: string
  readonly type: string
  /** Epoch seconds. */
  readonly time: number
  readonly detail: Readonly<Record<string, string>>
}

/** Something that takes events as EventBridge does, and keeps them. */
export interface EventBridgeStandIn {
  readonly endpoint: string
  /** What was accepted, in the order in which it was. */
  readonly accepted: readonly Told[]
  /** Region and size of each request. */
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
 * PutEvents alone, in the form of its API reference. `turnsDown` gives the code of an error for each event that is not to
 * be accepted; where it throws, the whole request fails.
 */
export async function eventBridgeHere(
  turnsDown: (told: Told, count: number) => string | undefined = () => undefined,
): Promise<EventBridgeStandIn> {
  const accepted: Told[] = []
  const requests: string[] = []
  let count = 0
  function take({ EventBusName, Source, DetailType, Detail, Time }: Entry): object {
    const detail = JSON.parse(Detail) as Told['detail']
    const told = { bus: EventBusName, source: Source, type: DetailType, time: Time, detail }
    count += 1
    const code = turnsDown(told, count)
    if (code !== undefined) return { ErrorCode: code, ErrorMessage: 'told by the test' }
    accepted.push(told)
    return { EventId: `accepted-${accepted.length}` }
  }
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { Entries } = (await json(request)) as { Entries: readonly Entry[] }
    const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\/events\//.exec(request.headers.authorization ?? '') ?? []
    requests.push(`${String(request.headers['x-amz-target'])} ${region} ${Entries.length}`)
    const end = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    if (Entries.length === 0 || Entries.length > 10) return void end(400, { __type: 'ValidationException' })
    try {
      const results = Entries.map(take)
      end(200, { FailedEntryCount: results.filter(result => 'ErrorCode' in result).length, Entries: results })
    } catch {
      end(400, { __type: 'InternalException' })
    }
  }
  const { origin } = await serveHere((request, response) => void answer(request, response))
  return { endpoint: origin, accepted, requests }
}
