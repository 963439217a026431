import { sign } from 'node:crypto'
import { assert } from '../shared/errors.ts'
import type { SecretSigningKey } from '../shared/keys.ts'
import type { Link } from '../shared/link.ts'
import { type Ipv4, networkOf } from '../shared/network.ts'
import { resourcePath } from '../shared/object-key.ts'
import type { EpochSeconds } from '../shared/time.ts'

/** A signed URL that one redemption handed out. */
export interface Capability {
  /** Path and query without a host, so that a redirect can't leave the host that was asked. */
  readonly location: string
  /** The same with scheme and host. */
  readonly url: string
  /** CloudFront refuses requests that arrive at or after this second. */
  readonly expiresAt: EpochSeconds
  /** Where a folder is opened, what is signed: then the URL is plain, and works with these and no other way. */
  readonly cookies?: SignedCookies
}

/** What a client sends with every request below a path (AWS, "Set signed cookies that use a custom policy"). */
export interface SignedCookies {
  /** Begins and ends with a slash. */
  readonly path: string
  readonly values: Readonly<Record<string, string>>
  /** How long a client should keep them; they end with the capability, whatever it does. */
  readonly seconds: number
}

/** To whom a capability is given, and for how long. */
export interface Grantee {
  readonly viewer: Ipv4
  /** `https://` and the host the viewer asked. */
  readonly origin: string
  readonly expiresAt: EpochSeconds
}

/** A capability that lacks nothing but its signature. */
export interface UnsignedCapability {
  /** What is to be signed: ASCII, 4096 bytes at most. */
  readonly policy: string
  readonly origin: string
  /** Path and query of what is opened first. */
  readonly path: string
  /** The folder that is opened, where it is one. */
  readonly folder: string | undefined
  readonly keyPairId: string
  readonly urlSeconds: number
  readonly expiresAt: EpochSeconds
}

/** The most that KMS signs as a message (AWS, "KMS Sign"). The longest `resourcePath` and host leave 500 of it. */
const maxPolicyBytes = 4096

/** Not `Buffer.from`: its pool outlives many requests, and memory grows until a great garbage collection. */
const utf8 = new TextEncoder()

/** Prefix bits of the viewer's address that each binding keeps. */
const boundBits = { exact: 32, prefix: 24, none: undefined } as const

/**
 * Makes the one URL under which the viewer gets the object (AWS, "Create a signed URL using a custom policy"), or what opens
 * its folder to a player: one Resource, an end, an address, SHA-256. No I/O; throws only if the link is not what its type
 * promises.
 */
export function unsignedCapability(
  link: Link,
  keyPairId: string,
  { viewer, origin, expiresAt }: Grantee,
): UnsignedCapability {
  const path = resourcePath(link.key, link.filename)
  const folder = link.media === 'folder' ? folderOf(path) : undefined
  const resource = origin + (folder ?? path)
  assertPlain(resource)
  const policy = policyFor(folder ? `${resource}*` : resource, expiresAt, addressFor(link, viewer))
  assert(policy.length <= maxPolicyBytes, 'the policy of a capability is too long')
  return { policy, origin, path, folder, keyPairId, urlSeconds: link.urlSeconds, expiresAt }
}

/** Puts the signature of its policy, in base64, into the URL or the cookies. */
export function attachSignature(unsigned: UnsignedCapability, signature: string): Capability {
  const { policy, origin, path, folder, keyPairId, urlSeconds, expiresAt } = unsigned
  const [Policy, Signature] = [cloudFrontBase64(btoa(policy)), cloudFrontBase64(signature)]
  // Without the algorithm CloudFront checks a SHA-1 signature.
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

/** A path up to its last slash. Never the root: that would open every object. */
function folderOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  assert(folder !== '/' && !path.includes('?'), 'a link for a folder names an object inside one, and no file name')
  return folder
}

/** Makes and signs that URL with a key at hand. No I/O; throws only if the link or key is not what their types promise. */
export function signCapability(link: Link, key: SecretSigningKey, grantee: Grantee): Capability {
  const unsigned = unsignedCapability(link, key.keyPairId, grantee)
  const signature = sign('sha256', utf8.encode(unsigned.policy), key.privateKey)
  return attachSignature(unsigned, signature.toString('base64'))
}

/** CloudFront reads this text and no other spelling of it: no white space, numbers as numbers, one statement. */
function policyFor(resource: string, expiresAt: EpochSeconds, address: string | undefined): string {
  const Condition = {
    DateLessThan: { 'AWS:EpochTime': expiresAt },
    ...(address === undefined ? {} : { IpAddress: { 'AWS:SourceIp': address } }),
  }
  return JSON.stringify({ Statement: [{ Resource: resource, Condition }] })
}

function addressFor({ bind }: Link, viewer: Ipv4): string | undefined {
  const bits = boundBits[bind]
  return bits === undefined ? undefined : networkOf(viewer, bits)
}

/** A wildcard would open other objects. Neither key nor host brings one so far; this is the second lock. */
function assertPlain(resource: string): void {
  assert(!/[*\\]|\?.*\?/.test(resource), 'the resource of a capability holds a wildcard')
}

/** Not base64url: CloudFront has an alphabet of its own, with `-`, `_` and `~` for `+`, `=` and `/`. */
function cloudFrontBase64(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
}
