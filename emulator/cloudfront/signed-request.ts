import { type KeyObject, verify } from 'node:crypto'
import { type EpochMs, hasPassed } from '../../shared/time.ts'
import { addressIn, matches, parsePolicy, type Policy } from './policy.ts'

/** A request for content. */
export interface ContentRequest {
  /** The full URL as it was sent. */
  readonly url: string
  readonly address: string
  readonly now: EpochMs
}

/** CloudFront's decision: the URL without its signing parameters, or code and message of its 403. */
export type SignatureCheck =
  | { readonly kind: 'granted'; readonly url: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/** Parameters of a signature: with these names in a URL's query, with the prefix `CloudFront-` in cookies. */
const parameters = ['Policy', 'Expires', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'] as const

type Pair = readonly [parameter: (typeof parameters)[number], value: string]

const accessDenied = { kind: 'refused', code: 'AccessDenied', message: 'Access denied' } as const
const malformed = { kind: 'refused', code: 'MalformedPolicy', message: 'Malformed Policy' } as const

/**
 * Checks a request for content by its URL if that is signed, for which one of the parameters is enough, else by its cookies (AWS, "Use
 * signed cookies"); never by both (AWS, "Decide to use signed URLs or signed cookies"). `cookies` is the value of the header
 * `Cookie`; several are joined with `; `.
 */
export function checkSignedContent(
  request: ContentRequest & { readonly cookies: string },
  keys: ReadonlyMap<string, KeyObject>,
): SignatureCheck {
  const isSignedUrl = splitUrl(request.url).pairs.length > 0
  if (isSignedUrl) return checkSignedUrl(request, keys)
  return checkSigning(pairsOf(request.cookies), request, keys)
}

/** Checks a signed URL (AWS, "Use signed URLs"), by the rules of `checkSigning`. */
export function checkSignedUrl(request: ContentRequest, keys: ReadonlyMap<string, KeyObject>): SignatureCheck {
  const { url, pairs } = splitUrl(request.url)
  return checkSigning(pairs, { ...request, url }, keys)
}

/** Removes CloudFront's own parameters from the query and keeps the rest byte for byte. */
function splitUrl(whole: string): { url: string; pairs: readonly Pair[] } {
  const [base = '', query] = whole.split(/\?(.*)/s)
  const pairs: Pair[] = []
  const others: string[] = []
  for (const text of query?.split('&') ?? []) {
    const [name = '', value = ''] = text.split(/=(.*)/s)
    const parameter = parameters.find(each => each === name)
    if (parameter === undefined) others.push(text)
    else pairs.push([parameter, value])
  }
  return { url: others.length === 0 ? base : `${base}?${others.join('&')}`, pairs }
}

/**
 * Returns the parameters in cookies, whose names are case-sensitive (AWS, "Set signed cookies using a custom policy"). Removes spaces
 * around a pair, as browsers send no other; neither removes quotes nor decodes.
 */
function pairsOf(cookies: string): readonly Pair[] {
  return cookies.split(';').flatMap((text): readonly Pair[] => {
    const [name = '', value = ''] = text.replace(/^ +| +$/g, '').split(/=(.*)/s)
    const parameter = parameters.find(each => `CloudFront-${each}` === name)
    return parameter === undefined ? [] : [[parameter, value]]
  })
}

/**
 * Checks a request's signature as CloudFront does, from URL or cookies: key, signature (RSA or ECDSA; SHA-1 unless
 * `Hash-Algorithm` is SHA256), one Resource, dates, address. The request's `url` must have no signing parameters. Strict
 * where it isn't known how lenient CloudFront is, and for canned policies, with `Expires`, which we never sign.
 */
function checkSigning(
  pairs: readonly Pair[],
  request: ContentRequest,
  keys: ReadonlyMap<string, KeyObject>,
): SignatureCheck {
  // Takes the first of a repeated parameter: it isn't known which one CloudFront uses.
  const values = new Map(pairs.toReversed())
  const keyPairId = values.get('Key-Pair-Id') ?? ''
  if (keyPairId === '') {
    return { kind: 'refused', code: 'MissingKey', message: 'Missing Key-Pair-Id query parameter or cookie value' }
  }
  const key = keys.get(keyPairId)
  if (key === undefined) return { kind: 'refused', code: 'InvalidKey', message: 'Unknown Key' }
  const policyText = values.has('Expires') ? undefined : fromCloudFrontBase64(values.get('Policy') ?? '')
  const signature = fromCloudFrontBase64(values.get('Signature') ?? '')
  const hash = hashOf(values.get('Hash-Algorithm'))
  if (values.size < pairs.length || policyText === undefined || signature === undefined || hash === undefined)
    return accessDenied
  if (!verify(hash, policyText, key, signature)) return accessDenied
  const policy = parsePolicy(policyText.toString('utf8'))
  if (policy === undefined) return malformed
  const isGranted = matches(policy.resource, request.url) && allows(policy, request)
  return isGranted ? { kind: 'granted', url: request.url } : accessDenied
}

function allows(policy: Policy, { address, now }: ContentRequest): boolean {
  if (hasPassed(policy.before, now)) return false
  return policy.network === undefined || addressIn(policy.network, address)
}

function hashOf(algorithm: string | undefined): 'sha1' | 'sha256' | undefined {
  if (algorithm === undefined || algorithm === 'SHA1') return 'sha1'
  return algorithm === 'SHA256' ? 'sha256' : undefined
}

/** Decodes CloudFront's Base64; undefined for any spelling but the canonical one, so that a flipped spare bit fails. */
function fromCloudFrontBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9~-]+_{0,2}$/.test(text)) return undefined
  const base64 = text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/')
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 ? bytes : undefined
}
