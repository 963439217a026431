import type { IncomingMessage, ServerResponse } from 'node:http'
import { isPagePath, type PageOptions, sendJson, sendPageFile } from '../../console/page-files.ts'
import type { Setup, Workshop } from '../../console/protocol.ts'
import { securityHeaders } from '../../shared/http.ts'
import { createLive } from './live.ts'
import { raceOver } from './race.ts'

/** What else the page needs. */
interface ConsoleOptions extends Pick<PageOptions, 'reached'> {
  readonly now: () => number
}

/**
 * Makes the server of the page that shows what the emulator does: `listener` responds to the page's files and to everything under
 * `/console/`, and `note` shows a log line of an edge, the api or the sweeper. `now` is the emulator's clock, in epoch milliseconds. It
 * authenticates no one: the front decides who gets through.
 */
export function createConsole(setup: Setup & { readonly workshop: Workshop }, { reached, now }: ConsoleOptions) {
  const live = createLive(now)
  const race = raceOver(setup.workshop.edges)
  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>>> =
    {
      'GET /console/setup': (_, response) => sendJson(response, setup),
      'GET /console/events': ({ url = '' }, response) => {
        const query = new URLSearchParams(url.split('?')[1])
        sendJson(response, live.since(query.get('run') ?? '', Number(query.get('after'))))
      },
      'POST /console/race': race,
    }
  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const [path = ''] = request.url?.split('?') ?? []
    if (method === 'GET' && isPagePath(path)) return sendPageFile(response, path, { reached })
    const route = `${method} ${path}`
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
