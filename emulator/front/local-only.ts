import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { securityHeaders, problemText, problemType } from '../../shared/http.ts'

/**
 * Whether only a program of this machine, or a page of this very origin, can have sent it: `Host` must be loopback (a
 * rebound name is not) and a browser may not come from another site, nor from another port.
 */
export function isLocal({ headers }: IncomingMessage): boolean {
  if (!isLoopbackHost(headers.host)) return false
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return false
  return headers['sec-fetch-site'] !== 'cross-site' && headers['sec-fetch-site'] !== 'same-site'
}

/** Whether somebody followed a link to here, from wherever: it shows a page and can do nothing else. */
export function isVisit({ method, headers }: IncomingMessage): boolean {
  const navigates = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return method === 'GET' && isLoopbackHost(headers.host) && navigates
}

function isLoopbackHost(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '')
}

/** Says so to everybody else: 403. */
export function deny(response: ServerResponse): void {
  const body = problemText({
    status: 403,
    title: 'Only for programs on this machine',
    detail: 'Host must be loopback, and a web page may not call this api.',
    reason: 'not-local',
    requestId: randomUUID(),
  })
  response.writeHead(403, { ...securityHeaders, 'content-type': problemType }).end(body)
}
