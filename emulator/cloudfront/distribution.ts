import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createErrorPages, type ErrorPages } from '../../edge/error-pages/error-pages.ts'
import { errorPagePrefix } from '../../shared/object-key.ts'
import { send, xmlResponse } from '../s3/origin.ts'
import type { DeliveryRecord } from '../../shared/delivery/facts.ts'
import { recordOf } from './access-record.ts'
import { type CachePolicy, contentCache } from './cache-policy.ts'
import { cachedOrigin } from './cache.ts'
import { type Content, contentFor } from './content.ts'
import { displayed, errorPageAt, withErrorPage } from './error-responses.ts'
import { maxUrlBytes } from './quotas.ts'
import { respondByFunction, type ViewerRequestFunction } from './viewer-request.ts'

/** Parts of one edge of the emulated distribution. */
export interface Distribution extends Omit<Content, 'errorPages'> {
  /** Behaviour `/d/*`: the function makes every response. */
  readonly viewerRequest: ViewerRequestFunction
  /** The option Include Body of that function. @default false */
  readonly includeBody?: boolean | undefined
  /** Behaviour `/once-pages/*`, and what is shown for errors of content. @default those without a brand */
  readonly errorPages?: ErrorPages | undefined
  /** Each edge has a cache of its own. @default that of a deployment, which caches nothing */
  readonly cache?: CachePolicy | undefined
  /** Gets the record of each response whose request the gate has named. @default no access log */
  readonly accessLog?: ((record: DeliveryRecord) => void) | undefined
}

const plainErrorPages = createErrorPages(undefined)

/** Serves viewers as one edge: picks the behaviour as CloudFront does, by the path, and the default one for all others. */
export function serveViewers({
  viewerRequest,
  includeBody = false,
  accessLog,
  ...distribution
}: Distribution): RequestListener {
  const { cache = contentCache(0), now, pinnedVersion } = distribution
  const errorPages = displayed(distribution.errorPages ?? plainErrorPages, pinnedVersion !== undefined)
  const content = { ...distribution, errorPages, origin: cachedOrigin(distribution.origin, { policy: cache, now }) }
  const via = `1.1 ${randomBytes(16).toString('hex')}.cloudfront.net (CloudFront)`
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(24).toString('base64url')
    response.setHeader('x-amz-cf-id', requestId)
    response.setHeader('via', via)
    const path = normalPath(request.url ?? '')
    const fault = path === undefined ? notAPath : faultOf(request)
    if (path === undefined || fault !== undefined) {
      const { status, ...error } = fault ?? notAPath
      response.setHeader('connection', 'close')
      return send(response, await withErrorPage(xmlResponse(status, error), errorPages))
    }
    if (path.startsWith('/d/'))
      return respondByFunction(request, response, { run: viewerRequest, requestId, includeBody })
    if (path.startsWith(`/${errorPagePrefix}`)) return send(response, await errorPageAt(request, errorPages))
    const { logged, ...result } = await contentFor(request, content, requestId)
    if (accessLog !== undefined && logged !== undefined) {
      // A broken connection without a record is like a record that CloudFront loses.
      void recordOf(request, response, { logged, headers: result.headers, now }).then(accessLog, () => undefined)
    }
    return send(response, result)
  }
  return (request, response) => {
    respond(request, response).catch(() => response.destroy())
  }
}

/** What CloudFront responds itself, whatever the behaviour. */
interface Fault {
  readonly status: number
  readonly code: string
  readonly message: string
}

const notAPath: Fault = { status: 400, code: 'BadRequest', message: 'Not a path' }

/** Returns why CloudFront accepts no such request (AWS, "Request and response behavior for Amazon S3 origins"). */
function faultOf({ method, url = '', headers }: IncomingMessage): Fault | undefined {
  if (Buffer.byteLength(url, 'latin1') > maxUrlBytes) {
    return { status: 414, code: 'URITooLong', message: `The URL has more than ${maxUrlBytes} bytes` }
  }
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return method === 'GET' && hasBody ? { status: 403, code: 'BadRequest', message: 'A GET with a body' } : undefined
}

/**
 * Normalizes a path to find the behaviour, as CloudFront does by RFC 3986, section 6: decodes what needs no encoding, and removes dots and
 * double slashes. CloudFront passes on the path as it came.
 */
function normalPath(target: string): string | undefined {
  if (!target.startsWith('/')) return undefined
  const decoded = target
    .replace(/^[\\/]+/, '/')
    .replaceAll(/%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi, decodeURIComponent)
  return URL.parse(decoded, 'http://edge')?.pathname.replace(/\/+/g, '/')
}
