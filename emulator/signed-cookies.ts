import type { KeyObject } from 'node:crypto'
import {
  checkSigning,
  type ContentRequest,
  type Parameter,
  parameters,
  signingOf,
  type Verdict,
} from './cloudfront/signed-policy.ts'

/** A request that may show cookies: the value of its `Cookie` header, several joined with `; `. */
export interface CookieRequest extends ContentRequest {
  readonly cookies: string
}

/** Parameters by the names of their cookies (AWS, "Set signed cookies using a custom policy"). Case matters. */
const names = new Map<string, Parameter>(parameters.map(parameter => [`CloudFront-${parameter}`, parameter]))

/** Checks a request for content by its cookies (AWS, "Use signed cookies"), by the rules of `checkSigning`. */
export function checkSignedCookies(
  { cookies, ...request }: CookieRequest,
  keys: ReadonlyMap<string, KeyObject>,
): Verdict {
  return checkSigning(signingOf(signedPairs(cookies)), request, keys)
}

/** No quotes are taken off, nothing is decoded and only spaces are left out around a pair: browsers send no more. */
function signedPairs(cookies: string): readonly (readonly [Parameter, string])[] {
  return cookies.split(';').flatMap(pair => {
    const [name = '', value = ''] = pair.replace(/^ +| +$/g, '').split(/=(.*)/s)
    const parameter = names.get(name)
    return parameter === undefined ? [] : [[parameter, value] as const]
  })
}
