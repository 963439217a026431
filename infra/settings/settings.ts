import * as v from 'valibot'
import { parsedText, text, type Values } from '../../shared/fields.ts'
import { type Issuer, issuersField } from '../../shared/callers/issuers.ts'
import type { Region } from '../../shared/regions.ts'
import { plainSettings } from '../../shared/settings/deployment.ts'
import type { PlainDistributionProps, Zone } from '../../shared/settings/distribution.ts'
import type { FoundationProps } from '../../shared/settings/foundation.ts'
import type { LinkProps } from '../../shared/settings/links.ts'
import type { OperationProps } from '../../shared/settings/operation.ts'
import { type Row, schemasOf } from '../../shared/settings/row.ts'
import type { FormerSettings } from './former-names.ts'

/** Text that `pattern` allows, or a token of the CDK for it; `rule` says which. */
const reference = (pattern: RegExp, rule: string) =>
  parsedText(value => (pattern.test(value) || value.startsWith('${Token[') ? value : undefined), rule)

const certificateArn = reference(
  /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/.+$/,
  'the ARN of a certificate in us-east-1',
)
const hostedZoneId = reference(/^Z[A-Z0-9]+$/, 'the id of a hosted zone')
const hostedZoneName = text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'the domain of the hosted zone')
const webAclArn = 'arn:aws[a-z-]*:wafv2:us-east-1:\\d{12}:global/webacl/.+'
const webAcl = reference(new RegExp(`^${webAclArn}$`), 'the ARN of a web ACL')
const firewall = reference(
  new RegExp(`^(none|own|plan|${webAclArn})$`),
  '"none", "own", "plan" or the ARN of a web ACL',
)

/** Tags of AWS (CloudFormation, "Resource tags"): names that begin with `aws:` are reserved. */
const tags = v.record(
  text(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u, 'names of tags, up to 128 characters, not beginning with aws:'),
  text(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u, 'text, up to 256 characters'),
  'an object from name to text',
)

/** The rows of props that may name constructs, which settings name by text, and of account and tags, which a construct's stack has. */
const references = {
  certificateArn: { for: 'infra', schema: v.optional(certificateArn) },
  hostedZoneId: { for: 'infra', schema: v.optional(hostedZoneId) },
  hostedZoneName: { for: 'infra', schema: v.optional(hostedZoneName) },
  firewall: { for: 'infra', schema: v.optional(firewall) },
  issuers: { for: 'infra', schema: v.optional(issuersField) },
  account: { for: 'infra', schema: v.optional(text(/^\d{12}$/, 'the 12 digits of an account')) },
  tags: { for: 'infra', schema: v.optional(tags) },
} as const satisfies Readonly<Record<string, Row>>

/** All settings. */
export const settingRows = { ...plainSettings, ...references }

/** The schemas of all settings. */
export const fields = schemasOf(settingRows, ['edge', 'api', 'infra'])

/** The settings of a deployment, complete and checked. */
export type Settings = Readonly<Values<typeof fields>>

/** The schemas of what infra/deployment.ts and `cdk -c NAME=VALUE` may say: settings, and props whose settings have other names. */
export const inputFields = {
  ...fields,
  certificate: v.optional(certificateArn),
  hostedZone: v.optional(
    v.strictObject({ hostedZoneId, zoneName: hostedZoneName }, 'an object with hostedZoneId and zoneName'),
  ),
  webAcl: v.optional(webAcl),
}

/** Settings as in infra/deployment.ts: props, which name by text what the construct's props may name by a construct. */
export interface SettingsInput
  extends Omit<FoundationProps, 'homeRegions'>, PlainDistributionProps, OperationProps, LinkProps, FormerSettings {
  /** The Regions of the table's replicas, each a possible home Region; the first also holds the files. */
  readonly homeRegions: readonly [Region, ...Region[]]
  /** The ARN of the certificate of `domainName`, in us-east-1. @default - a new one, which `hostedZone` validates */
  readonly certificate?: string
  /** The zone of `domainName`, which gets an alias record from the host to the distribution. @default - none */
  readonly hostedZone?: Zone
  /** The ARN of a web ACL of yours in front of the distribution. @default - that of `firewall` */
  readonly webAcl?: string
  /** Who may do what with links: see docs/access.md. @default - every IAM principal that may call the api may do everything */
  readonly issuers?: readonly Issuer[]
  /** The account in which the deployment is. @default - that of the credentials */
  readonly account?: string
  /** Tags of all resources that can have some, as for billing. @default - none */
  readonly tags?: Readonly<Record<string, string>>
}

/** The Region of CloudFront's resources and of the edge function itself: AWS allows no other. */
export const edgeStackRegion = 'us-east-1' satisfies Region

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
