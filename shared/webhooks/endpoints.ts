import * as v from 'valibot'
import { echo, type InvalidField, type Parsed, parsedList, parsedText, parseEach, readFields, text } from '../fields.ts'
import { issuerIdPattern, issuerIdRule } from '../callers/issuer-id.ts'

/** A receiver of webhooks, which links name by its id. */
export interface Endpoint {
  /** By this, links name it: 1 to 16 characters out of a-z, 0-9 and -. */
  readonly id: string
  /** Where webhooks are sent, on port 443 unless it names another: https and a host name, without user and password. */
  readonly url: string
  /** The name of a secret in Secrets Manager, in us-east-1, that holds `whsec_` and a key in Base64. */
  readonly secretName: string
  /** The only issuer whose links may name it. @default - all may */
  readonly issuer?: string
}

/** Pattern of the id of an endpoint: 1 to 16 characters, like the id of an issuer. */
export const endpointIdPattern = issuerIdPattern

/** What `endpointIdPattern` accepts, for error messages. */
export const endpointIdRule = issuerIdRule

/** Most endpoints of a deployment: each has a queue, which Lambda polls all the time. */
const maxEndpoints = 20

const urlRule =
  'a URL such as https://hooks.example.com/once: https, a host name and no address, no user, no password, no fragment, at most 1024 characters'
const secretRule = 'the name of a secret: 1 to 256 characters out of A-Z a-z 0-9 / _ + = . @ -'

const fields = {
  id: text(new RegExp(endpointIdPattern), endpointIdRule),
  url: parsedText(parseUrl, urlRule),
  secretName: text(/^[\w/+=.@-]{1,256}$/, secretRule),
  issuer: v.optional(text(new RegExp(issuerIdPattern), issuerIdRule)),
}

function parseUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || text.length > 1024 || text !== text.trim()) return undefined
  const { protocol, hostname, username, password } = url
  const isPlain = protocol === 'https:' && username === '' && password === '' && !text.includes('#')
  return isPlain && isPublicName(hostname) ? text : undefined
}

/** Whether it is a name of the DNS with a dot. The URL parser has made IPv4 addresses of `0x7f.1`, and brackets are around IPv6. */
function isPublicName(hostname: string): boolean {
  return /^([a-z0-9_-]+\.)+[a-z][a-z0-9-]*$/.test(hostname) && !/(^|\.)(localhost|internal|local)$/.test(hostname)
}

/** Schema of a list of endpoints in settings: each id once. */
export const endpointsField = parsedList(parseEndpoints, 'a list of endpoints')

function parseEndpoints(input: readonly unknown[]): Parsed<readonly Endpoint[]> {
  const parsed = parseEach('endpoints', input, parseEndpoint)
  if (!parsed.ok) return parsed
  const invalid = [...checkIds(parsed.value), ...checkCount(parsed.value)]
  return invalid.length > 0 ? { ok: false, invalid } : parsed
}

function parseEndpoint(input: unknown): Parsed<Endpoint> {
  const read = readFields(fields, input)
  if (!read.ok) return read
  const { issuer, ...rest } = read.value
  return { ok: true, value: { ...rest, ...(issuer !== undefined && { issuer }) } }
}

function checkIds(endpoints: readonly Endpoint[]): InvalidField[] {
  const ids = endpoints.map(({ id }) => id)
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index)
  return repeated === undefined
    ? []
    : [{ field: 'endpoints', got: `two with id ${echo(repeated)}`, allowed: 'each id once' }]
}

function checkCount({ length }: readonly Endpoint[]): InvalidField[] {
  if (length <= maxEndpoints) return []
  return [{ field: 'endpoints', got: `${length} endpoints`, allowed: `at most ${maxEndpoints}` }]
}
