import { readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { securityHeaders } from '../../shared/http.ts'
import { createLive } from './live.ts'
import type { Setup } from './protocol.ts'
import { raceOver } from './race.ts'

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
    if (!Object.hasOwn(routes, route)) return void response.writeHead(404, securityHeaders).end()
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
    ...securityHeaders,
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/** Told to whoever runs the emulator, who is the only one to see it. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(500, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' }).end(String(error))
}

const folder = join(import.meta.dirname, 'page')

/** What the page may do: run and look as we say, talk to where it came from, be framed by nobody. Nothing inline. */
export const consolePolicy = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `connect-src 'self'`,
  // The icon is in the page.
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** The page, with what it has to know of its emulator, and with what to type for whoever runs no scripts. */
export async function pageOf(setup: Setup, guide: string): Promise<string> {
  const page = await readFile(join(folder, 'page.html'), 'utf8')
  return page
    .replace('{{setup}}', () => escapeHtml(JSON.stringify(setup)))
    .replace('{{guide}}', () => escapeHtml(guide))
}

/** Its style sheet. */
export function styleSheet(): Promise<string> {
  return readFile(join(folder, 'page.css'), 'utf8')
}

let bundled: Promise<string> | undefined

/** Its script, one ES module of a few kilobytes: bundled when it is first asked for, then kept. */
export function script(): Promise<string> {
  bundled ??= bundle().catch((error: unknown) => {
    bundled = undefined
    throw error
  })
  return bundled
}

/** Loaded on demand: whoever starts an emulator for a test needs no bundler. */
async function bundle(): Promise<string> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    minify: true,
    legalComments: 'eof',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, mark => names[mark] ?? '')
}
