import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createErrorPages, type ErrorPages } from '../../edge/error-pages/error-pages.ts'
import { corsHeaders, exposedContentHeaders } from '../../shared/cloudfront/page-origins.ts'
import { errorPagePrefix } from '../../shared/object-key.ts'
import { type OriginResponse, send, xmlResponse } from '../s3/origin.ts'
import type { DeliveryRecord } from '../../shared/delivery/facts.ts'
import { type EpochMs, rfc3339, secondsOf } from '../../shared/time.ts'
import { type CachePolicy, contentCache } from './cache-policy.ts'
import { cachedOrigin } from './cache.ts'
import { type Content, contentFor } from './content.ts'
import { errorPageAt, withErrorPage } from './error-responses.ts'
import { maxUrlBytes } from './quotas.ts'
import { respondByFunction, type ViewerRequestFunction } from './viewer-request.ts'

/** Parts of one edge of the emulated distribution. */
export interface Distribution extends Omit<Content, 'errorPages'> {
  /** Behaviour `/d/*`, with the option Include Body: the function makes every response. */
  readonly viewerRequest: ViewerRequestFunction
  /** Behaviour `/once-pages/*`, and what is shown for errors of content. @default those without a brand */
  readonly errorPages?: ErrorPages | undefined
  /** What the policies of response headers allow pages of other origins. @default nothing */
  readonly pageOrigins?: readonly string[] | undefined
  /** Each edge has a cache of its own. @default that of a deployment, which caches nothing */
  readonly cache?: CachePolicy | undefined
  /** Gets the record of each response whose request the gate has named. @default no access log */
  readonly accessLog?: ((record: DeliveryRecord) => void) | undefined
}

const plainErrorPages = createErrorPages(undefined)

/** Serves viewers as one edge: picks the behaviour as CloudFront does, by the path, and the default one for all others. */
export function serveViewers({
  viewerRequest,
  accessLog,
  pageOrigins = [],
  ...distribution
}: Distribution): RequestListener {
  const { cache = contentCache(0), errorPages = plainErrorPages, now } = distribution
  const content = { ...distribution, errorPages, origin: cachedOrigin(distribution.origin, { policy: cache, now }) }
  const via = `1.1 ${randomBytes(16).toString('hex')}.cloudfront.net (CloudFront)`
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(24).toString('base64url')
    response.setHeader('x-amz-cf-id', requestId)
    response.setHeader('via', via)
    const path = normalPath(request.url ?? '')
    const fault = faultOf(request, path)
    if (fault !== undefined) {
      const { status, ...error } = fault
      response.setHeader('connection', 'close')
      return send(response, await withErrorPage(xmlResponse(status, error), errorPages))
    }
    if (path.startsWith('/d/'))
      return respondByFunction(request, response, { run: viewerRequest, requestId, includeBody: true })
    const origin = pageOrigins.find(each => each === request.headers.origin)
    if (path.startsWith(`/${errorPagePrefix}`))
      return send(response, withCors(await errorPageAt(request, errorPages), origin))
    const { logged, ...result } = await contentFor(request, content, requestId)
    if (accessLog !== undefined && logged !== undefined) {
      // A broken connection without a record is like a record that CloudFront loses.
      void recordOf(request, response, { logged, headers: result.headers, now }).then(accessLog, () => undefined)
    }
    return send(response, withCors(result, origin))
  }
  return (request, response) => {
    respond(request, response).catch(() => response.destroy())
  }
}

/** Applies the CORS of a policy, but to no response of a function: there, AWS doesn't say that it does. */
function withCors({ headers, ...response }: OriginResponse, origin: string | undefined): OriginResponse {
  const isOfFunction = headers['x-cache']?.startsWith('FunctionGenerated') === true
  if (origin === undefined || isOfFunction) return { headers, ...response }
  const exposed = { 'access-control-expose-headers': exposedContentHeaders.join(', ') }
  return { ...response, headers: { ...headers, ...corsHeaders(origin), ...exposed } }
}

/**
 * Waits until a response ends or breaks off, and returns its record as CloudFront logs it in JSON; `logged` is what the gate wrote into
 * the log. `sc-bytes` counts what went to the
 * connection, head included, which may be more than the viewer got. Call it before the response begins.
 */
async function recordOf(
  request: IncomingMessage,
  response: ServerResponse,
  { logged, headers, now }: Pick<OriginResponse, 'headers'> & { logged: string; now: () => EpochMs },
): Promise<DeliveryRecord> {
  const { socket } = request
  const before = socket.bytesWritten
  await once(response, 'close')
  const bytes = socket.bytesWritten - (response.writableFinished ? 0 : socket.writableLength) - before
  const [date = '', time = ''] = rfc3339(secondsOf(now())).slice(0, -1).split('T')
  const [, start = '-', end = '-'] = /^bytes (\d+)-(\d+)/.exec(headers['content-range'] ?? '') ?? []
  const isWhole = response.writableFinished && response.statusCode < 400
  return {
    date,
    time,
    'cs-method': request.method ?? '-',
    'sc-status': String(response.statusCode),
    'sc-bytes': String(bytes),
    'sc-content-len': headers['content-length'] ?? '-',
    'sc-range-start': start,
    'sc-range-end': end,
    'x-edge-result-type': isWhole ? (headers['x-cache']?.split(' ')[0] ?? 'Miss') : 'Error',
    'viewer-request-log-data': encodeURIComponent(logged),
  }
}

/** Returns what CloudFront responds itself, whatever the behaviour, to a request that it does not accept (AWS, "Request and response behavior for Amazon S3 origins"). */
function faultOf({ method, url = '', headers }: IncomingMessage, path: string) {
  if (path === '') return { status: 400, code: 'BadRequest', message: 'Not a path' }
  if (Buffer.byteLength(url, 'latin1') > maxUrlBytes) {
    return { status: 414, code: 'URITooLong', message: `The URL has more than ${maxUrlBytes} bytes` }
  }
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return method === 'GET' && hasBody ? { status: 403, code: 'BadRequest', message: 'A GET with a body' } : undefined
}

/**
 * Normalizes a path to find the behaviour, as CloudFront does by RFC 3986, section 6: decodes what needs no encoding, and removes dots and
 * double slashes. CloudFront passes on the path as it came. Empty if it is no path.
 */
function normalPath(target: string): string {
  if (!target.startsWith('/')) return ''
  const decoded = target
    .replace(/^[\\/]+/, '/')
    .replaceAll(/%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi, decodeURIComponent)
  return URL.parse(decoded, 'http://edge')?.pathname.replace(/\/+/g, '/') ?? ''
}
