import { contentHeaders, versionHeader } from '../../shared/http.ts'
import { resourceParameters } from '../../shared/object-key.ts'

// See shared/address.ts for the language of the runtime.

type Values = AWSCloudFrontFunction.ValueObject

/** The part of a viewer response's event that decides. Names and values of the query are as the viewer sent them, not decoded. */
export interface PinnedVersionEvent {
  readonly request: Pick<AWSCloudFrontFunction.Request, 'querystring' | 'headers'>
  readonly response: Pick<AWSCloudFrontFunction.Response, 'statusCode' | 'headers'>
}

/** What the edge signs as the name of the saved file: `attachmentNamed` makes nothing else. */
const attachmentPattern = /^attachment; filename="[ -~]*"; filename\*=UTF-8''[\w.~%-]+$/

/** A response without a part of the file, which says that the viewer's own part is still right. */
const notModified = 304

/**
 * Returns why S3's response must not be delivered for this request; undefined if it may be. The cache key has neither version nor
 * range, and CloudFront gives requests with one key that come at the same moment one response: so it may be that of another one.
 */
export function mismatchOf(event: PinnedVersionEvent): 'version' | 'status' | undefined {
  const status = event.response.statusCode
  const headers = event.request.headers
  const fits =
    status === 200 ||
    (status === 206 && headers['range'] !== undefined) ||
    (status === notModified && (headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined))
  if (!fits) return 'status'
  const wanted = parameter(event.request.querystring, resourceParameters.version)
  const delivered = (event.response.headers || {})[versionHeader]
  if (wanted === undefined || (status === notModified && delivered === undefined)) return undefined
  return delivered !== undefined && delivered.value === wanted ? undefined : 'version'
}

/**
 * Returns the headers with which a file is delivered: S3's own, without those that tell viewers more than they need, and those of
 * a response headers policy, which a flat-rate plan does not allow. The name of the saved file comes from the signed query.
 */
export function deliveredHeaders(event: PinnedVersionEvent): Values {
  const headers: Values = { 'content-disposition': { value: 'attachment' } }
  const received: Values = event.response.headers || {}
  Object.keys(received).forEach(name => {
    const entry = received[name]
    if (entry !== undefined && !isInternal(name)) headers[name] = entry
  })
  const disposition = dispositionOf(parameter(event.request.querystring, resourceParameters.disposition))
  if (disposition !== undefined) headers['content-disposition'] = { value: disposition }
  const common: Readonly<Record<string, string>> = contentHeaders
  Object.keys(common).forEach(name => (headers[name] = { value: common[name] || '' }))
  return headers
}

/** How S3 stores a file, and `expires`, which a viewer of a folder could set by a parameter of S3. */
function isInternal(name: string): boolean {
  return name === 'server' || name === 'expires' || name.slice(0, 6) === 'x-amz-'
}

/** Returns the Content-Disposition that the query names; `attachment` if the edge doesn't sign such. Throws if it is malformed. */
function dispositionOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const decoded = attachmentPattern.test(text) ? text : decodeURIComponent(text)
  return attachmentPattern.test(decoded) ? decoded : 'attachment'
}

/** Returns a parameter as it was sent. Older pages of AWS say that names come in lower case. */
function parameter(query: Values, name: string): string | undefined {
  const entry = query[name] === undefined ? query[name.toLowerCase()] : query[name]
  return entry === undefined ? undefined : entry.value
}
