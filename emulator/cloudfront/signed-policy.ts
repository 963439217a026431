import { type KeyObject, verify } from 'node:crypto'
import { type EpochMs, hasPassed } from '../../shared/time.ts'
import { addressIn, cookieResourceCovers, parsePolicy, type Policy, resourceCovers } from './policy.ts'

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
export const parameters = ['Policy', 'Expires', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'] as const

/** Name of a signature's parameter. */
export type Parameter = (typeof parameters)[number]

/** The signature parameters of one request, as they were spelled. */
export interface Signing {
  readonly from: 'url' | 'cookies'
  readonly values: ReadonlyMap<Parameter, string>
  /** Whether a parameter came twice: it isn't known which one CloudFront uses. */
  readonly repeated: boolean
}

const accessDenied = { kind: 'refused', code: 'AccessDenied', message: 'Access denied' } as const
const malformed = { kind: 'refused', code: 'MalformedPolicy', message: 'Malformed Policy' } as const

/** Collects the parameters of a URL or of cookies; keeps the first value of a repeated one. */
export function signingOf(from: Signing['from'], pairs: Iterable<readonly [Parameter, string]>): Signing {
  const values = new Map<Parameter, string>()
  let repeated = false
  for (const [parameter, value] of pairs) {
    if (values.has(parameter)) repeated = true
    else values.set(parameter, value)
  }
  return { from, values, repeated }
}

/**
 * Checks a request's signature as CloudFront does, from URL or cookies: key, signature (RSA or ECDSA; SHA-1 unless
 * `Hash-Algorithm` is SHA256), one Resource, dates, address. The request's `url` must have no signing parameters. Strict
 * where it isn't known how lenient CloudFront is, and for canned policies, with `Expires`, which we never sign.
 */
export function checkSigning(
  { from, values, repeated }: Signing,
  request: ContentRequest,
  keys: ReadonlyMap<string, KeyObject>,
): SignatureCheck {
  const keyPairId = values.get('Key-Pair-Id') ?? ''
  if (keyPairId === '') {
    return { kind: 'refused', code: 'MissingKey', message: 'Missing Key-Pair-Id query parameter or cookie value' }
  }
  const key = keys.get(keyPairId)
  if (key === undefined) return { kind: 'refused', code: 'InvalidKey', message: 'Unknown Key' }
  const policyText = values.has('Expires') ? undefined : fromCloudFrontBase64(values.get('Policy') ?? '')
  const signature = fromCloudFrontBase64(values.get('Signature') ?? '')
  const hash = hashOf(values.get('Hash-Algorithm'))
  if (repeated || policyText === undefined || signature === undefined || hash === undefined) return accessDenied
  if (!verify(hash, policyText, key, signature)) return accessDenied
  const policy = parsePolicy(policyText.toString('utf8'))
  if (policy === undefined) return malformed
  const covers = from === 'url' ? resourceCovers : cookieResourceCovers
  const isGranted = covers(policy.resource, request.url) && allows(policy, request)
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
