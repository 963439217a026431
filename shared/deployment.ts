import * as v from 'valibot'
import { brandField } from './brand.ts'
import { describeInvalid, type InvalidField, parsedText, readFields, type Values, wholeNumber } from './fields.ts'
import { maxMediaSeconds, urlSecondsRange } from './limits.ts'
import { isRegion, type Region, regions, strongRegions } from './regions.ts'

/** The one configuration of a deployment, read at bundle time and inlined into every function. It holds no secret. */
export type Deployment = Readonly<Values<typeof fields>>

/** The name of a Region that this version knows. */
export const regionField = parsedText<Region>(
  text => (isRegion(text) ? text : undefined),
  `one of ${regions.join(', ')}`,
)

const resourceName = parsedText(
  text => (/^[A-Za-z0-9_.-]{3,255}$/.test(text) ? text : undefined),
  '3 to 255 characters out of A-Z a-z 0-9 _ . -',
)
const flag = v.boolean('true or false')

/** How far a clock of ours may be off, in seconds. Lambda's are kept by Amazon Time Sync, to well under one. */
const clockSkewSeconds = 5

/**
 * How long after its expiry nothing may remove the item of a link whose capabilities live for `urlSeconds`, in seconds: a
 * clock may be late, and by then every request that could still arrive has long given up and every capability is dead. An
 * hour at least.
 */
export function purgeDelayOf(urlSeconds: number): number {
  return clockSkewSeconds + Math.max(urlSecondsRange.max, urlSeconds)
}

/** The shortest of those delays, in seconds. */
export const purgeDelaySeconds = purgeDelayOf(0)

/** Shortest life of a link that an issuer may ask for, in seconds. */
export const minLinkSeconds = 10

/**
 * What a caller's quota may be, in requests a minute: the largest batch fits into it, and one partition of DynamoDB, which takes
 * a thousand writes a second, into which the counter is written.
 */
export const callerQuotaRange = { min: 100, max: 60_000 } as const

const week = 7 * 24 * 3600
const linkSeconds = wholeNumber(minLinkSeconds, 366 * 24 * 3600, 'seconds')

const nearestReplicaField = v.pipe(
  v.record(v.picklist(regions, `as names ${regions.join(', ')}`), regionField, 'an object from Region to Region'),
  v.transform((map): Readonly<Partial<Record<Region, Region>>> => map),
)

/** Regions, at least one and each once. */
export const regionsField = v.pipe(
  v.array(regionField, 'a list of Regions'),
  v.minLength(1, 'at least one Region'),
  v.check(list => new Set(list).size === list.length, 'each Region once'),
  // Not empty, as was just checked, so the first is one for the types too.
  v.transform(([first, ...others]): readonly [Region, ...Region[]] => [first as Region, ...others]),
)

const fields = {
  /** Tells the metrics of this deployment from those of others in the same account. */
  name: v.optional(resourceName, 'once'),
  /**
   * How one winner is kept across Regions. `home`: every redemption goes to the nonce's home Region. `strong`: the
   * table is strongly consistent in all its Regions, so any of them may be asked.
   */
  mode: v.picklist(['home', 'strong'], '"home" or "strong"'),
  /** The Regions with a replica of the table, each a possible home; the first is the default home. */
  homeRegions: regionsField,
  /** Mode `strong`: the third member of the table where two Regions have a replica. It can't be asked for anything. */
  witnessRegion: v.optional(regionField),
  /** Where the api is reached: from anywhere, or from one VPC only, which nothing leaves: then it knows its own Region alone. */
  network: v.optional(v.picklist(['public', 'private'], '"public" or "private"'), 'public'),
  /** Where viewers open links, without a path. Left out where only AWS will know: then the api is told when it starts. */
  linkOrigin: v.optional(parsedText(parseOrigin, 'https://HOST, or http://127.0.0.1:PORT on a laptop')),
  linksTable: resourceName,
  /** Where the api remembers answers by Idempotency-Key; one table per issuing Region, not replicated. */
  apiStateTable: resourceName,
  /** The Secrets Manager secret with the signing key and the MAC keys. */
  secretName: resourceName,
  /** The Regions that hold a copy of the secret, and in mode KMS of the signing key. @default homeRegions */
  secretRegions: v.optional(regionsField),
  /**
   * What signs capabilities: a key in the secret, or one that never leaves KMS. KMS is asked after the link was used, and
   * may fail: so with it every link keeps a receipt, by which the same client gets its capability when it asks again.
   */
  signer: v.optional(v.picklist(['secret', 'kms'], '"secret" or "kms"'), 'secret'),
  /** Life of a capability when the issuer doesn't say, in seconds. */
  urlSeconds: v.optional(wholeNumber(urlSecondsRange.min, urlSecondsRange.max, 'seconds'), 30),
  /** Life of a link when the issuer doesn't say, in seconds. */
  linkSeconds: v.optional(linkSeconds, 24 * 3600),
  /** Longest life of a link that an issuer may ask for, in seconds. */
  maxLinkSeconds: v.optional(linkSeconds, week),
  /** Mode `strong`: which replica the edges in a Region ask first, where that isn't the one the fewest kilometres away. */
  nearestReplica: v.optional(nearestReplicaField, {}),
  /** Off where connections may outlive a viewer's address, as those of HTTP/3 do: then capabilities name none. */
  bindAddresses: v.optional(flag, true),
  /** How long a receipt is kept after its link has expired, in seconds. */
  receiptSeconds: v.optional(wholeNumber(purgeDelayOf(maxMediaSeconds), 366 * 24 * 3600, 'seconds'), 30 * 24 * 3600),
  /** What a receipt keeps of the viewer's address: its /24 network, or a hash that only this deployment can make. */
  receiptAddress: v.optional(v.picklist(['prefix', 'hash'], '"prefix" or "hash"'), 'prefix'),
  /** Requests a minute that the api takes of one caller; a batch counts as many as it has links. */
  callerQuota: v.optional(wholeNumber(callerQuotaRange.min, callerQuotaRange.max, 'requests a minute'), 3000),
  /** Make every refusal about a nonce the same bytes, so that a stranger learns nothing from it. */
  uniformRefusals: v.optional(flag, false),
  /** Whose name, colour and text are on the pages that viewers see. Without it they look neutral. */
  brand: v.optional(brandField),
}

/** Reads a deployment's configuration; throws an error that names each wrong field, what it got and what is allowed. */
export function parseDeployment(input: unknown): Deployment {
  const read = readFields(fields, input)
  if (!read.ok) throw new TypeError(`deployment: ${read.invalid.map(describeInvalid).join('; ')}`)
  const invalid = [...checkLife(read.value), ...checkReplicas(read.value)]
  if (invalid.length > 0) throw new TypeError(`deployment: ${invalid.map(describeInvalid).join('; ')}`)
  return read.value
}

function checkLife({ linkSeconds, maxLinkSeconds }: Deployment): InvalidField[] {
  if (linkSeconds <= maxLinkSeconds) return []
  return [{ field: 'linkSeconds', got: String(linkSeconds), allowed: `at most maxLinkSeconds, ${maxLinkSeconds}` }]
}

/** What AWS makes strongly consistent: three Regions, one of them perhaps a witness, out of those that can. */
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

function parseOrigin(text: string): string | undefined {
  const loopback = /^http:\/\/127\.0\.0\.1(:\d{1,5})?$/
  const secure = /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+$/
  return loopback.test(text) || secure.test(text) ? text : undefined
}
