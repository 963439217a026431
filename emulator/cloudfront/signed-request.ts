import type { KeyObject } from 'node:crypto'
import {
  checkSigning,
  type ContentRequest,
  type Parameter,
  parameters,
  signingOf,
  type SignatureCheck,
} from './signed-policy.ts'

/**
 * Returns whether CloudFront treats a URL as signed, and so ignores cookies: one of the parameters is enough (AWS, "Decide
 * to use signed URLs or signed cookies").
 */
function isSignedUrl(url: string): boolean {
  return splitUrl(url).signed.length > 0
}

/** Checks a signed URL (AWS, "Use signed URLs"), by the rules of `checkSigning`. */
export function checkSignedUrl(request: ContentRequest, keys: ReadonlyMap<string, KeyObject>): SignatureCheck {
  const { plainUrl, signed } = splitUrl(request.url)
  return checkSigning(signingOf('url', signed), { ...request, url: plainUrl }, keys)
}

/** Removes CloudFront's own parameters from the query and keeps the rest byte for byte. */
function splitUrl(url: string): { plainUrl: string; signed: readonly (readonly [Parameter, string])[] } {
  const [base = '', query] = url.split(/\?(.*)/s)
  const signed: (readonly [Parameter, string])[] = []
  const others: string[] = []
  for (const pair of query?.split('&') ?? []) {
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const parameter = parameters.find(each => each === name)
    if (parameter === undefined) others.push(pair)
    else signed.push([parameter, value])
  }
  return { plainUrl: others.length === 0 ? base : `${base}?${others.join('&')}`, signed }
}

/** A request that may have cookies. */
interface CookieRequest extends ContentRequest {
  /** Value of the `Cookie` header; several are joined with `; `. */
  readonly cookies: string
}

/** Parameters by cookie name, which is case-sensitive (AWS, "Set signed cookies using a custom policy"). */
const parametersByCookie = new Map<string, Parameter>(
  parameters.map(parameter => [`CloudFront-${parameter}`, parameter]),
)

/** Checks a request for content by its cookies (AWS, "Use signed cookies"), by the rules of `checkSigning`. */
function checkSignedCookies(
  { cookies, ...request }: CookieRequest,
  keys: ReadonlyMap<string, KeyObject>,
): SignatureCheck {
  return checkSigning(signingOf('cookies', signedPairs(cookies)), request, keys)
}

/** Removes spaces around a pair, as browsers send no other; neither removes quotes nor decodes. */
function signedPairs(cookies: string): readonly (readonly [Parameter, string])[] {
  return cookies.split(';').flatMap(pair => {
    const [name = '', value = ''] = pair.replace(/^ +| +$/g, '').split(/=(.*)/s)
    const parameter = parametersByCookie.get(name)
    return parameter === undefined ? [] : [[parameter, value] as const]
  })
}

/** Checks a request for content by its URL if that is signed, else by its cookies; never by both. */
export function checkSignedContent(request: CookieRequest, keys: ReadonlyMap<string, KeyObject>): SignatureCheck {
  return isSignedUrl(request.url) ? checkSignedUrl(request, keys) : checkSignedCookies(request, keys)
}
