import type { IncomingMessage, ServerResponse } from 'node:http'
import { type PageOptions, sendJson, sendPage, sendPageFile } from '../../console/page-files.ts'
import type { Setup } from '../../console/protocol.ts'
import { securityHeaders } from '../../shared/http.ts'
import { createLive } from './live.ts'
import { raceOver } from './race.ts'

/** What else the console needs. */
interface ConsoleOptions extends PageOptions {
  readonly now: () => number
}

/**
 * Makes the server of the page that shows what the emulator does: `listener` responds to `/` for browsers and to everything under
 * `/console/`, and `note` shows a log line of an edge, the api or the sweeper. `guide` has commands to type instead, for browsers that run no
 * scripts; `s3` is where the page sends files; `now` is the emulator's clock, in epoch milliseconds. It authenticates no one: the front
 * decides who gets through.
 */
export function createConsole(setup: Setup, { guide, s3, now }: ConsoleOptions) {
  const live = createLive(now)
  const race = raceOver(setup.edges)
  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>>> =
    {
      'GET /': (_, response) => sendPage(response, { guide, s3 }),
      'GET /console/page.css': ({ url = '' }, response) => sendPageFile(response, url),
      'GET /console/page.js': ({ url = '' }, response) => sendPageFile(response, url),
      'GET /console/setup': (_, response) => sendJson(response, setup),
      'GET /console/events': (request, response) => live.watch(request, response),
      'POST /console/race': race,
    }
  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = `${method} ${request.url}`
    if (!Object.hasOwn(routes, route)) return void response.writeHead(404, securityHeaders).end()
    await routes[route]?.(request, response)
  }
  return {
    note: live.note,
    listener: (request: IncomingMessage, response: ServerResponse) => {
      listener(request, response).catch((error: unknown) => fail(response, error))
    },
  }
}

/** Sends the error as text. Only the person who runs the emulator sees it. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(500, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' }).end(String(error))
}
