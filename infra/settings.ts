import * as v from 'valibot'
import { brandField } from '../shared/brand.ts'
import { regionField, regionsField } from '../shared/deployment.ts'
import { parsedText, type Values, wholeNumber } from '../shared/fields.ts'
import { type Region, regions } from '../shared/regions.ts'

/** What a deployment is to be, complete and checked: see `fields` for each. */
export type Settings = Readonly<Values<typeof fields>>

/** What may be written in infra/deployment.ts: what has a default can be left out. */
export type SettingsInput = Readonly<v.InferInput<v.ObjectSchema<typeof fields, undefined>>>

/** Where Lambda@Edge runs (AWS, "Service-linked roles for Lambda@Edge", read in 2026-11). */
export const lambdaEdgeRegions = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'sa-east-1',
] as const satisfies readonly Region[]

/** CloudFront and the edge function's original are here and nowhere else. */
export const edgeStackRegion = 'us-east-1' satisfies Region

/** Days that CloudWatch Logs can keep a log group (AWS, PutRetentionPolicy). */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const

const flag = v.boolean('true or false')
const text = (pattern: RegExp, rule: string) => parsedText(value => (pattern.test(value) ? value : undefined), rule)

const edgesField = v.pipe(
  regionsField,
  v.check(
    list => list.every(region => (lambdaEdgeRegions as readonly Region[]).includes(region)),
    `Regions in which Lambda@Edge runs: ${lambdaEdgeRegions.join(', ')}`,
  ),
)

/** All that can be set. Each may also be given to `cdk` as `-c NAME=VALUE`, lists with commas. */
export const fields = {
  /** Begins the name of everything: another deployment in the same account has another. */
  name: v.optional(text(/^[a-z][a-z0-9-]{1,15}$/, '2 to 16 characters out of a-z 0-9 -, a letter first'), 'once'),
  /** `home`: each link is redeemed in its home Region. `strong`: the table is strongly consistent in three Regions. */
  mode: v.optional(v.picklist(['home', 'strong'], '"home" or "strong"'), 'home'),
  /** Where the table has replicas; the first also holds the files. */
  homeRegions: regionsField,
  /** Mode `strong`: the third member where only two Regions have a replica; it costs nothing and can't be asked. */
  witnessRegion: v.optional(regionField),
  /** Where the api is. @default the first home Region */
  apiRegions: v.optional(regionsField),
  /** Where the edge function finds keys and keeps logs near by: each costs a copy of the secret. @default all it runs in */
  edgeRegions: v.optional(edgesField, [...lambdaEdgeRegions]),
  /** `private`: the api is reached from its own VPC only, which nothing leaves. */
  network: v.optional(v.picklist(['public', 'private'], '"public" or "private"'), 'public'),
  /** Network `private`: the addresses of its VPC, which must not be those of networks that are to be joined to it. */
  vpcCidr: v.optional(
    text(/^(10|172|192)(\.\d{1,3}){3}\/(1[6-9]|2[0-2])$/, 'a private network from /16 to /22'),
    '10.20.0.0/16',
  ),
  /** What signs capabilities: a P-256 key in the secret, or a key that never leaves KMS. */
  signer: v.optional(v.picklist(['secret', 'kms'], '"secret" or "kms"'), 'secret'),
  /** Signer `kms`: what kind of key. RSA costs a fifth per signature, P-256 makes shorter URLs. */
  kmsKeySpec: v.optional(v.picklist(['P-256', 'RSA-2048'], '"P-256" or "RSA-2048"'), 'P-256'),
  /** Signer `kms`: keys in place, the last one wanted. To rotate: add the next number, deploy, rotate, remove the first. */
  kmsKeys: v.optional(v.pipe(v.array(wholeNumber(1, 999, 'key')), v.minLength(1, 'at least one key')), [1]),
  /** The host that links name, such as files.example.com. @default the one CloudFront gives */
  domainName: v.optional(text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a host name in lower case')),
  /** Its certificate in us-east-1; without it one is made, which takes `hostedZoneId`. */
  certificateArn: v.optional(
    text(/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/.+$/, 'the ARN of one in us-east-1'),
  ),
  /** The Route 53 zone of `hostedZoneName` in which the host is made to point to the distribution. */
  hostedZoneId: v.optional(text(/^Z[A-Z0-9]+$/, 'the id of a hosted zone')),
  hostedZoneName: v.optional(text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'the domain of the hosted zone')),
  /** Bind capabilities to the viewer's address. Without, HTTP/3 is on, whose connections outlive a change of address. */
  bindAddresses: v.optional(flag, true),
  /** Which edges serve: PriceClass_100 is North America and Europe. */
  priceClass: v.optional(
    v.picklist(['PriceClass_100', 'PriceClass_200', 'PriceClass_All'], 'a price class'),
    'PriceClass_All',
  ),
  /** Memory of the edge function, in MB. More than 128 is allowed since 2026; the first deployment must prove it. */
  edgeMemory: v.optional(wholeNumber(128, 1024, 'MB'), 128),
  /** Openings of links that one address may make in five minutes before it is blocked. */
  requestsPerAddress: v.optional(wholeNumber(10, 1_000_000, 'requests in 5 minutes'), 500),
  /** Requests a second that the api of a Region takes, all callers together; twice as many in a burst. */
  requestsPerSecond: v.optional(wholeNumber(1, 10_000, 'requests a second'), 100),
  /** Files that can be made again: they are kept in one zone, cheaper after a month. */
  recreatableFiles: v.optional(flag, false),
  /** How old the signing key gets, in days. */
  rotationDays: v.optional(wholeNumber(2, 365, 'days'), 30),
  logRetentionDays: v.optional(v.picklist(retentionDays, `one of ${retentionDays.join(', ')}`), 90),
  /** Gets a mail for each alarm, once the subscription that AWS mails is confirmed. */
  alarmEmail: v.optional(text(/^[^\s@]+@[^\s@]+$/, 'a mail address')),
  /** Refused uses of used links within five minutes in a Region that raise the alarm. */
  usedLinkAlarmThreshold: v.optional(wholeNumber(1, 1_000_000, 'refusals in 5 minutes'), 20),
  /** No table, and no stack with data or keys, can be deleted while this is on. `npm run destroy` turns it off. */
  deletionProtection: v.optional(flag, true),
  // What the functions are told as it is: shared/deployment.ts says what each means and what it is by default.
  urlSeconds: v.optional(v.number('seconds')),
  linkSeconds: v.optional(v.number('seconds')),
  maxLinkSeconds: v.optional(v.number('seconds')),
  receiptSeconds: v.optional(v.number('seconds')),
  receiptAddress: v.optional(v.picklist(['prefix', 'hash'], '"prefix" or "hash"')),
  uniformRefusals: v.optional(flag),
  /** At most half of `requestsPerSecond` over a minute, or the largest batch, 100, where that is more. @default the most */
  callerQuota: v.optional(v.number('requests a minute')),
  nearestReplica: v.optional(v.record(v.picklist(regions, 'Regions as names'), regionField, 'from Region to Region')),
  brand: v.optional(brandField),
}

/** Where the api is. */
export function apiRegionsOf({ apiRegions, homeRegions }: Settings): readonly Region[] {
  return apiRegions ?? [homeRegions[0]]
}

/** Where the secret has copies: where the edge runs, and where a private api can reach no other Region's. */
export function secretRegionsOf(settings: Settings): readonly [Region, ...Region[]] {
  const all = new Set<Region>([edgeStackRegion, ...settings.edgeRegions, ...apiRegionsOf(settings)])
  return [...all] as [Region, ...Region[]]
}

/** Every Region in which something of the deployment is. */
export function regionsOf(settings: Settings): readonly Region[] {
  return [...new Set([...secretRegionsOf(settings), ...settings.homeRegions])]
}
