import { sendJson } from '../../console/page-files.ts'
import { type ApiRoute, apiRoutes } from '../../shared/api/routes.ts'
import { securityHeaders } from '../../shared/http.ts'
import type { Apis } from '../ports/links.ts'
import { jsonOf, refusal, type Route } from './listener.ts'

/** What the page uses of the API. */
const used: readonly (keyof typeof apiRoutes)[] = [
  ...(['issueLink', 'issueLinks', 'listLinks', 'showLink', 'revokeLink', 'replaceLink'] as const),
  ...(['beginUpload', 'signParts', 'completeUpload', 'endUpload'] as const),
]

/** The same with method and URL. The id of a link has 22 characters, that of an upload 43. */
const operations = used
  .map((id): ApiRoute => apiRoutes[id])
  .map(({ method, path, query, body }) => {
    const url = path.replace('{id}', '[\\w-]{22,43}') + (query === undefined ? '' : '(\\?[^#]*)?')
    return { line: new RegExp(`^${method} ${url}$`), method, hasBody: body !== undefined }
  })

/**
 * Returns what passes requests of the page's client on to the API; a `ProblemError` with 404 refuses all that the page does not use. The
 * page sends the files themselves to S3.
 */
export function passOn(send: ReturnType<Apis['sender']>): Route {
  return async (request, response) => {
    const { method: name = '', url: path = '', headers } = request
    const operation = operations.find(({ line }) => line.test(`${name} ${path}`))
    if (operation === undefined) throw refusal(404, 'not-found', 'the console has no such operation')
    const idempotencyKey = headers['idempotency-key']
    const json = await send({
      path,
      method: operation.method,
      ...(operation.hasBody && { body: await jsonOf(request) }),
      ...(typeof idempotencyKey === 'string' && { idempotencyKey }),
      // The page's client checks what the API sends.
      isExpected: (_json): _json is unknown => true,
    })
    if (json === undefined) response.writeHead(204, securityHeaders).end()
    else sendJson(response, json)
  }
}
