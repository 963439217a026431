import crypto from 'crypto'
import { parseAddress } from '../../shared/address.ts'
import {
  bindingParameters,
  clientHashLength,
  clientHeader,
  secretCookiePrefix,
} from '../../shared/cloudfront/binding.ts'
import type { GateReason } from '../pages/texts/texts.ts'

// See shared/address.ts for the language of the runtime.

type Values = AWSCloudFrontFunction.ValueObject
type Request = Pick<AWSCloudFrontFunction.Request, 'uri' | 'querystring' | 'headers' | 'cookies'>

/** The part of a CloudFront Function's event that decides. Names and values are as the viewer sent them, not decoded. */
export interface GateEvent {
  readonly viewer: AWSCloudFrontFunction.Viewer
  readonly request: Request
}

/** A URL with one of these, in lower case, is a signed URL, and must have no other parameters than `signedNames`. */
const markNames: readonly string[] = [
  bindingParameters.link,
  bindingParameters.size,
  bindingParameters.use,
  bindingParameters.address,
  bindingParameters.client,
  'signature',
]

/**
 * All parameters of signed URLs, in lower case: older pages of AWS say that CloudFront sends names so, newer ones don't. Beside
 * a parameter of the signed Resource, a query may have none that could be taken for it.
 */
const signedNames = markNames.concat([
  'response-content-disposition',
  'versionid',
  'policy',
  'key-pair-id',
  'hash-algorithm',
  'expires',
])

/** More parameters than players send. It bounds the compute time, which CloudFront limits: beyond it, viewers get a 503. */
const maxParameters = 50
const namePattern = /^[\w.~-]*$/
/** A secret that the edge derived, or one that a program brought. */
const secretPattern = /^[\w-]{22}(?:[\w-]{21})?$/
const hashPattern = new RegExp(`^[\\w-]{${clientHashLength}}$`)
/** An IPv4 address or its /24, or the /64 of an IPv6 address, as `Address` spells them. */
const addressStart = /^(?:4[\da-f]{6}(?:[\da-f]{2})?|6[\da-f]{16})$/
/** A segment `.` or `..` after any slash, also encoded. No key has one. */
const dotSegment = /([/\\]|%2f|%5c)(\.|%2e){1,2}($|[/\\]|%2f|%5c)/i
/** CloudFront's base64, with `_` for padding, of at most 4096 bytes, which bounds the compute time: the edge signs no longer policy. */
const policyPattern = /^[a-z\d~-]{1,5464}_{0,2}$/i

/**
 * Returns what the access log is to say of a request that may pass; undefined unless the URL's own signature covers exactly this link,
 * size and use. Cookies of a folder, or its policy in a query, cover any. CloudFront checks the signature of a URL that has one, whatever
 * its cookies (AWS, "Decide to use signed URLs or signed cookies"); if a name of it is missing or spelled otherwise, it may see none.
 */
export function logEntryOf(event: GateEvent): string | undefined {
  const query = event.request.querystring
  const link = query[bindingParameters.link]
  if (!link) return undefined
  const policy = single(query, 'Signature') && single(query, 'Key-Pair-Id') && single(query, 'Policy')
  if (!policyPattern.test(policy)) return undefined
  const size = single(query, bindingParameters.size)
  const use = single(query, bindingParameters.use)
  // The edge writes `{"Statement":[{"Resource":"URL"` and more. Padding becomes characters behind the end.
  const text = Buffer.from(policy.split('~').join('_'), 'base64url').toString()
  const resource = text.split('"')[5] || '*'
  const named = `&${bindingParameters.link}=${link.value}&${size && `${bindingParameters.size}=${size}&`}${use && `${bindingParameters.use}=${use}&`}`
  const isNamed = !/\*|\?.*\?/.test(resource) && `&${resource.split('?')[1]}&`.indexOf(named) !== -1
  return isNamed ? loggedLink(link.value, size, use) : undefined
}

/**
 * Returns why a request for content is refused; undefined if it may pass: its URL is bound to this viewer's address or client,
 * or to nothing. Whether it is signed is for CloudFront to check. Throws on a malformed event.
 */
export function refusalOf(event: GateEvent): GateReason | undefined {
  const parameters = signedParameters(event.request.querystring)
  if (parameters === undefined || dotSegment.test(event.request.uri)) return 'altered'
  const address = parameters[bindingParameters.address]
  const client = parameters[bindingParameters.client]
  if (address === undefined && client === undefined) return undefined
  if (address !== undefined && isAtAddress(event.viewer.ip, address.value)) return undefined
  if (client === undefined) return 'other-address'
  return isClient(event.request, single(parameters, bindingParameters.link), client.value) ? undefined : 'other-client'
}

/** Returns the parameters of a signed URL, by name in lower case. Undefined if the edge doesn't sign URLs with such a query. */
function signedParameters(query: Values): Values | undefined {
  const found: Values = {}
  const names = Object.keys(query)
  if (names.length > maxParameters) return undefined
  let others = 0
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] || ''
    const known = name.toLowerCase()
    const entry = query[name]
    if (entry === undefined || entry.multiValue !== undefined || !namePattern.test(name)) return undefined
    if (signedNames.indexOf(known) === -1) others += 1
    else if (found[known] === undefined) found[known] = entry
    else return undefined
  }
  return others > 0 && markNames.some(name => found[name] !== undefined) ? undefined : found
}

function isAtAddress(ip: string, start: string): boolean {
  const viewer = addressStart.test(start) ? parseAddress(ip) : undefined
  return viewer !== undefined && viewer.slice(0, start.length) === start
}

function isClient(request: Request, link: string, hash: string): boolean {
  if (!hashPattern.test(hash)) return false
  if (linkIdPattern.test(link) && hashOf(cookieOf(request.cookies, secretCookiePrefix + link)) === hash) return true
  return hashOf(single(request.headers, clientHeader)) === hash
}

/** Like names of parameters, those of cookies may come in lower case. It does no harm: only who has the secret passes. */
function cookieOf(cookies: Values, name: string): string {
  return single(cookies, cookies[name] === undefined ? name.toLowerCase() : name)
}

/** Returns the value of a name that came once; empty if it is absent or came several times. */
function single(values: Values, name: string): string {
  const entry = values[name]
  return entry === undefined || entry.multiValue !== undefined ? '' : entry.value
}

/** Returns a secret's hash as URLs have it; empty if it is no secret. */
function hashOf(secret: string): string {
  if (!secretPattern.test(secret)) return ''
  return crypto.createHash('sha256').update(secret).digest('base64url').slice(0, clientHashLength)
}

/** Spelling of a link's id, as in `parseLinkId`. */
const linkIdPattern = /^[\w-]{22}$/
/** No object of S3 is larger than 5 TB, 13 digits. */
const sizePattern = /^\d{1,13}$/
const usePattern = /^[\w-]{8}$/

/**
 * Returns what the gate writes into the access log for a link: its public id and, if they are well-formed, the size of the file
 * and the use, such as `AAAAAAAAAAAAAAAAAAAAAA.4200000`. Undefined if the id is malformed.
 */
export function loggedLink(id: string, size: string, use: string): string | undefined {
  if (!linkIdPattern.test(id)) return undefined
  const known = sizePattern.test(size) ? size : ''
  if (usePattern.test(use)) return `${id}.${known}.${use}`
  return known ? `${id}.${known}` : id
}
