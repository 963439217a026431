import type { IncomingMessage, ServerResponse } from 'node:http'
import { uploadPath } from '../shared/http.ts'
import { isLoopbackHost } from '../shared/local/loopback.ts'
import { sendProblem } from './messages.ts'
import { callbackPath } from './protocol.ts'

/**
 * Returns whether a program on this machine or a page of this origin sent the request: `Host` must be loopback, which
 * excludes rebound names, and a browser's page may not be of another site or port.
 */
export function isLocal({ headers }: IncomingMessage): boolean {
  if (!isLoopbackHost(headers.host)) return false
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return false
  return headers['sec-fetch-site'] !== 'cross-site' && headers['sec-fetch-site'] !== 'same-site'
}

/**
 * Returns whether a browser shows this as its page, `/`, where a login comes back to, or where people send a file, also after a link on
 * another site, which can't read or change it.
 */
export function isVisit({ method, url, headers }: IncomingMessage): boolean {
  const path = url?.split('?')[0]
  if (path !== '/' && path !== callbackPath && path !== uploadPath) return false
  const navigates = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return method === 'GET' && isLoopbackHost(headers.host) && navigates
}

/** Sends 403 to requests from outside this machine. */
export function deny(response: ServerResponse): void {
  sendProblem(response, {
    status: 403,
    title: 'Only for programs on this machine',
    detail:
      'The Host header must name this machine (127.0.0.1 or localhost), and other web pages may not call this API.',
    reason: 'not-local',
  })
}
