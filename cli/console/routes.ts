import { sendJson } from '../../console/page-files.ts'
import { securityHeaders } from '../../shared/http.ts'
import type { Apis } from '../ports/links.ts'
import { jsonOf, refusal, type Route } from './listener.ts'

/** What the page uses of the API, by method and URL. */
const operations = new RegExp(
  [
    'POST /links(/batch)?',
    'GET /links(\\?[^#]*)?',
    '(GET|DELETE) /links/[\\w-]{22}',
    'POST /uploads(/[\\w-]{43}/(parts|complete))?',
    'DELETE /uploads/[\\w-]{43}',
  ]
    .map(each => `^${each}$`)
    .join('|'),
)

/**
 * Returns what passes requests of the page's client on to the API; a `ProblemError` with 404 refuses all that the page does not use. The
 * page sends the files themselves to S3.
 */
export function passOn(send: ReturnType<Apis['sender']>): Route {
  return async (request, response) => {
    const { method = '', url: path = '', headers } = request
    if (!operations.test(`${method} ${path}`)) throw refusal(404, 'not-found', 'the console has no such operation')
    const idempotencyKey = headers['idempotency-key']
    const json = await send({
      path,
      ...(method === 'POST' ? { method, body: await jsonOf(request) } : { method: method as 'GET' | 'DELETE' }),
      ...(typeof idempotencyKey === 'string' && { idempotencyKey }),
      // The page's client checks what the API sends.
      isExpected: (_json): _json is unknown => true,
    })
    if (json === undefined) response.writeHead(204, securityHeaders).end()
    else sendJson(response, json)
  }
}
