import { type KeyObject, randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { removedContentHeaders, securityHeaders } from '../../shared/http.ts'
import type { EpochMs } from '../../shared/time.ts'
import { conditionalHeaders } from '../s3/conditions.ts'
import { type Origin, type OriginResponse, send, xmlResponse } from '../s3/origin.ts'
import { type CachePolicy, contentCache } from './cache-policy.ts'
import { cachedOrigin } from './cache.ts'
import { checkSignedContent } from './signed-request.ts'
import { respondByFunction, type ViewerRequestFunction } from './viewer-request.ts'

/** Parts of one edge of the emulated distribution. */
export interface Distribution {
  /** Behaviour `/d/*`: the function makes every response. */
  readonly viewerRequest: ViewerRequestFunction
  /** Public keys by id. All other paths need a URL or cookies that one of them verifies. */
  readonly keyGroup: ReadonlyMap<string, KeyObject>
  readonly origin: Origin
  /** Each edge has a cache of its own. @default that of a deployment, which caches nothing */
  readonly cache?: CachePolicy | undefined
  readonly now: () => EpochMs
}

/**
 * Headers that the response headers policy adds to content, so that it is not cached, runs no scripts and is saved instead
 * of shown.
 */
const contentHeaders = {
  ...securityHeaders,
  'cache-control': 'private, no-store',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Serves viewers as one edge: picks the behaviour as CloudFront does, `/d/*` before the default. */
export function serveViewers({ viewerRequest, ...distribution }: Distribution): RequestListener {
  const { cache = contentCache(0), now } = distribution
  const content = { ...distribution, origin: cachedOrigin(distribution.origin, { policy: cache, now }) }
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(24).toString('base64url')
    response.setHeader('x-amz-cf-id', requestId)
    const path = normalPath(request.url ?? '')
    if (path === undefined) return send(response, xmlResponse(400, { code: 'BadRequest', message: 'Not a path' }))
    if (!path.startsWith('/d/')) return serveSignedContent(request, response, content)
    return respondByFunction(request, response, { run: viewerRequest, requestId })
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

async function serveSignedContent(
  request: IncomingMessage,
  response: ServerResponse,
  { keyGroup, origin, now }: Omit<Distribution, 'viewerRequest'>,
): Promise<void> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD') {
    const message = 'This distribution only allows GET and HEAD'
    return send(response, xmlResponse(403, { code: 'AccessDenied', message }))
  }
  const site = `http://${request.headers.host ?? ''}`
  const url = `${site}${request.url ?? ''}`
  const viewer = { address: request.socket.remoteAddress ?? '', cookies: request.headers.cookie ?? '' }
  const check = checkSignedContent({ url, ...viewer, now: now() }, keyGroup)
  const result =
    check.kind === 'refused'
      ? xmlResponse(403, check)
      : await origin({ method, target: check.url.slice(site.length), headers: conditionalHeaders(request.headers) })
  return send(response, { ...result, headers: viewerHeaders(result) })
}

const removed: readonly string[] = removedContentHeaders

/** Applies the response headers policy: what the origin says of `content-disposition` replaces the policy's. */
function viewerHeaders({ status, headers }: OriginResponse): Readonly<Record<string, string>> {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !removed.includes(name)))
  return { ...(status < 400 && { 'content-disposition': 'attachment' }), ...kept, ...contentHeaders }
}
