import { sign } from 'node:crypto'
import { secretCookiePrefix } from '../../shared/cloudfront/binding.ts'
import { assert } from '../../shared/errors.ts'
import type { SigningKey } from '../../shared/secrets/keys.ts'
import type { Link } from '../../shared/link.ts'
import { downloadPath, resourcePath, withParameters } from '../../shared/object-key.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import { type Bearer, bindingOf } from './binding.ts'

/** The signed URL, the URL and signed cookies, or the right to one upload that a redemption hands out. */
export interface Capability {
  /** Path and query without a host, so that a redirect can't leave the requested host; of an upload, the page with its token in the fragment. */
  readonly location: string
  /** The same with scheme and host; of an upload, where programs send its token. */
  readonly url: string
  /** CloudFront refuses requests that arrive at or after this second. */
  readonly expiresAt: EpochSeconds
  /**
   * What the client must show besides the URL. For a folder the signature (AWS, "Set signed cookies that use a custom policy"): the
   * URL is unsigned then. For a file that is bound to the client, its secret.
   */
  readonly cookies?: CapabilityCookies
  /** Of an upload: what programs send in `Once-Upload`. */
  readonly token?: string
}

/** Cookies that a client sends with each request to `path` and below. */
interface CapabilityCookies {
  readonly path: string
  readonly values: Readonly<Record<string, string>>
  /** How long a client should keep them. CloudFront refuses them after the end of the capability in any case. */
  readonly seconds: number
}

/** The client that gets a capability, and when it ends. */
export interface Grantee extends Bearer {
  /** `https://` and the requested host. */
  readonly origin: string
  readonly expiresAt: EpochSeconds
}

/** Not `Buffer.from`: its pool outlives many requests, so memory grows until a major garbage collection. */
const utf8 = new TextEncoder()

/** Longest path of a cookie, in characters: browsers ignore longer ones (RFC 6265bis, "The Set-Cookie Header Field"). */
const maxCookiePath = 1024

/**
 * Creates a capability signed with a private key, for the object's URL (AWS, "Create a signed URL using a custom policy") or, for a
 * player, the cookies of its folder. The policy has one Resource and an end; what else binds it, `bindingOf` decides. No
 * I/O. Throws only if link or key break the promises of their types.
 */
export function signCapability(link: Link, { keyPairId, privateKey }: SigningKey, grantee: Grantee): Capability {
  const { origin, expiresAt } = grantee
  const { network, query } = bindingOf(link, grantee)
  const isFolder = link.media === 'folder'
  // A folder's cookies open every version of its files, so no viewer of a folder learns the id of one.
  const path = isFolder ? resourcePath({ key: link.key }) : withParameters(downloadPath(link), query)
  const resource = origin + (isFolder ? folderOf(path) : path)
  assertNoWildcard(resource)
  const policy = policyFor(isFolder ? `${resource}*` : resource, expiresAt, network)
  const Policy = cloudFrontBase64(btoa(policy))
  const Signature = cloudFrontBase64(sign('sha256', utf8.encode(policy), privateKey).toString('base64'))
  if (isFolder) {
    const values = {
      'CloudFront-Policy': Policy,
      'CloudFront-Signature': Signature,
      'CloudFront-Key-Pair-Id': keyPairId,
      'CloudFront-Hash-Algorithm': 'SHA256',
    }
    const cookies = { path: folderOf(path), values, seconds: link.urlSeconds }
    return { location: path, url: origin + path, expiresAt, cookies }
  }
  // Without Hash-Algorithm, CloudFront expects a SHA-1 signature.
  const signature = `Policy=${Policy}&Key-Pair-Id=${keyPairId}&Signature=${Signature}&Hash-Algorithm=SHA256`
  const location = withParameters(path, [signature])
  const cookies = secretCookieFor(link, path, grantee)
  return { location, url: origin + location, expiresAt, ...(cookies && { cookies }) }
}

/**
 * Hands the secret to a client that did not bring it. Programs get it for all paths: the jars of some, such as wget, refuse a
 * cookie for another path than that of their request.
 */
function secretCookieFor({ id, urlSeconds }: Link, path: string, { secret }: Grantee): CapabilityCookies | undefined {
  if (secret === undefined || secret.isBrought) return undefined
  const [file = '/'] = path.split('?')
  const values = { [secretCookiePrefix + id]: secret.value }
  const isForAll = secret.isProgram || file.length > maxCookiePath
  return { path: isForAll ? '/' : file, values, seconds: urlSeconds }
}

/** Returns a path up to its last slash. Throws if that is the root, which would open every object. */
function folderOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  assert(folder !== '/', 'root')
  return folder
}

/** Returns a policy in the only spelling that CloudFront reads: no white space, numbers as numbers, one statement. */
function policyFor(resource: string, expiresAt: EpochSeconds, network: string | undefined): string {
  const Condition = {
    DateLessThan: { 'AWS:EpochTime': expiresAt },
    ...(network === undefined ? {} : { IpAddress: { 'AWS:SourceIp': network } }),
  }
  return JSON.stringify({ Statement: [{ Resource: resource, Condition }] })
}

/** Throws on a wildcard, which would open other objects. No key or host has one so far; this is a second check. */
function assertNoWildcard(resource: string): void {
  assert(!/[*\\]|\?.*\?/.test(resource), 'wildcard')
}

/** Converts base64 to CloudFront's alphabet, which isn't base64url: `-`, `_` and `~` for `+`, `=` and `/`. */
function cloudFrontBase64(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
}
