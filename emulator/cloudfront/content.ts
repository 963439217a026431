import type { KeyObject } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { ErrorPages } from '../../edge/error-pages/error-pages.ts'
import { contentHeaders, removedContentHeaders } from '../../shared/http.ts'
import { filenameMetadata } from '../../shared/received.ts'
import type { EpochMs } from '../../shared/time.ts'
import { conditionalHeaders } from '../s3/conditions.ts'
import { type Origin, type OriginResponse, xmlResponse } from '../s3/origin.ts'
import type { DeliveredResponse, PinnedVersion, PinnedVersionResult } from './pinned-version.ts'
import { withErrorPage } from './error-responses.ts'
import type { Gate, GateResult } from './gate.ts'
import { checkSignedContent } from './signed-request.ts'

/** Whether CloudFront runs the gate before or after it has checked the signature. No page of AWS says which. */
export type GateOrder = 'before-signature' | 'after-signature'

/** Behaviour of content. */
export interface Content {
  /** Public keys by id. A request needs a URL or cookies that one of them verifies. */
  readonly keyGroup: ReadonlyMap<string, KeyObject>
  /** @default none: every request passes */
  readonly gate?: Gate | undefined
  /** @default after-signature */
  readonly gateOrder?: GateOrder | undefined
  /** Sets the headers of content, in place of our own response headers policy. @default none */
  readonly pinnedVersion?: PinnedVersion | undefined
  readonly errorPages: ErrorPages
  readonly origin: Origin
  readonly now: () => EpochMs
}

/** A response for content, and what the gate wrote into the access log. */
export type ContentResponse = OriginResponse & { readonly logged?: string | undefined }

/** Responds to a request for content: methods, then signature and gate, then the origin. `requestId` is CloudFront's. */
export async function contentFor(
  request: IncomingMessage,
  content: Content,
  requestId: string,
): Promise<ContentResponse> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD') {
    const message = 'This distribution only allows GET and HEAD'
    return withErrorPage(xmlResponse(403, { code: 'AccessDenied', message }), content.errorPages)
  }
  const site = `${'encrypted' in request.socket ? 'https' : 'http'}://${request.headers.host ?? ''}`
  const viewer = { address: request.socket.remoteAddress ?? '', cookies: request.headers.cookie ?? '' }
  const signed = { url: `${site}${request.url ?? ''}`, ...viewer, now: content.now() }
  const check = checkSignedContent(signed, content.keyGroup)
  const isRefusedFirst = check.kind === 'refused' && content.gateOrder !== 'before-signature'
  const decision = isRefusedFirst ? undefined : content.gate?.(request, requestId)
  if (decision !== undefined && decision.kind !== 'pass') return functionResponse(decision)
  if (check.kind === 'refused') return withErrorPage(xmlResponse(403, check), content.errorPages)
  const target = check.url.slice(site.length)
  const result = withoutIds(await content.origin({ method, target, headers: conditionalHeaders(request.headers) }))
  const { pinnedVersion } = content
  const shown = pinnedVersion
    ? withFunction(result, each => pinnedVersion(request, each, requestId))
    : withPolicy(result)
  return { ...(await withErrorPage(shown, content.errorPages)), logged: decision?.logged }
}

/** Returns what a viewer gets from a function, or because it failed, in place of content. No error page replaces it. */
export function functionResponse(result: Exclude<GateResult, { kind: 'pass' }>): OriginResponse {
  const { status, headers, body, from } =
    result.kind === 'response'
      ? { ...result, from: 'FunctionGeneratedResponse from cloudfront' }
      : {
          status: result.status,
          headers: { 'content-type': 'text/html' },
          body: '<h1>The request could not be satisfied.</h1>',
          from: `Error from cloudfront: ${result.fault}`,
        }
  const bytes = Buffer.from(body)
  const more = { 'content-length': String(bytes.length), 'x-cache': from }
  return { status, headers: { ...headers, ...more }, body: Readable.from([bytes]) }
}

/** Removes what CloudFront removes from each response of S3 (AWS, "Request and response behavior for Amazon S3 origins"). */
function withoutIds({ headers, ...response }: OriginResponse): OriginResponse {
  const { 'x-amz-id-2': _, 'x-amz-request-id': __, 'set-cookie': ___, ...others } = headers
  return { ...response, headers: others }
}

const removed: ReadonlySet<string> = new Set([...removedContentHeaders, `x-amz-meta-${filenameMetadata}`])

/**
 * Applies the response headers policy: what the origin says of `content-disposition` replaces the policy's, and CloudFront's own `server`
 * the removed one (AWS, "Understand response headers policies").
 */
function withPolicy({ headers, ...response }: OriginResponse): OriginResponse {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !removed.has(name)))
  const disposition = response.status < 400 && { 'content-disposition': 'attachment' }
  return { ...response, headers: { ...disposition, ...kept, server: 'CloudFront', ...contentHeaders } }
}

/** Applies the pinned-version function, which CloudFront does not run for an error of the origin. */
function withFunction(
  response: OriginResponse,
  deliver: (response: DeliveredResponse) => PinnedVersionResult,
): OriginResponse {
  const { 'x-cache': cacheResult = '', ...headers } = response.headers // CloudFront adds it last
  if (response.status >= 400) return response
  const result = deliver({ status: response.status, headers })
  if (result.kind === 'deliver') return { ...response, headers: { ...result.headers, 'x-cache': cacheResult } }
  response.body?.destroy()
  return functionResponse(result)
}
