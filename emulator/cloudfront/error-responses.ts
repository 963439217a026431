import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { ErrorPages } from '../../edge/error-pages/error-pages.ts'
import { errorPagePath, errorStatuses } from '../../shared/cloudfront/error-page-path.ts'
import { securityHeaders } from '../../shared/http.ts'
import { type OriginResponse, xmlResponse } from '../s3/origin.ts'

/**
 * Shows the page of an error in its place, as custom error responses do (AWS, "Configure error response behavior"); keeps the
 * status. Headers are those of the page's own behaviour: AWS does not say whose (docs/decisions/0032-error-pages.md). CloudFront
 * does not show the error's code; the emulator does.
 */
export async function withErrorPage(response: OriginResponse, pages: ErrorPages): Promise<OriginResponse> {
  const status = errorStatuses.find(each => each === response.status)
  if (status === undefined) return response
  const error = response.body === undefined ? '' : await text(response.body)
  const code = /<Code>(\w+)<\/Code>/.exec(error)?.[1] ?? 'no code'
  const { headers, ...page } = pageResponse(status, pages.html[status], pages.policy)
  return { ...page, headers: { ...headers, 'x-cache': `Error from cloudfront: ${code}` } }
}

/** Responds as the behaviour of error pages: anyone gets a page by GET or HEAD, without a signature; nothing else is there. */
export async function errorPageAt(
  { method = '', url = '' }: { readonly method?: string | undefined; readonly url?: string | undefined },
  pages: ErrorPages,
): Promise<OriginResponse> {
  const status = errorStatuses.find(each => errorPagePath(each) === url.split('?')[0])
  if (status !== undefined && ['GET', 'HEAD'].includes(method)) {
    return pageResponse(200, pages.html[status], pages.policy)
  }
  return withErrorPage(xmlResponse(403, { code: 'AccessDenied', message: 'Access Denied' }), pages)
}

/** Returns a page with the headers of our own policy. */
function pageResponse(status: number, html: string, policy: string): OriginResponse {
  const body = Buffer.from(html)
  const headers = { ...securityHeaders, 'content-security-policy': policy, 'x-once': 'page' }
  const type = { 'content-type': 'text/html; charset=utf-8', 'content-length': String(body.length) }
  return { status, headers: { ...headers, ...type }, body: Readable.from([body]) }
}
