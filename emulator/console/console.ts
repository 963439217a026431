import { readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { securityHeaders } from '../../shared/http.ts'
import { createLive } from './live.ts'
import type { Setup } from './protocol.ts'
import { raceOver } from './race.ts'

/** Server of the page that shows what the emulator does. */
export interface Console {
  /** Responds to `/` for browsers, and to everything under `/console/`. */
  readonly listener: RequestListener
  /** Shows a log line of an edge, the api or the sweeper. */
  note(line: object): void
}

/** Path prefix of everything but the page itself. */
export const consolePath = '/console/'

/** Paths of the page's own files. Like the page, they are the same for every emulator. */
export const pageFiles: ReadonlySet<string> = new Set([`${consolePath}page.css`, `${consolePath}page.js`])

/** Options of the console. */
export interface ConsoleOptions {
  readonly setup: Setup
  /** Commands to type instead, for browsers that run no scripts. */
  readonly guide: string
  /** The emulator's clock, epoch milliseconds. */
  readonly now: () => number
}

/** Makes the console. It authenticates no one: the front decides who gets through. */
export function createConsole({ setup, guide, now }: ConsoleOptions): Console {
  const live = createLive(now)
  const race = raceOver(setup.edges)
  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>>> =
    {
      'GET /': async (_, response) => {
        const headers = { 'content-security-policy': consolePolicy, vary: 'accept' }
        send(response, 'text/html; charset=utf-8', { body: await pageOf(guide), headers })
      },
      'GET /console/page.css': async (_, response) =>
        send(response, 'text/css; charset=utf-8', { body: await styleSheet() }),
      'GET /console/page.js': async (_, response) =>
        send(response, 'text/javascript; charset=utf-8', { body: await script() }),
      'GET /console/setup': (_, response) => send(response, 'application/json', { body: JSON.stringify(setup) }),
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

/** Sends the error as text. Only the person who runs the emulator sees it. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(500, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' }).end(String(error))
}

const folder = join(import.meta.dirname, 'page')

/** Content security policy of the page: scripts, styles and requests of its own origin only; nothing inline; no frames. */
const consolePolicy = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `connect-src 'self'`,
  // The page contains its icon.
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** Returns the page, with the guide for browsers that run no scripts. */
export async function pageOf(guide: string): Promise<string> {
  const page = await readFile(join(folder, 'page.html'), 'utf8')
  return page.replace('{{guide}}', () => escapeHtml(guide))
}

/** Returns the page's style sheet. */
function styleSheet(): Promise<string> {
  return readFile(join(folder, 'page.css'), 'utf8')
}

let bundled: Promise<string> | undefined

/** Returns the page's script, an ES module of a few kilobytes. Bundles it at the first request, then keeps it. */
export function script(): Promise<string> {
  bundled ??= bundle().catch((error: unknown) => {
    bundled = undefined
    throw error
  })
  return bundled
}

/** Loads the bundler on demand: an emulator that a test starts doesn't need it. */
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
