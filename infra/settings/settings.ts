import * as v from 'valibot'
import { authField } from '../../shared/auth.ts'
import { brandField } from '../../shared/brand.ts'
import { endpointFields } from '../../shared/endpoints.ts'
import { regionField, regionsField } from '../../shared/region-fields.ts'
import { parsedText, type Values, wholeNumber } from '../../shared/fields.ts'
import { issuersField } from '../../shared/issuers.ts'
import { type Region, regions } from '../../shared/regions.ts'
import { reservedEndings } from '../placement/physical-names.ts'

/** Retention periods of CloudWatch Logs, in days (AWS, PutRetentionPolicy). */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const

/** Schema of a setting that is on or off. */
const flag = v.boolean('true or false')

/** Schema of text that `pattern` allows; `rule` says which. */
const text = (pattern: RegExp, rule: string) => parsedText(value => (pattern.test(value) ? value : undefined), rule)

/** The same, or a token of the CDK for it. */
const reference = (pattern: RegExp, rule: string) =>
  parsedText(value => (pattern.test(value) || value.startsWith('${Token[') ? value : undefined), rule)

/** The settings of a deployment, complete and checked; see `fields`. */
export type Settings = Readonly<Values<typeof fields>>

/** Settings as in infra/deployment.ts: those with a default are optional. */
export type SettingsInput = Readonly<v.InferInput<v.ObjectSchema<typeof fields, undefined>>>

/** The Region of CloudFront's resources and of the edge function itself: AWS allows no other. */
export const edgeStackRegion = 'us-east-1' satisfies Region

const namePattern = new RegExp(`^[a-z](?!.*-(${reservedEndings.join('|')})$)[a-z0-9-]{2,15}$`)
const nameRule = `3 to 16 characters out of a-z 0-9 -, a letter first, not ending in ${reservedEndings.map(kind => `-${kind}`).join(', ')}`

/** All settings. `cdk -c NAME=VALUE` overrides each; lists are written with commas. */
export const fields = {
  /** The prefix of all names. Each deployment in an account has another. */
  name: v.optional(text(namePattern, nameRule), 'once'),
  /** `home`: each link is redeemed in its home Region. `strong`: the table is strongly consistent in three Regions. */
  mode: v.optional(v.picklist(['home', 'strong'], '"home" or "strong"'), 'home'),
  /** The Regions of the table's replicas; the first also holds the files. */
  homeRegions: regionsField,
  /**
   * Mode `strong`: the witness if only two Regions have a replica. It costs nothing and can't be read. @default the first other
   * Region of the group in which strong consistency is possible
   */
  witnessRegion: v.optional(regionField),
  /** The Regions of the api. @default the first home Region */
  apiRegions: v.optional(regionsField),
  /** `private`: only its own VPC reaches the api, and nothing leaves that VPC. */
  network: v.optional(v.picklist(['public', 'private'], '"public" or "private"'), 'public'),
  /** Network `private`: the addresses of its VPC. They must not overlap with those of networks that you connect to it. */
  vpcCidr: v.optional(
    text(/^(10|172|192)(\.\d{1,3}){3}\/(1[6-9]|2[0-2])$/, 'a private network from /16 to /22'),
    '10.20.0.0/16',
  ),
  /** Network `private`: the two zones of a new VPC, in the order of its subnets, which can't change. `once deploy` finds and keeps them. */
  availabilityZones: v.optional(v.array(text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'names of zones, such as us-east-1a'))),
  /** What signs capabilities: a key in the secret, or a key that never leaves KMS. */
  signer: v.optional(v.picklist(['secret', 'kms'], '"secret" or "kms"'), 'secret'),
  /** The kind of the signing key, in the secret or in KMS: P-256 makes shorter URLs, RSA costs a fifth per signature of KMS. */
  keySpec: v.optional(v.picklist(['P-256', 'RSA-2048'], '"P-256" or "RSA-2048"'), 'P-256'),
  /** Signer `kms`: the number of the key. To rotate the key, set the next number: KMS has no rotation for keys that sign. */
  kmsKey: v.optional(wholeNumber(1, 999, 'a number'), 1),
  /**
   * Keys in KMS that no longer sign but are still needed, such as `P-256-1`. Don't set it: `once deploy` does, while a change of
   * the signer is under way.
   */
  kmsKeysKept: v.optional(
    v.array(text(/^(P-256|RSA-2048)-[1-9]\d{0,2}$/, 'a kind of key and a number, such as P-256-1')),
    [],
  ),
  /** What encrypts tables, secret, files and log groups: keys that AWS owns, which are free, or customer managed keys, one in each Region. */
  encryption: v.optional(v.picklist(['aws', 'customer'], '"aws" or "customer"'), 'aws'),
  /** The host of links, such as files.example.com. @default the distribution's host of cloudfront.net */
  domainName: v.optional(text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a host name in lower case')),
  /** Its certificate, in us-east-1. @default a new one, which requires `hostedZoneId` */
  certificateArn: v.optional(
    reference(/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/.+$/, 'the ARN of a certificate in us-east-1'),
  ),
  /** The id of the Route 53 zone `hostedZoneName`, which gets an alias record from the host to the distribution. */
  hostedZoneId: v.optional(reference(/^Z[A-Z0-9]+$/, 'the id of a hosted zone')),
  hostedZoneName: v.optional(text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'the domain of the hosted zone')),
  /**
   * Whether links may need the gate, the function that checks to which client a signed URL is bound. The gate itself is in front
   * of files always. @see docs/gate.md before you change it
   */
  gate: v.optional(flag, true),
  /** Whether viewers may use IPv6. Only the gate can check such addresses, so `gate` must be on. */
  ipv6: v.optional(flag, false),
  /** Whether viewers may use HTTP/3, whose connections outlive a change of address: then no link is bound to an address alone. */
  http3: v.optional(flag, false),
  /**
   * The web ACL in front of links: none, one of the deployment, which limits requests by address, one that the plan includes, or
   * another one by its ARN. @default `plan` with a plan, otherwise `none`
   */
  firewall: v.optional(
    reference(
      /^(none|own|plan|arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+)$/,
      '"none", "own", "plan" or the ARN of a web ACL',
    ),
  ),
  /** CloudFront's flat-rate plan of the distribution. @default none: CloudFront is billed by use */
  plan: v.optional(v.picklist(['free', 'pro', 'business'], '"free", "pro" or "business"')),
  /** Whether each request is logged: by CloudFront into a bucket of its own, by the api with its caller. */
  accessLogs: v.optional(flag, false),
  /**
   * By which role API Gateway writes logs, one of all APIs of an account and Region: `own` replaces it for all, `account` uses the one
   * that is set, `none` writes no logs.
   */
  apiLogRole: v.optional(v.picklist(['own', 'account', 'none'], '"own", "account" or "none"'), 'own'),
  /**
   * Whether it is known how far each file was delivered: CloudFront's access log then names the link, and a function reads it. Not of
   * folders. With the plan free there are no logs.
   */
  deliveryProof: v.optional(flag, false),
  /** Whether events of links and alarms are published to a bus, for consumers of yours. */
  events: v.optional(flag, false),
  ...endpointFields,
  /**
   * Whether what callers do is published: each issue, refusal, revocation and exchange, and each change of the settings. The bus is
   * in each Region of the api.
   */
  audit: v.optional(flag, false),
  /** The alarms: ten or fewer, each of which needs someone to act, or all. */
  alarms: v.optional(v.picklist(['essential', 'all'], '"essential" or "all"'), 'essential'),
  /** Whether there is a dashboard. The first three of an account are free. */
  dashboard: v.optional(flag, false),
  /** The account in which the deployment is. @default that of the credentials */
  account: v.optional(text(/^\d{12}$/, 'the 12 digits of an account')),
  /** Home Regions that get no new links, because they are to be removed. Their links still work. */
  leavingRegions: v.optional(v.array(regionField, 'a list of Regions'), []),
  /** Regions where nothing is protected from deletion yet: their first deployment is under way. Only `once deploy` sets it. */
  unprotectedRegions: v.optional(v.array(regionField, 'a list of Regions'), []),
  /** CloudFront's price class, which chooses edge locations: PriceClass_100 is North America and Europe. */
  priceClass: v.optional(
    v.picklist(['PriceClass_100', 'PriceClass_200', 'PriceClass_All'], 'a price class'),
    'PriceClass_All',
  ),
  /**
   * Seconds for which an edge may serve a file without asking S3: so long it still serves a version after its deletion, and
   * while S3 fails, longer. 0: it asks S3 for every request.
   */
  cacheSeconds: v.optional(wholeNumber(0, 60, 'seconds'), 0),
  /** Memory of the edge function, in MB. AWS allows more than 128 since 2026; the first deployment must prove it. */
  edgeMemory: v.optional(wholeNumber(128, 1024, 'MB'), 128),
  /**
   * Requests for links that one address may make in 5 minutes before it is blocked. An office of 2,000 people behind one
   * address makes 10,000 if each opens a link five times.
   */
  requestsPerAddress: v.optional(wholeNumber(10, 1_000_000, 'requests in 5 minutes'), 10_000),
  /** Requests a second that the api of a Region accepts, of all callers together; twice as many in a burst. */
  requestsPerSecond: v.optional(wholeNumber(1, 10_000, 'requests a second'), 100),
  /** Whether files can be recreated: after a month they move to a single zone, which is cheaper. */
  recreatableFiles: v.optional(flag, false),
  /** Days between rotations of the keys. */
  rotationDays: v.optional(wholeNumber(2, 365, 'days'), 30),
  /** Days for which all logs are kept. */
  logRetentionDays: v.optional(v.picklist(retentionDays, `one of ${retentionDays.join(', ')}`), 90),
  /** Address that gets a mail for each alarm, after its owner confirms the subscription that AWS mails. */
  alarmEmail: v.optional(text(/^[^\s@]+@[^\s@]+$/, 'a mail address')),
  /** Refusals of used links within 15 minutes, in all Regions, that raise the alarm. */
  usedLinkAlarmThreshold: v.optional(wholeNumber(1, 1_000_000, 'refusals in 15 minutes'), 20),
  /** While this is on, no table of a deployment that has succeeded can be deleted. `npm run destroy` turns it off. */
  deletionProtection: v.optional(flag, true),
  // Passed to functions unchanged; see shared/deployment.ts.
  urlSeconds: v.optional(v.number('seconds')),
  maxUrlSeconds: v.optional(v.number('seconds')),
  linkSeconds: v.optional(v.number('seconds')),
  maxLinkSeconds: v.optional(v.number('seconds')),
  receiptSeconds: v.optional(v.number('seconds')),
  receiptAddress: v.optional(v.picklist(['prefix', 'hash'], '"prefix" or "hash"')),
  uniformRefusals: v.optional(flag),
  messages: v.optional(flag),
  /**
   * Requests a minute of one caller: at most half of `requestsPerSecond`, or 100, the largest batch, if that is more.
   * @default the largest
   */
  callerQuota: v.optional(v.number('requests a minute')),
  /** The OpenID Connect provider whose access tokens the token API accepts. @default none: there is no token API */
  auth: v.optional(authField),
  /**
   * Who may do what with links: see docs/issuers.md. @default every IAM principal of the account that may call the api may do
   * everything
   */
  issuers: v.optional(issuersField),
  userRoles: v.optional(v.array(v.string('a name'), 'a list of names of IAM roles')),
  nearestReplica: v.optional(v.record(v.picklist(regions, 'Regions as names'), regionField, 'from Region to Region')),
  brand: v.optional(brandField),
}

/** Returns the Regions of the api. */
export function apiRegionsOf({ apiRegions, homeRegions }: Settings): readonly Region[] {
  return apiRegions ?? [homeRegions[0]]
}

/**
 * Returns the Regions of the secret and its copies: us-east-1 and the home Regions. Edges and apis elsewhere read the nearest; a
 * private api, which reaches only its own Region, is in a home Region.
 */
export function secretRegionsOf({ homeRegions }: Settings): readonly [Region, ...Region[]] {
  return [edgeStackRegion, ...homeRegions.filter(region => region !== edgeStackRegion)]
}

/** Returns every Region in which the deployment has resources: us-east-1, the home Regions, and those of the api. */
export function regionsOf(settings: Settings): readonly [Region, ...Region[]] {
  const others = new Set<Region>([...settings.homeRegions, ...apiRegionsOf(settings)])
  return [edgeStackRegion, ...[...others].filter(region => region !== edgeStackRegion)]
}
