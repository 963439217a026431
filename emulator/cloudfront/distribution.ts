import { type KeyObject, randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { securityHeaders } from '../../shared/http.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type Origin, xmlError } from '../s3/origin.ts'
import { checkSignedContent } from './signed-request.ts'
import { respondByFunction, type ViewerRequestFunction } from './viewer-request.ts'

/** Parts of one edge of the emulated distribution. */
export interface Distribution {
  /** Behaviour `/d/*`: the function makes every response. */
  readonly viewerRequest: ViewerRequestFunction
  /** Public keys by id. All other paths need a URL or cookies that one of them verifies. */
  readonly keyGroup: ReadonlyMap<string, KeyObject>
  readonly origin: Origin
  readonly now: () => EpochMs
}

/**
 * Headers that the response headers policy adds to content, so that it is not cached, runs no scripts and is saved instead
 * of shown. The origin's `content-disposition` replaces this one.
 */
const contentHeaders = {
  ...securityHeaders,
  'cache-control': 'private, no-store',
  'content-disposition': 'attachment',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Serves viewers as one edge: picks the behaviour as CloudFront does, `/d/*` before the default. */
export function serveViewers(distribution: Distribution): RequestListener {
  return (request, response) => {
    respond(request, response, distribution).catch(() => response.destroy())
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, distribution: Distribution): Promise<void> {
  const requestId = randomBytes(24).toString('base64url')
  response.setHeader('x-amz-cf-id', requestId)
  const path = normalPath(request.url ?? '')
  if (path === undefined) return xmlError(response, 400, { code: 'BadRequest', message: 'Not a path' })
  if (!path.startsWith('/d/')) return serveSignedContent(request, response, distribution)
  return respondByFunction(request, response, { run: distribution.viewerRequest, requestId })
}

/** Removes dots and double slashes, as CloudFront does to find the behaviour; it passes on the path as it came. */
function normalPath(target: string): string | undefined {
  if (!target.startsWith('/')) return undefined
  return URL.parse(target.replace(/^[\\/]+/, '/'), 'http://edge')?.pathname.replace(/\/+/g, '/')
}

async function serveSignedContent(
  request: IncomingMessage,
  response: ServerResponse,
  { keyGroup, origin, now }: Distribution,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return xmlError(response, 403, { code: 'AccessDenied', message: 'This distribution only allows GET and HEAD' })
  }
  for (const [name, value] of Object.entries(contentHeaders)) response.setHeader(name, value)
  const site = `http://${request.headers.host ?? ''}`
  const url = `${site}${request.url ?? ''}`
  const viewer = { address: request.socket.remoteAddress ?? '', cookies: request.headers.cookie ?? '' }
  const check = checkSignedContent({ url, ...viewer, now: now() }, keyGroup)
  if (check.kind === 'refused') return xmlError(response, 403, check)
  return origin(request, response, check.url.slice(site.length))
}
