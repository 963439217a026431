import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { securityHeaders } from '../../shared/http.ts'
import { eventOf, type LiveEvent } from '../../console/protocol.ts'

/** Largest number of past events that a new page gets. */
export const keptEvents = 500

/** Largest number of pages that watch; a browser opens six connections to one origin, so this is generous. */
export const maxWatchers = 32

/** A page with more unsent bytes than this is disconnected; it reconnects and says which event it saw last. */
const maxUnsentBytes = 1_000_000

/**
 * Makes a stream of the emulator's events for pages that watch. It begins with an event `begin`, `{run, now}`: a page that knows another `run` must forget what it
 * knows. Each further event is a `LiveEvent` with the id `RUN:NUMBER`. If too many pages watch, responds with 503.
 */
export function createLive(now: () => number) {
  const run = randomUUID()
  const kept: LiveEvent[] = []
  const watchers = new Set<ServerResponse>()
  let number = 0

  /** Adds the event of a log line, if it has one. */
  function note(line: object): void {
    const event = eventOf(line, number + 1, now())
    if (event === undefined) return
    number += 1
    kept.push(event)
    if (kept.length > keptEvents) kept.shift()
    for (const watcher of watchers) sendTo(watcher, textOf(event, run))
  }

  /** Responds with Server-Sent Events: past ones (all kept ones, or those after Last-Event-ID), then new ones. */
  function watch(request: IncomingMessage, response: ServerResponse): void {
    if (watchers.size >= maxWatchers)
      return void response.writeHead(503, { ...securityHeaders, 'retry-after': '5' }).end()
    response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream' })
    if (request.method === 'HEAD') return void response.end()
    const seen = lastSeenBy(request, run)
    const past = kept.filter(event => event.number > seen).map(event => textOf(event, run))
    const begin = `retry: 500\nevent: begin\ndata: ${JSON.stringify({ run, now: now() })}\n\n`
    response.write(begin + past.join(''))
    watchers.add(response)
    response.once('close', () => watchers.delete(response))
  }
  return { note, watch }
}

function sendTo(watcher: ServerResponse, text: string): void {
  if (watcher.writableLength > maxUnsentBytes) watcher.destroy()
  else watcher.write(text)
}

function textOf(event: LiveEvent, run: string): string {
  return `id: ${run}:${event.number}\ndata: ${JSON.stringify(event)}\n\n`
}

function lastSeenBy({ headers }: IncomingMessage, run: string): number {
  const [itsRun, number = ''] = String(headers['last-event-id'] ?? '').split(':')
  return itsRun === run && /^\d{1,15}$/.test(number) ? Number(number) : 0
}
