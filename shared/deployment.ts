import * as v from 'valibot'
import { describeInvalid, parsed, readFields, type Values, wholeNumber } from './fields.ts'
import { isRegion, type Region, regions } from './regions.ts'

/** The one configuration of a deployment, read at bundle time and inlined into edge and api. It holds no secret. */
export type Deployment = Readonly<Values<typeof fields>>

/** The name of a Region that this version knows. */
export const regionField = parsed<Region>(text => (isRegion(text) ? text : undefined), `one of ${regions.join(', ')}`)

const resourceName = parsed(
  text => (/^[A-Za-z0-9_.-]{3,255}$/.test(text) ? text : undefined),
  '3 to 255 characters out of A-Z a-z 0-9 _ . -',
)
const flag = v.boolean('true or false')

/** Seconds that a capability may live: CloudFront checks it when a request arrives, so the floor leaves room for a redirect. */
export const urlSecondsField = wholeNumber(5, 3600, 'seconds')

/** Shortest life of a link that an issuer may ask for, in seconds. */
export const minLinkSeconds = 10

const week = 7 * 24 * 3600
const linkSeconds = wholeNumber(minLinkSeconds, 366 * 24 * 3600, 'seconds')

const fields = {
  /** How one winner is kept across Regions. `home`: every redemption goes to the nonce's home Region. */
  mode: v.picklist(['home'], '"home"'),
  /** The Regions with a replica of the table, each a possible home; the first is the default home and holds the secret. */
  homeRegions: v.pipe(
    v.array(regionField, 'a list of Regions'),
    v.minLength(1, 'at least one Region'),
    v.check(list => new Set(list).size === list.length, 'each Region once'),
    // Not empty, as was just checked, so the default home is one for the types too.
    v.transform(([first, ...others]): readonly [Region, ...Region[]] => [first as Region, ...others]),
  ),
  /** Where viewers open links, without a path. */
  linkOrigin: parsed(parseOrigin, 'https://HOST, or http://127.0.0.1:PORT on a laptop'),
  linksTable: resourceName,
  /** Where the api remembers answers by Idempotency-Key; one table per issuing Region, not replicated. */
  answersTable: resourceName,
  /** The Secrets Manager secret with the signing key and the MAC keys. */
  secretName: resourceName,
  /** Life of a capability when the issuer doesn't say, in seconds. */
  urlSeconds: v.optional(urlSecondsField, 30),
  /** Life of a link when the issuer doesn't say, in seconds. */
  linkSeconds: v.optional(linkSeconds, 24 * 3600),
  /** Longest life of a link that an issuer may ask for, in seconds. */
  maxLinkSeconds: v.optional(linkSeconds, week),
  /** Make every refusal about a nonce the same bytes, so that a stranger learns nothing from it. */
  uniformRefusals: v.optional(flag, false),
}

/** Reads a deployment's configuration; throws an error that names each wrong field, what it got and what is allowed. */
export function parseDeployment(input: unknown): Deployment {
  const read = readFields(fields, input)
  if (!read.ok) throw new TypeError(`deployment: ${read.invalid.map(describeInvalid).join('; ')}`)
  const { linkSeconds, maxLinkSeconds } = read.value
  if (linkSeconds <= maxLinkSeconds) return read.value
  throw new TypeError(`deployment: linkSeconds: got ${linkSeconds}, allowed: at most maxLinkSeconds, ${maxLinkSeconds}`)
}

function parseOrigin(text: string): string | undefined {
  const loopback = /^http:\/\/127\.0\.0\.1(:\d{1,5})?$/
  const secure = /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+$/
  return loopback.test(text) || secure.test(text) ? text : undefined
}
