import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { deny, isLocal, isVisit } from '../../console/local-only.ts'
import { pageFiles, sendPage, sendPageFile } from '../../console/page-files.ts'
import { refusal, sendError, textOf } from './respond.ts'
import type { Route } from './upload-routes.ts'

/** What a console's server knows of itself. */
export interface ConsoleSession {
  /** `http://127.0.0.1:PORT`, where it listens. */
  readonly origin: string
  /** What every request must show: the file that opens the page has it, which only this user can read. */
  readonly token: string
  /** Operations by method and path; a path that ends in a slash is for all below it. */
  readonly routes: Readonly<Record<string, Route>>
}

/** Path to which the file posts the token, to open the page. */
export const openPath = '/console/open'

/**
 * Serves the console's page, which holds nothing of this user, and to requests with the token the operations. Refuses other names than
 * its own address, which excludes rebound ones, pages of other origins, and everything without the token but the page.
 */
export function createListener(session: ConsoleSession): RequestListener {
  return (request, response) => {
    respond(request, response, session).catch((error: unknown) => sendError(response, error))
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, session: ConsoleSession): Promise<void> {
  const { method = '', url = '' } = request
  if (request.headers.host !== new URL(session.origin).host) return deny(response)
  if (method === 'POST' && url === openPath) return open(request, response, session)
  if (!isLocal(request) && !(url === '/' && isVisit(request))) return deny(response)
  if (method === 'GET' && url === '/') return sendPage(response, { guide })
  if (method === 'GET' && pageFiles.has(url)) return sendPageFile(response, url)
  if (!isToken(request.headers.authorization ?? '', `Bearer ${session.token}`)) throw locked
  const route = routeOf(method, url.split('?')[0] ?? '', session)
  if (route === undefined) throw refusal(404, 'not-found', 'the console has no such operation')
  await route(request, response)
}

/** Sends the page with the token, which the page keeps in its tab. Only the file has what must be posted. */
async function open(request: IncomingMessage, response: ServerResponse, { token }: ConsoleSession): Promise<void> {
  const form = new URLSearchParams(await textOf(request, 'application/x-www-form-urlencoded'))
  if (!isToken(form.get('token') ?? '', token)) throw locked
  await sendPage(response, { guide, token })
}

function routeOf(method: string, path: string, { routes }: ConsoleSession): Route | undefined {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const name = [path, folder].map(each => `${method} ${each}`).find(each => Object.hasOwn(routes, each))
  return name === undefined ? undefined : routes[name]
}

/** Takes the same time for every other text. */
function isToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

const locked = refusal(
  401,
  'token-required',
  'Open the console with the file that once console printed. It works until that command ends.',
)

const guide = `once issue, once list, once status and once revoke do the same in a shell:
  once issue report.pdf
`
