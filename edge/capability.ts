import { sign } from 'node:crypto'
import { assert } from '../shared/errors.ts'
import type { SecretSigningKey } from '../shared/keys.ts'
import type { Link } from '../shared/link.ts'
import { type Ipv4, networkOf } from '../shared/network.ts'
import { resourcePath } from '../shared/object-key.ts'
import type { EpochSeconds } from '../shared/time.ts'

/** The signed URL, or the URL and signed cookies, that a redemption hands out. */
export interface Capability {
  /** Path and query without a host, so that a redirect can't leave the requested host. */
  readonly location: string
  /** The same with scheme and host. */
  readonly url: string
  /** CloudFront refuses requests that arrive at or after this second. */
  readonly expiresAt: EpochSeconds
  /** For a folder, the signature. The URL is unsigned then, and works only with these cookies. */
  readonly cookies?: SignedCookies
}

/** Cookies that a client sends with each request below `path` (AWS, "Set signed cookies that use a custom policy"). */
export interface SignedCookies {
  /** Begins and ends with a slash. */
  readonly path: string
  readonly values: Readonly<Record<string, string>>
  /** How long a client should keep them. CloudFront refuses them after the end of the capability in any case. */
  readonly seconds: number
}

/** Who gets a capability, and until when. */
export interface Grantee {
  readonly viewer: Ipv4
  /** `https://` and the requested host. */
  readonly origin: string
  readonly expiresAt: EpochSeconds
}

/** A capability without its signature. */
export interface UnsignedCapability {
  /**
   * Text to sign: ASCII, at most 4096 bytes, the longest message that KMS signs (AWS, "KMS Sign"). The longest `resourcePath`
   * (maxResourcePath in object-key.ts) and host leave 700 bytes of it, so nothing checks it after the write.
   */
  readonly policy: string
  readonly origin: string
  /** Path and query of the object. */
  readonly path: string
  /** Path of the folder that the cookies open; undefined if the link is for one object. */
  readonly folder: string | undefined
  readonly keyPairId: string
  readonly urlSeconds: number
  readonly expiresAt: EpochSeconds
}

/** Not `Buffer.from`: its pool outlives many requests, so memory grows until a major garbage collection. */
const utf8 = new TextEncoder()

/** Prefix bits of the viewer's address that each binding keeps. */
const boundBits = { exact: 32, prefix: 24, none: undefined } as const

/**
 * Returns the capability to sign, for the object's URL (AWS, "Create a signed URL using a custom policy") or, for a
 * player, the cookies of its folder. The policy has one Resource, an end and, unless `bind` is `none`, an
 * address. No I/O. Throws only if the link breaks the promises of its type.
 */
export function unsignedCapability(
  link: Link,
  keyPairId: string,
  { viewer, origin, expiresAt }: Grantee,
): UnsignedCapability {
  // A folder's cookies open every version of its files, so no viewer of a folder learns the id of one.
  const isFolder = link.media === 'folder'
  const path = resourcePath(isFolder ? { key: link.key } : link)
  const folder = isFolder ? folderOf(path) : undefined
  const resource = origin + (folder ?? path)
  assertNoWildcard(resource)
  const policy = policyFor(folder ? `${resource}*` : resource, expiresAt, addressFor(link, viewer))
  return { policy, origin, path, folder, keyPairId, urlSeconds: link.urlSeconds, expiresAt }
}

/** Adds the SHA-256 signature of the policy, in base64, to the URL or the cookies. */
export function attachSignature(unsigned: UnsignedCapability, signature: string): Capability {
  const { policy, origin, path, folder, keyPairId, urlSeconds, expiresAt } = unsigned
  const [Policy, Signature] = [cloudFrontBase64(btoa(policy)), cloudFrontBase64(signature)]
  // Without Hash-Algorithm, CloudFront expects a SHA-1 signature.
  if (folder === undefined) {
    const query = `Policy=${Policy}&Key-Pair-Id=${keyPairId}&Signature=${Signature}&Hash-Algorithm=SHA256`
    const location = `${path}${path.includes('?') ? '&' : '?'}${query}`
    return { location, url: origin + location, expiresAt }
  }
  const values = {
    'CloudFront-Policy': Policy,
    'CloudFront-Signature': Signature,
    'CloudFront-Key-Pair-Id': keyPairId,
    'CloudFront-Hash-Algorithm': 'SHA256',
  }
  return { location: path, url: origin + path, expiresAt, cookies: { path: folder, values, seconds: urlSeconds } }
}

/** Returns a path up to its last slash. Throws if that is the root, which would open every object. */
function folderOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  assert(folder !== '/', 'a link for a folder names an object inside one')
  return folder
}

/** Creates a capability signed with a private key. No I/O. Throws only if link or key break their types' promises. */
export function signCapability(link: Link, key: SecretSigningKey, grantee: Grantee): Capability {
  const unsigned = unsignedCapability(link, key.keyPairId, grantee)
  const signature = sign('sha256', utf8.encode(unsigned.policy), key.privateKey)
  return attachSignature(unsigned, signature.toString('base64'))
}

/** Returns a policy in the only spelling that CloudFront reads: no white space, numbers as numbers, one statement. */
function policyFor(resource: string, expiresAt: EpochSeconds, address: string | undefined): string {
  const Condition = {
    DateLessThan: { 'AWS:EpochTime': expiresAt },
    ...(address === undefined ? {} : { IpAddress: { 'AWS:SourceIp': address } }),
  }
  return JSON.stringify({ Statement: [{ Resource: resource, Condition }] })
}

function addressFor({ bind }: Link, viewer: Ipv4): string | undefined {
  assert(bind in boundBits, 'the edge knows the binding of the link')
  const bits = boundBits[bind as keyof typeof boundBits]
  return bits === undefined ? undefined : networkOf(viewer, bits)
}

/** Throws on a wildcard, which would open other objects. No key or host has one so far; this is a second check. */
function assertNoWildcard(resource: string): void {
  assert(!/[*\\]|\?.*\?/.test(resource), 'the resource of a capability holds a wildcard')
}

/** Converts base64 to CloudFront's alphabet, which isn't base64url: `-`, `_` and `~` for `+`, `=` and `/`. */
function cloudFrontBase64(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
}
