import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createErrorPages, type ErrorPages } from '../../error-pages/error-pages.ts'
import { errorPagePrefix } from '../../shared/object-key.ts'
import { send, xmlResponse } from '../s3/origin.ts'
import { type CachePolicy, contentCache } from './cache-policy.ts'
import { cachedOrigin } from './cache.ts'
import { type Content, contentFor } from './content.ts'
import { displayed, errorPageAt } from './error-responses.ts'
import { respondByFunction, type ViewerRequestFunction } from './viewer-request.ts'

/** Parts of one edge of the emulated distribution. */
export interface Distribution extends Omit<Content, 'errorPages'> {
  /** Behaviour `/d/*`: the function makes every response. */
  readonly viewerRequest: ViewerRequestFunction
  /** Behaviour `/once-pages/*`, and what is shown for errors of content. @default those without a brand */
  readonly errorPages?: ErrorPages | undefined
  /** Each edge has a cache of its own. @default that of a deployment, which caches nothing */
  readonly cache?: CachePolicy | undefined
}

const plainErrorPages = createErrorPages(undefined)

/** Serves viewers as one edge: picks the behaviour as CloudFront does, by the path, and the default one for all others. */
export function serveViewers({ viewerRequest, ...distribution }: Distribution): RequestListener {
  const { cache = contentCache(0), now, delivery } = distribution
  const errorPages = displayed(distribution.errorPages ?? plainErrorPages, delivery !== undefined)
  const content = { ...distribution, errorPages, origin: cachedOrigin(distribution.origin, { policy: cache, now }) }
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(24).toString('base64url')
    response.setHeader('x-amz-cf-id', requestId)
    const path = normalPath(request.url ?? '')
    if (path === undefined) return send(response, xmlResponse(400, { code: 'BadRequest', message: 'Not a path' }))
    if (path.startsWith('/d/')) return respondByFunction(request, response, { run: viewerRequest, requestId })
    if (path.startsWith(`/${errorPagePrefix}`)) return send(response, await errorPageAt(request, errorPages))
    return send(response, await contentFor(request, content, requestId))
  }
  return (request, response) => {
    respond(request, response).catch(() => response.destroy())
  }
}

/** Removes dots and double slashes, as CloudFront does to find the behaviour; it passes on the path as it came. */
function normalPath(target: string): string | undefined {
  if (!target.startsWith('/')) return undefined
  return URL.parse(target.replace(/^[\\/]+/, '/'), 'http://edge')?.pathname.replace(/\/+/g, '/')
}
