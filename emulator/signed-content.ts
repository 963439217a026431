import type { KeyObject } from 'node:crypto'
import { checkSignedCookies, type CookieRequest } from './signed-cookies.ts'
import type { Verdict } from './cloudfront/signed-policy.ts'
import { checkSignedUrl, isSignedUrl } from './cloudfront/signed-request.ts'

/** Whether a request may have what it asks for: by its URL if that is a signed one, else by its cookies, never by both. */
export function checkSignedContent(request: CookieRequest, keys: ReadonlyMap<string, KeyObject>): Verdict {
  return isSignedUrl(request.url) ? checkSignedUrl(request, keys) : checkSignedCookies(request, keys)
}
