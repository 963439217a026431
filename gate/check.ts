import crypto from 'crypto'
import { parseAddress } from '../shared/address.ts'
import { bindingParameters, clientHashLength, clientHeader, secretCookiePrefix } from '../shared/binding.ts'

// See shared/address.ts for the language of the runtime.

type Values = AWSCloudFrontFunction.ValueObject

/** The part of a CloudFront Function's event that decides. Its values are as the viewer sent them, not decoded. */
export type GateEvent = Pick<AWSCloudFrontFunction.Event, 'viewer'> & {
  readonly request: Omit<AWSCloudFrontFunction.Request, 'method' | 'uri'>
}

/**
 * Why the gate refuses: the query isn't one that the edge signs; the viewer isn't at the address that the URL is bound to; or
 * it isn't the client that the URL is bound to, nor at its address.
 */
export type GateReason = 'altered' | 'other-address' | 'other-client'

const address = bindingParameters.address
const client = bindingParameters.client
const link = bindingParameters.link

/** Only names of signed URLs of ours: in any other, a parameter could stand beside the one that CloudFront verifies. */
const signedNames: readonly string[] = [
  'response-content-disposition',
  'versionId',
  link,
  address,
  client,
  'Policy',
  'Signature',
  'Key-Pair-Id',
  'Hash-Algorithm',
  'Expires',
]

/** A URL with one of these must have signed names only. */
const markNames: readonly string[] = [link, address, client, 'Signature']

const namePattern = /^[\w.~-]*$/
const linkPattern = /^[\w-]{22}$/
/** A secret that the edge derived, or one that a program brought. */
const secretPattern = /^[\w-]{22}(?:[\w-]{21})?$/
const hashPattern = new RegExp(`^[\\w-]{${clientHashLength}}$`)
/** An IPv4 address or its /24, or the /64 of an IPv6 address, as `Address` spells them. */
const addressStart = /^(?:4[\da-f]{6}(?:[\da-f]{2})?|6[\da-f]{16})$/

/**
 * Returns why a request for content is refused; undefined if it may pass, which is all that is said of its signature. A URL
 * that is bound to nothing passes. Throws on a malformed event, and CloudFront then refuses with 503.
 */
export function refusalOf(event: GateEvent): GateReason | undefined {
  const query = event.request.querystring
  const names = Object.keys(query)
  if (isAltered(query, names)) return 'altered'
  const byAddress = names.indexOf(address) !== -1
  const byClient = names.indexOf(client) !== -1
  if (!byAddress && !byClient) return undefined
  if (byAddress && isAtAddress(event.viewer.ip, single(query, address))) return undefined
  if (byClient && isClient(event.request)) return undefined
  return byClient ? 'other-client' : 'other-address'
}

function isAltered(query: Values, names: readonly string[]): boolean {
  const marked = markNames.some(name => names.indexOf(name) !== -1)
  return names.some(name => {
    const entry = query[name]
    if (entry === undefined || entry.multiValue !== undefined || !namePattern.test(name)) return true
    return marked && signedNames.indexOf(name) === -1
  })
}

function isAtAddress(ip: string, start: string): boolean {
  const viewer = addressStart.test(start) ? parseAddress(ip) : undefined
  return viewer !== undefined && viewer.slice(0, start.length) === start
}

function isClient(request: GateEvent['request']): boolean {
  const hash = single(request.querystring, client)
  if (!hashPattern.test(hash)) return false
  const id = single(request.querystring, link)
  if (linkPattern.test(id) && hashOf(single(request.cookies, secretCookiePrefix + id)) === hash) return true
  return hashOf(single(request.headers, clientHeader)) === hash
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
