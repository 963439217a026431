import { type KeyObject, verify } from 'node:crypto'
import { hasPassed, type EpochMs, type EpochSeconds } from '../shared/time.ts'
import { addressIn, cannedPolicy, parsePolicy, type Policy } from './policy.ts'
import { resourceCovers } from './resource-pattern.ts'

/** A request for content: its full URL as it was sent, and who sent it when. */
export interface ContentRequest {
  readonly url: string
  readonly address: string
  readonly now: EpochMs
}

/** CloudFront's answer: the URL without its signing parameters, or the code and message of its 403. */
export type Verdict =
  | { readonly kind: 'granted'; readonly url: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

const parameters = ['Policy', 'Expires', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'] as const
type Parameter = (typeof parameters)[number]

const accessDenied = { kind: 'refused', code: 'AccessDenied', message: 'Access denied' } as const
const malformed = { kind: 'refused', code: 'MalformedPolicy', message: 'Malformed Policy' } as const

/**
 * Checks a signed URL as CloudFront does (AWS, "Use signed URLs"): key, signature (RSA or ECDSA, SHA-1 unless
 * `Hash-Algorithm` says SHA256), one Resource, dates, address. Strict where CloudFront's leniency isn't known.
 */
export function checkSignedUrl({ url, address, now }: ContentRequest, keys: ReadonlyMap<string, KeyObject>): Verdict {
  const { plainUrl, signing, repeated } = splitUrl(url)
  const keyPairId = signing.get('Key-Pair-Id')
  if (keyPairId === undefined) {
    return { kind: 'refused', code: 'MissingKey', message: 'Missing Key-Pair-Id query parameter or cookie value' }
  }
  const key = keys.get(keyPairId)
  if (key === undefined) return { kind: 'refused', code: 'InvalidKey', message: 'Unknown Key' }
  const policyText = policyTextOf(signing, plainUrl)
  const signature = fromCloudFrontBase64(signing.get('Signature') ?? '')
  const hash = hashOf(signing.get('Hash-Algorithm'))
  if (repeated || policyText === undefined || signature === undefined || hash === undefined) return accessDenied
  if (!verify(hash, policyText, key, signature)) return accessDenied
  const policy = parsePolicy(policyText.toString('utf8'))
  if (policy === undefined) return malformed
  return allows(policy, { plainUrl, address, now }) ? { kind: 'granted', url: plainUrl } : accessDenied
}

function allows(
  policy: Policy,
  { plainUrl, address, now }: { plainUrl: string; address: string; now: EpochMs },
): boolean {
  if (policy.resource !== undefined && !resourceCovers(policy.resource, plainUrl)) return false
  if (hasPassed(policy.before, now)) return false
  if (policy.after !== undefined && !hasPassed((policy.after + 1) as EpochSeconds, now)) return false
  return policy.network === undefined || addressIn(policy.network, address)
}

/** Takes CloudFront's own parameters out of the query and leaves the rest byte for byte as it was. */
function splitUrl(url: string): { plainUrl: string; signing: Map<Parameter, string>; repeated: boolean } {
  const [base = '', query] = url.split(/\?(.*)/s)
  const signing = new Map<Parameter, string>()
  const others: string[] = []
  let repeated = false
  for (const pair of query?.split('&') ?? []) {
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const parameter = parameters.find(each => each === name)
    if (parameter === undefined) others.push(pair)
    else if (signing.has(parameter)) repeated = true
    else signing.set(parameter, value)
  }
  return { plainUrl: others.length === 0 ? base : `${base}?${others.join('&')}`, signing, repeated }
}

/** The signed text: the custom policy in the URL, or the canned one that `Expires` stands for. Never both. */
function policyTextOf(signing: Map<Parameter, string>, plainUrl: string): Buffer | undefined {
  const policy = signing.get('Policy')
  const expires = signing.get('Expires')
  if (policy !== undefined && expires !== undefined) return undefined
  if (policy !== undefined) return fromCloudFrontBase64(policy)
  return /^\d{1,12}$/.test(expires ?? '') ? Buffer.from(cannedPolicy(plainUrl, Number(expires))) : undefined
}

function hashOf(algorithm: string | undefined): 'sha1' | 'sha256' | undefined {
  if (algorithm === undefined || algorithm === 'SHA1') return 'sha1'
  return algorithm === 'SHA256' ? 'sha256' : undefined
}

/** Undoes CloudFront's alphabet; undefined for any spelling but the canonical one, so that a flipped spare bit is seen. */
function fromCloudFrontBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9~-]+_{0,2}$/.test(text)) return undefined
  const base64 = text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/')
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 ? bytes : undefined
}
