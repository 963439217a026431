import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { answerHeaders } from '../../shared/http.ts'
import { consolePolicy, pageOf, script, styleSheet } from './assets.ts'
import { createLive } from './live.ts'
import { raceOver } from './race-request.ts'
import type { Setup } from './setup.ts'

/** A page that shows what the emulator does, and what is behind it. */
export interface Console {
  /** Answers `/` for browsers, and everything under `/console/`. */
  readonly listener: RequestListener
  /** Hears each log line of edges, api and sweeper. */
  note(line: object): void
}

/** Where all but the page itself is. */
export const consolePath = '/console/'

/** What the console needs to begin with. */
export interface ConsoleOptions {
  readonly setup: Setup
  /** What to type instead, for a browser without scripts. */
  readonly guide: string
  /** The emulator's clock, epoch milliseconds. */
  readonly now: () => number
}

/** Makes one. It asks nobody who they are: the front lets only this machine's own programs and pages through. */
export function createConsole({ setup, guide, now }: ConsoleOptions): Console {
  const live = createLive(now)
  const race = raceOver(setup.edges)
  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>>> =
    {
      'GET /': async (_, response) => {
        const headers = { 'content-security-policy': consolePolicy, vary: 'accept' }
        send(response, 'text/html; charset=utf-8', { body: await pageOf(setup, guide), headers })
      },
      'GET /console/page.css': async (_, response) =>
        send(response, 'text/css; charset=utf-8', { body: await styleSheet() }),
      'GET /console/page.js': async (_, response) =>
        send(response, 'text/javascript; charset=utf-8', { body: await script() }),
      'GET /console/events': (request, response) => live.watch(request, response),
      'POST /console/race': race,
    }
  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = `${method} ${request.url}`
    if (!Object.hasOwn(routes, route)) return void response.writeHead(404, answerHeaders).end()
    await routes[route]?.(request, response)
  }
  return {
    note: live.note,
    listener: (request, response) => {
      listener(request, response).catch((error: unknown) => fail(response, error))
    },
  }
}

function send(
  response: ServerResponse,
  type: string,
  { body, headers = {} }: { body: string; headers?: Readonly<Record<string, string>> },
): void {
  response.writeHead(200, {
    ...answerHeaders,
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/** Told to whoever runs the emulator, who is the only one to see it. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(500, { ...answerHeaders, 'content-type': 'text/plain; charset=utf-8' }).end(String(error))
}
