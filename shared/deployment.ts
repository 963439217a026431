import * as v from 'valibot'
import { brandField } from './brand.ts'
import { endpointsField } from './endpoints.ts'
import { describeInvalid, type InvalidField, parsedText, readFields, type Values, wholeNumber } from './fields.ts'
import { linkSecondsRange, maxCapabilitySeconds, urlSecondsRange } from './limits.ts'
import { keyPrefixRule, parseKeyPrefix } from './object-key.ts'
import { nearestReplicaField, regionField, regionsField } from './region-fields.ts'
import { strongRegions } from './regions.ts'

/** Configuration of a deployment: read when functions are bundled, and inlined into each. It holds no secret. */
export type Deployment = Readonly<Values<typeof fields>>

const resourceName = parsedText(
  text => (/^[A-Za-z0-9_.-]{3,255}$/.test(text) ? text : undefined),
  '3 to 255 characters out of A-Z a-z 0-9 _ . -',
)
const roleName = parsedText(
  text => (/^[\w+=,.@-]{1,64}$/.test(text) ? text : undefined),
  'the name of an IAM role: 1 to 64 characters out of A-Z a-z 0-9 _ + = , . @ -',
)
const flag = v.boolean('true or false')

/** How far a clock may be off, in seconds. Amazon Time Sync keeps Lambda's clocks to well under one second. */
const clockSkewSeconds = 5

/**
 * Returns the seconds after expiry for which a link's item must stay: clock skew plus the longer of an hour and
 * `urlSeconds`. By then late requests have given up and capabilities have expired.
 */
export function purgeDelayOf(urlSeconds: number): number {
  return clockSkewSeconds + Math.max(urlSecondsRange.max, urlSeconds)
}

/** Shortest delay that `purgeDelayOf` returns, in seconds. */
export const purgeDelaySeconds = purgeDelayOf(0)

/** Shortest life of a link that an issuer may request, in seconds. */
export const { min: minLinkSeconds } = linkSecondsRange

/**
 * Allowed quotas of a caller, in requests a minute. The largest batch fits into the smallest. The largest fits into one
 * partition of DynamoDB, where the counter is: a partition accepts a thousand writes a second.
 */
export const callerQuotaRange = { min: 100, max: 60_000 } as const

const linkSeconds = wholeNumber(minLinkSeconds, linkSecondsRange.max, 'seconds')

/** All fields of a deployment. Those that are settings have their names. */
export const fields = {
  /** Distinguishes the metrics of this deployment from those of others in the same account. */
  name: v.optional(resourceName, 'once'),
  /**
   * How at most one viewer wins across Regions. `home`: every redemption goes to the nonce's home Region. `strong`: the
   * table is strongly consistent in all its Regions, so a redemption may go to any of them.
   */
  mode: v.picklist(['home', 'strong'], '"home" or "strong"'),
  /** Regions with a replica of the table, each a possible home Region. The first is the default. */
  homeRegions: regionsField,
  /** Mode `strong`: the third member of the table if only two Regions have a replica. It serves no reads or writes. */
  witnessRegion: v.optional(regionField),
  /** Home Regions that get no new links, because they are to be removed; not the first. Their links still work. */
  leavingRegions: v.optional(v.array(regionField, 'a list of Regions'), []),
  /**
   * From where callers reach the api: from anywhere, or from one VPC only. Nothing leaves the VPC, so there the api
   * reaches only its own Region.
   */
  network: v.optional(v.picklist(['public', 'private'], '"public" or "private"'), 'public'),
  /** Origin, without a path, at which viewers open links. If it is absent, the api reads it from its environment. */
  linkOrigin: v.optional(
    parsedText(parseLinkOrigin, 'https://HOST, or on a laptop http or https at 127.0.0.1:PORT or localhost:PORT'),
  ),
  linksTable: resourceName,
  /** Table of idempotency records and quotas: one in each Region with an api, not replicated. */
  apiStateTable: resourceName,
  /** Table of deliveries, in the first home Region; absent without the setting `deliveryProof`. */
  deliveriesTable: v.optional(resourceName),
  /** Secret in Secrets Manager that holds the signing key and the MAC keys. */
  secretName: resourceName,
  /** Regions with a copy of the secret and of a signing key in KMS. @default homeRegions */
  secretRegions: v.optional(regionsField),
  /**
   * What signs capabilities: a key in the secret, or one that never leaves KMS, which is called after the link is consumed, and may
   * fail. So with `kms` every link keeps a receipt, by which the same client gets its capability on a repeat.
   */
  signer: v.optional(v.picklist(['secret', 'kms'], '"secret" or "kms"'), 'secret'),
  /** Default life of a capability, in seconds. */
  urlSeconds: v.optional(wholeNumber(urlSecondsRange.min, urlSecondsRange.max, 'seconds'), 30),
  /** Default life of a link, in seconds. */
  linkSeconds: v.optional(linkSeconds, 24 * 3600),
  /** Longest life of a link that an issuer may request, in seconds. */
  maxLinkSeconds: v.optional(linkSeconds, 7 * 24 * 3600),
  /** Mode `strong`: the replica that edges in a Region call first, if it isn't the one the fewest kilometres away. */
  nearestReplica: v.optional(nearestReplicaField, {}),
  /** The distribution has the gate, which checks to which client a URL is bound. Without it, no link is bound to one. */
  gate: v.optional(flag, false),
  /** Viewers may come over IPv6, whose addresses only the gate can check. */
  ipv6: v.optional(flag, false),
  /** Connections may outlive a viewer's address, as in HTTP/3: then no capability is bound to an address alone. */
  http3: v.optional(flag, false),
  /** Longest life of a capability, in seconds. */
  maxUrlSeconds: v.optional(wholeNumber(urlSecondsRange.min, maxCapabilitySeconds, 'seconds'), maxCapabilitySeconds),
  /** How long a receipt stays after its link has expired, in seconds. */
  receiptSeconds: v.optional(
    wholeNumber(purgeDelayOf(maxCapabilitySeconds), 366 * 24 * 3600, 'seconds'),
    30 * 24 * 3600,
  ),
  /** What a receipt keeps of the viewer's address: its /24, or /48 of IPv6, or a hash that only this deployment can compute. */
  receiptAddress: v.optional(v.picklist(['prefix', 'hash'], '"prefix" or "hash"'), 'prefix'),
  /** Requests a minute that the api allows one caller. A batch counts once for each of its links. */
  callerQuota: v.optional(wholeNumber(callerQuotaRange.min, callerQuotaRange.max, 'requests a minute'), 3000),
  /**
   * Roles each of whose sessions is named after one user, by an identity provider or a trust policy: names of IAM roles. The
   * api then takes each user for a caller. Of other roles, all sessions are one caller.
   */
  userRoles: v.optional(v.array(roleName, 'a list of names of IAM roles'), []),
  /** Starts of the keys that links may name; absent for all keys. */
  contentPrefixes: v.optional(v.array(parsedText(parseKeyPrefix, keyPrefixRule), 'a list of starts of keys')),
  /** Makes every refusal about a nonce the same bytes, so that a stranger learns nothing from it. */
  uniformRefusals: v.optional(flag, false),
  /** Issuers may give a link a `message` for its viewer. */
  messages: v.optional(flag, true),
  /** The receivers of webhooks, which links may name; absent if there are none. */
  endpoints: v.optional(endpointsField),
  /** Name, colour and text on the pages that viewers see. Without it they look neutral. */
  brand: v.optional(brandField),
}

/**
 * Parses a deployment's configuration. Throws a TypeError that names each invalid field, what it got and what is
 * allowed.
 */
export function parseDeployment(input: unknown): Deployment {
  const parsed = readFields(fields, input)
  if (!parsed.ok) throw new TypeError(`deployment: ${parsed.invalid.map(describeInvalid).join('; ')}`)
  const invalid = [checkLives, checkGate, checkReplicas].flatMap(check => check(parsed.value))
  if (invalid.length > 0) throw new TypeError(`deployment: ${invalid.map(describeInvalid).join('; ')}`)
  return parsed.value
}

function checkLives(deployment: Deployment): InvalidField[] {
  const over = (field: 'linkSeconds' | 'urlSeconds', max: 'maxLinkSeconds' | 'maxUrlSeconds') =>
    deployment[field] <= deployment[max]
      ? []
      : [{ field, got: String(deployment[field]), allowed: `at most ${max}, ${deployment[max]}` }]
  return [...over('linkSeconds', 'maxLinkSeconds'), ...over('urlSeconds', 'maxUrlSeconds')]
}

/** Without the gate, nothing would check an IPv6 address in a URL that an edge signed. */
function checkGate({ gate, ipv6 }: Deployment): InvalidField[] {
  return ipv6 && !gate ? [{ field: 'ipv6', got: 'true', allowed: 'true only with gate: true' }] : []
}

/** Checks what AWS requires for strong consistency: three Regions out of `strongRegions`; one of them may be a witness. */
function checkReplicas({ mode, homeRegions, witnessRegion, nearestReplica }: Deployment): InvalidField[] {
  const chosen = Object.entries(nearestReplica)
  if (mode === 'home') {
    const onlyStrong = { got: 'mode "home"', allowed: 'only in mode "strong"' }
    return [
      ...(chosen.length === 0 ? [] : [{ field: 'nearestReplica', ...onlyStrong }]),
      ...(witnessRegion === undefined ? [] : [{ field: 'witnessRegion', ...onlyStrong }]),
    ]
  }
  const members = witnessRegion === undefined ? homeRegions : [...homeRegions, witnessRegion]
  const areMembers = members.every(region => strongRegions.includes(region)) && new Set(members).size === 3
  const replicas = witnessRegion === undefined ? 'three' : 'two, and another as witnessRegion,'
  const allowed = `in mode "strong" exactly ${replicas} of ${strongRegions.join(', ')}`
  const outside = chosen.filter(([, replica]) => !homeRegions.includes(replica))
  return [
    ...(areMembers && members.length === 3
      ? []
      : [{ field: 'homeRegions', got: JSON.stringify(homeRegions), allowed }]),
    ...outside.map(([region, replica]) => ({
      field: `nearestReplica.${region}`,
      got: JSON.stringify(replica),
      allowed: `one of ${homeRegions.join(', ')}`,
    })),
  ]
}

/** Parses the origin of links: HTTPS and a host, or a port of this machine. Returns undefined for anything else. */
function parseLinkOrigin(text: string): string | undefined {
  const loopback = /^https?:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?$/
  const secure = /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+$/
  return loopback.test(text) || secure.test(text) ? text : undefined
}
