import { type KeyObject, randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { securityHeaders } from '../../shared/http.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type Origin, xmlError } from '../s3/origin.ts'
import { checkSignedContent } from './signed-request.ts'
import { answerByFunction, type ViewerRequestFunction } from './viewer-request.ts'

/** What one edge of the emulated distribution consists of. */
export interface Distribution {
  /** Behaviour `/d/*`: answered by the function alone. */
  readonly viewerRequest: ViewerRequestFunction
  /** Every other path: signed URLs and signed cookies only, by a key of this group. */
  readonly keyGroup: ReadonlyMap<string, KeyObject>
  readonly origin: Origin
  readonly now: () => EpochMs
}

/**
 * What the response headers policy adds to content: kept by nobody, run by nobody, saved rather than shown.
 * `content-disposition` gives way to the origin's.
 */
const contentHeaders = {
  ...securityHeaders,
  'cache-control': 'private, no-store',
  'content-disposition': 'attachment',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const

/** One edge: takes viewers' requests and picks the behaviour, `/d/*` before the default, as CloudFront does. */
export function serveViewers(distribution: Distribution): RequestListener {
  return (request, response) => {
    answer(request, response, distribution).catch(() => response.destroy())
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, distribution: Distribution): Promise<void> {
  const requestId = randomBytes(24).toString('base64url')
  response.setHeader('x-amz-cf-id', requestId)
  const path = normalPath(request.url ?? '')
  if (path === undefined) return xmlError(response, 400, { code: 'BadRequest', message: 'Not a path' })
  if (!path.startsWith('/d/')) return answerBySignature(request, response, distribution)
  return answerByFunction(request, response, { run: distribution.viewerRequest, requestId })
}

/** CloudFront normalises dots and double slashes to find the behaviour, but passes the path on as it came. */
function normalPath(target: string): string | undefined {
  if (!target.startsWith('/')) return undefined
  return URL.parse(target.replace(/^[\\/]+/, '/'), 'http://edge')?.pathname.replace(/\/+/g, '/')
}

async function answerBySignature(
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
  const verdict = checkSignedContent({ url, ...viewer, now: now() }, keyGroup)
  if (verdict.kind === 'refused') return xmlError(response, 403, verdict)
  return origin(request, response, verdict.url.slice(site.length))
}
