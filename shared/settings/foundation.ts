import * as v from 'valibot'
import { text, wholeNumber } from '../fields.ts'
import type { Region } from '../regions.ts'
import { choice, regionField, regionsField, type Rows } from './row.ts'

/** Props of `OnceAtEdge` that say what a deployment is: its name, Regions, network and keys. Most of them can't be changed freely. */
export interface FoundationProps {
  /** The prefix of all physical names: 3 to 16 characters out of a-z, 0-9 and -. Each deployment in an account has another. @default 'once' */
  readonly name?: string
  /**
   * How at most one viewer wins across Regions: `home` redeems each link in the home Region that its nonce names, `strong` has a table
   * that is strongly consistent in three Regions, so a redemption may go to any of them. @default 'home'
   */
  readonly mode?: 'home' | 'strong'
  /** The Regions of the table's replicas, each a possible home Region; the first also holds the files. @default - the Region of the stack */
  readonly homeRegions?: readonly [Region, ...Region[]]
  /**
   * Mode `strong` with two home Regions: the witness, which costs nothing and can't be read.
   * @default - the first other Region of the group in which strong consistency is possible
   */
  readonly witnessRegion?: Region
  /** From where callers reach the api: `private` from its own VPC only, which nothing leaves. @default 'public' */
  readonly network?: 'public' | 'private'
  /**
   * Network `private`: the addresses of its VPC, which must not overlap with those of networks that you connect to it.
   * @default '10.20.0.0/16'
   */
  readonly vpcCidr?: string
  /**
   * Network `private` without `vpc`: two zones of the first home Region, such as us-east-1a, or their ids, such as use1-az1, which Lambda
   * and the endpoints serve: see docs/construct.md. They are those of the subnets in that order, so they can't change. `once deploy`
   * finds and keeps them.
   * @default - none: a new VPC needs them
   */
  readonly availabilityZones?: readonly string[]
  /** The Regions of the api. @default - the first home Region */
  readonly apiRegions?: readonly [Region, ...Region[]]
  /** Requests a second that the api of a Region accepts, of all callers together; twice as many in a burst. @default 100 */
  readonly requestsPerSecond?: number
  /**
   * The kind of the signing key, which is in the secret. P-256 makes shorter URLs. A changed kind takes effect with the next rotation of
   * the keys. @default 'P-256'
   */
  readonly keySpec?: 'P-256' | 'RSA-2048'
  /** Home Regions that get no new links, because they are to be removed; not the first. Their links still work. @default - none */
  readonly leavingRegions?: readonly Region[]
  /**
   * What encrypts tables, secret, files and log groups: keys that AWS owns, which are free, or customer managed keys, one in each
   * Region. @default 'aws'
   */
  readonly encryption?: 'aws' | 'customer'
}

/** The kinds of stacks beside those of Regions. */
export const extraStacks = ['keys', 'events', 'plan'] as const

/**
 * Endings that a deployment's name can't have. A stack of `once-keys` would have the name of a stack of `once`; one of `once-api` that
 * of a stack of `once` as versions before this one deployed it, and a teardown of `once` would delete it. The API of `once-tokens` would
 * have the name of the token API of `once`.
 */
const reservedEndings = [...extraStacks, 'api', 'region', 'tokens']

const namePattern = new RegExp(`^[a-z](?!.*-(${reservedEndings.join('|')})$)[a-z0-9-]{2,15}$`)
const nameRule = `3 to 16 characters out of a-z 0-9 -, a letter first, not ending in ${reservedEndings.map(kind => `-${kind}`).join(', ')}`

const zone = text(
  /^([a-z]{2}(-[a-z]+)+-\d[a-z]|[a-z]{3,4}\d-az\d+)$/,
  'names of zones, such as us-east-1a, or their ids, such as use1-az1',
)

/** Returns whether a zone is named by its id, which is the same in every account (EC2, "Availability Zone IDs"). */
export const isZoneId = (name: string): boolean => name.includes('-az')

const privateNetwork = text(/^(10|172|192)(\.\d{1,3}){3}\/(1[6-9]|2[0-2])$/, 'a private network from /16 to /22')

/** The rows of these props. */
export const foundation = {
  name: { for: 'edge', fixed: true, schema: v.optional(text(namePattern, nameRule), 'once') },
  mode: { for: 'edge', fixed: true, schema: choice('home', 'strong') },
  homeRegions: { for: 'edge', fixed: true, schema: regionsField },
  witnessRegion: { for: 'edge', fixed: true, schema: v.optional(regionField) },
  network: { for: 'api', fixed: true, schema: choice('public', 'private') },
  vpcCidr: { for: 'infra', schema: v.optional(privateNetwork, '10.20.0.0/16') },
  availabilityZones: { for: 'infra', fixed: true, schema: v.optional(v.array(zone)) },
  apiRegions: { for: 'infra', fixed: true, schema: v.optional(regionsField) },
  requestsPerSecond: { for: 'infra', schema: v.optional(wholeNumber(1, 10_000, 'requests a second'), 100) },
  keySpec: { for: 'infra', schema: choice('P-256', 'RSA-2048') },
  leavingRegions: { for: 'api', fixed: true, schema: v.optional(v.array(regionField, 'a list of Regions'), []) },
  encryption: { for: 'infra', fixed: true, schema: choice('aws', 'customer') },
} as const satisfies Rows<FoundationProps>
