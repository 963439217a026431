import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { securityHeaders } from '../../shared/http.ts'
import { eventOf, type LiveEvent } from './protocol.ts'

/** How many events a new page is told of those that were before it. */
export const keptEvents = 500

/** How many pages may watch; a browser opens six connections to one origin, so this is generous. */
export const maxWatchers = 32

/** A page that lets so many bytes wait is cut off; it comes back and says what it has seen. */
const maxWaiting = 1_000_000

/** What happens, told to whoever watches. */
export interface EventStream {
  /** Hears one log line. */
  note(line: object): void
  /** Answers with Server-Sent Events: what was (all that is kept, or what is new since Last-Event-ID), then what comes. */
  watch(request: IncomingMessage, response: ServerResponse): void
}

/**
 * Makes one. Its stream begins with an event `begin`, `{run, now}`: a page that knows another `run` must forget what it
 * knows. Each further one is a `LiveEvent` whose id is `RUN:NUMBER`. 503 for one watcher too many.
 */
export function createLive(now: () => number): EventStream {
  const run = randomUUID()
  const kept: LiveEvent[] = []
  const watchers = new Set<ServerResponse>()
  let number = 0

  function note(line: object): void {
    const event = eventOf(line, number + 1, now())
    if (event === undefined) return
    number += 1
    kept.push(event)
    if (kept.length > keptEvents) kept.shift()
    for (const watcher of watchers) tell(watcher, textOf(event, run))
  }

  function watch(request: IncomingMessage, response: ServerResponse): void {
    if (watchers.size >= maxWatchers)
      return void response.writeHead(503, { ...securityHeaders, 'retry-after': '5' }).end()
    response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream' })
    if (request.method === 'HEAD') return void response.end()
    const seen = seenBy(request, run)
    const before = kept.filter(event => event.number > seen).map(event => textOf(event, run))
    const begin = `retry: 500\nevent: begin\ndata: ${JSON.stringify({ run, now: now() })}\n\n`
    response.write(begin + before.join(''))
    watchers.add(response)
    response.once('close', () => watchers.delete(response))
  }
  return { note, watch }
}

function tell(watcher: ServerResponse, text: string): void {
  if (watcher.writableLength > maxWaiting) watcher.destroy()
  else watcher.write(text)
}

function textOf(event: LiveEvent, run: string): string {
  return `id: ${run}:${event.number}\ndata: ${JSON.stringify(event)}\n\n`
}

function seenBy({ headers }: IncomingMessage, run: string): number {
  const [itsRun, number = ''] = String(headers['last-event-id'] ?? '').split(':')
  return itsRun === run && /^\d{1,15}$/.test(number) ? Number(number) : 0
}
