import { describeInvalid, echo, type InvalidField, readFields, type Values } from '../../shared/fields.ts'
import { callerQuotaRange, defaultUploadBytes, maxCapabilitySeconds } from '../../shared/limits.ts'
import { allowsOwnPolicies } from '../../shared/cloudfront/plan.ts'
import type { Region } from '../../shared/regions.ts'
import { type Deployment, fields as deploymentFields, parseDeployment } from '../../shared/settings/deployment.ts'
import { checkEndpoints, hasEndpoints } from './endpoint-rules.ts'
import { allowedInsteadOf } from './former-names.ts'
import { apiPath, checkDomain, checkSendPage, checkUploadLinks } from './host-rules.ts'
import { inputFields, secretRegionsOf, type Settings } from './settings.ts'

/** Parses and checks settings; throws a `TypeError` that names each invalid setting, what it got and what is allowed. */
export function parseSettings(input: unknown): Settings {
  const read = readFields(inputFields, input)
  if (!read.ok) throw invalidSettings(read.invalid.map(each => describedAsFormer(each, input)))
  const given = withReferences(read.value)
  const invalid = checkSettings(given)
  if (invalid.length > 0) throw invalidSettings(invalid)
  const settings = withUploadBytes(withEvents(withWitness(given)))
  deploymentOf(settings) // throws if settings that functions get contradict each other
  return settings
}

/** Returns the error of a setting of earlier versions with what to do about it; any other as it is. */
function describedAsFormer(invalid: InvalidField, input: unknown): InvalidField {
  const value = (input as Readonly<Record<string, unknown>> | null)?.[invalid.field]
  const allowed = allowedInsteadOf(invalid.field, value)
  return allowed === undefined ? invalid : { field: invalid.field, got: echo(value), allowed }
}

function invalidSettings(invalid: readonly InvalidField[]): TypeError {
  return new TypeError(`settings: ${invalid.map(describeInvalid).join('; ')}`)
}

/** Returns settings with what props name, by the names of settings. */
function withReferences({ certificate, hostedZone, webAcl, ...rest }: Values<typeof inputFields>): Settings {
  return {
    ...rest,
    certificateArn: certificate ?? rest.certificateArn,
    hostedZoneId: hostedZone?.hostedZoneId ?? rest.hostedZoneId,
    hostedZoneName: hostedZone?.zoneName ?? rest.hostedZoneName,
    firewall: webAcl ?? rest.firewall,
  }
}

/** Returns the deployment, the part of the settings that is inlined into functions. Throws if a value is invalid. */
export function deploymentOf(settings: Settings): Deployment {
  const { name, domainName, uploadLinks, sendPage } = settings
  const values = {
    ...settings,
    callerQuota: settings.callerQuota ?? largestCallerQuota(settings),
    endpoints: hasEndpoints(settings) ? settings.endpoints : undefined,
    linkOrigin: domainName && `https://${domainName}`,
    uploadApi: uploadLinks && sendPage?.domainName ? `https://${sendPage.domainName}${apiPath}` : undefined,
    linksTable: `${name}-links`,
    apiStateTable: `${name}-api-state`,
    deliveriesTable: settings.deliveryProof ? `${name}-deliveries` : undefined,
    secretName: `${name}-keys`,
    secretRegions: secretRegionsOf(settings),
  }
  return parseDeployment(Object.fromEntries(Object.entries(values).filter(([field]) => field in deploymentFields)))
}

const daySeconds = 24 * 3600

/** Days after which files that can be recreated move to a single zone: S3 moves none earlier (S3, "Constraints for transitions"). */
export const zoneDays = 30

/** Fewest days for which the bucket keeps an old version: time to undo a mistake. */
const minOldVersionDays = 30

/** Returns the days that an old version must stay: a link that was issued just before needs it, and its capability. */
export function linkDaysOf(settings: Settings): number {
  return Math.ceil((settings.maxLinkSeconds + maxCapabilitySeconds) / daySeconds)
}

/**
 * Returns the days for which the bucket keeps a version after it was replaced or deleted. The day more than `linkDaysOf` is for
 * issuers who name the version of their upload when another has replaced it.
 */
export function oldVersionDaysOf(settings: Settings): number {
  return Math.max(minOldVersionDays, linkDaysOf(settings) + 1)
}

/** Regions among which this version of the CDK allows a strongly consistent table; AWS has begun to allow others. */
const strongGroups: readonly (readonly Region[])[] = [
  ['us-east-1', 'us-east-2', 'us-west-2'],
  ['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1'],
  ['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
]

/**
 * Chooses the witness in mode `strong` if there are exactly two home Regions: the first other Region of their group, which costs
 * nothing.
 */
function withWitness(settings: Settings): Settings {
  const { mode, homeRegions, witnessRegion } = settings
  if (mode === 'home' || homeRegions.length !== 2 || witnessRegion !== undefined) return settings
  const group = strongGroups.find(members => homeRegions.every(region => members.includes(region)))
  return { ...settings, witnessRegion: group?.find(region => !homeRegions.includes(region)) }
}

/** Turns events on if there are endpoints or reminders: webhooks are made of events of the bus, and a reminder is one. */
function withEvents(settings: Settings): Settings {
  return hasEndpoints(settings) || settings.reminders ? { ...settings, events: true } : settings
}

/** Sets the bounds of uploads that are left out: less a day for people who send from a page, and no file larger than a day's bytes. */
function withUploadBytes(settings: Settings): Settings {
  const { file, day, senderDay } = defaultUploadBytes
  const { uploadBytesPerDay = settings.sendPage === undefined ? day : senderDay } = settings
  const { maxUploadBytes = Math.min(file, uploadBytesPerDay) } = settings
  return { ...settings, maxUploadBytes, uploadBytesPerDay }
}

/** Checks rules on several settings that are each valid. */
function checkSettings(settings: Settings): InvalidField[] {
  return [
    checkDomain,
    checkNetwork,
    checkZones,
    checkApiLogs,
    checkGroup,
    checkLeaving,
    checkQuota,
    checkAuth,
    checkPlan,
    checkEndpoints,
    checkSendPage,
    checkUploadLinks,
    checkFileDays,
    checkFileEnds,
    checkScan,
  ].flatMap(check => [...check(settings)])
}

/** Checks that a private api is in the home Region with the files: a private network reaches only its own Region. */
function checkNetwork({ network, homeRegions, apiRegions = [homeRegions[0]] }: Settings): InvalidField[] {
  if (network === 'public' || (apiRegions.length === 1 && apiRegions[0] === homeRegions[0])) return []
  const allowed = `with network "private" only ${homeRegions[0]}, the home Region with the files: nothing leaves the network`
  return [{ field: 'apiRegions', got: JSON.stringify(apiRegions), allowed }]
}

/** Checks that zones are two of the Region of a private network, which divides its addresses by their number, both by names or by ids. */
function checkZones({ availabilityZones: zones, homeRegions: [home] }: Settings): InvalidField[] {
  // The ids of zones of ap-northeast-1 begin with apne1-az.
  const idStart = home.replaceAll(/(?<=[nsewc])(?:orth|outh|ast|est|entral)|-/g, '')
  const ofRegion = [home, `${idStart}-az`].map(start => new Set(zones?.filter(zone => zone.startsWith(start))))
  if (zones === undefined || (zones.length === 2 && ofRegion.some(({ size }) => size === 2))) return []
  const allowed = `two zones of ${home}, both by names or both by ids, ${idStart}-az1 for one`
  return [{ field: 'availabilityZones', got: JSON.stringify(zones), allowed }]
}

/** Checks that there is a role for the log of all requests. */
function checkApiLogs({ accessLogs, apiLogRole }: Settings): InvalidField[] {
  if (!accessLogs || apiLogRole !== 'none') return []
  const allowed = 'with accessLogs "account" if the account has a role for logs of API Gateway, otherwise "own"'
  return [
    { field: 'apiLogRole', got: '"none", which is the default with the feature flag disableCloudWatchRole', allowed },
  ]
}

/** Checks that a private network, which reaches no provider, has its keys. */
function checkAuth({ network, auth }: Settings): InvalidField[] {
  if (network === 'public' || auth === undefined || auth.jwks !== undefined) return []
  return [{ field: 'auth.jwks', got: 'nothing', allowed: 'with network "private" the keys of the provider, a JWK set' }]
}

/** Checks that a strongly consistent table is possible there. Of two home Regions `withWitness` chooses the third. */
function checkGroup({ mode, homeRegions, witnessRegion }: Settings): InvalidField[] {
  const members = witnessRegion === undefined ? homeRegions : [...homeRegions, witnessRegion]
  const isTogether = strongGroups.some(group => members.every(region => group.includes(region)))
  if (mode === 'home' || (isTogether && members.length >= 2)) return []
  const groups = strongGroups.map(group => group.join(', ')).join(' | ')
  const allowed = `in mode "strong" two or three of one group: ${groups} (as far as the CDK knows)`
  return [{ field: 'homeRegions', got: JSON.stringify(members), allowed }]
}

/** Checks that Regions which get no new links are home Regions, and not the first: it has the files, and can't be removed. */
function checkLeaving({ homeRegions, leavingRegions }: Settings): InvalidField[] {
  const [, ...others] = homeRegions
  if (leavingRegions.every(region => others.includes(region))) return []
  const allowed = `home Regions but not the first: ${others.length === 0 ? 'there is no other' : others.join(', ')}`
  return [{ field: 'leavingRegions', got: JSON.stringify(leavingRegions), allowed }]
}

/** Checks that files stay for as long as any link, and are not deleted before they move to a single zone. */
function checkFileDays(settings: Settings): InvalidField[] {
  const { fileDays, recreatableFiles } = settings
  const linkDays = linkDaysOf(settings)
  const movesLater = recreatableFiles && linkDays <= zoneDays
  const least = movesLater ? zoneDays + 1 : linkDays
  const why = movesLater ? 'recreatableFiles moves them before' : 'the longest link and its download'
  if (fileDays === undefined || fileDays >= least) return []
  return [{ field: 'fileDays', got: String(fileDays), allowed: `at least ${least} days: ${why}` }]
}

/** Fewest days for which items stay after their end where files go with links: for longer than a call may be late. */
const minItemDays = 3

/** Checks that the item of a link, which says when its file may go, is there when that is asked. */
function checkFileEnds({ fileEnds, receiptSeconds }: Settings): InvalidField[] {
  const least = minItemDays * daySeconds
  if (!fileEnds || receiptSeconds >= least) return []
  return [
    { field: 'receiptSeconds', got: String(receiptSeconds), allowed: `at least ${least} with fileEnds: three days` },
  ]
}

/** Checks that what becomes of files that can't be scanned is said only where files are scanned. */
function checkScan({ scan, scanUnsupported }: Settings): InvalidField[] {
  if (scan !== undefined || scanUnsupported === 'refuse') return []
  return [{ field: 'scanUnsupported', got: '"allow"', allowed: '"refuse" without scan, which scans nothing' }]
}

/**
 * Returns the largest quota of one caller, in requests a minute: half of the api's limit for all callers, or the largest batch
 * if that is more.
 */
function largestCallerQuota({ requestsPerSecond }: Pick<Settings, 'requestsPerSecond'>): number {
  const { min, max } = callerQuotaRange
  return Math.min(max, Math.max(min, requestsPerSecond * 30))
}

function checkQuota({ callerQuota, requestsPerSecond }: Settings): InvalidField[] {
  const largest = largestCallerQuota({ requestsPerSecond })
  if (callerQuota === undefined || callerQuota <= largest) return []
  const allowed = `${callerQuotaRange.min} to ${largest}: half of requestsPerSecond, ${requestsPerSecond}, over a minute, or the largest batch`
  return [{ field: 'callerQuota', got: String(callerQuota), allowed }]
}

/**
 * Checks that the settings use nothing that CloudFront refuses to a distribution with their flat-rate plan, and that they have the
 * web ACL without which there is no plan (AWS, "CloudFront flat-rate pricing plans", read in 2026-11). What else plans refuse, such
 * as real-time logs or groups of rules, no setting can add.
 */
function* checkPlan(settings: Settings): Iterable<InvalidField> {
  const { plan, firewall, accessLogs, deliveryProof, cacheSeconds, pageOrigins } = settings
  if (plan === undefined) {
    const allowed = '"none", "own" or the ARN of a web ACL without `plan`'
    if (firewall === 'plan') yield { field: 'firewall', got: '"plan"', allowed }
    return
  }
  const acl = `"plan" or the ARN of a web ACL with the plan ${plan}`
  const later = 'true from the plan pro on'
  if (firewall === 'none') yield { field: 'firewall', got: '"none"', allowed: `${acl}: each plan needs one` }
  if (plan === 'free' && firewall === 'own')
    yield { field: 'firewall', got: '"own"', allowed: `${acl}, which allows no answer of our own` }
  if (plan === 'free' && accessLogs)
    yield { field: 'accessLogs', got: 'true', allowed: `false with the plan free; ${later}` }
  if (plan === 'free' && deliveryProof)
    yield {
      field: 'deliveryProof',
      got: 'true',
      allowed: `false with the plan free, which has no access logs; ${later}`,
    }
  const noPolicy = `0 with the plan ${plan}, which allows no cache policy of our own`
  if (!allowsOwnPolicies(plan) && cacheSeconds > 0)
    yield { field: 'cacheSeconds', got: String(cacheSeconds), allowed: noPolicy }
  if (!allowsOwnPolicies(plan) && pageOrigins !== undefined) {
    const allowed = `none with the plan ${plan}, which allows no response headers policy of our own`
    yield { field: 'pageOrigins', got: JSON.stringify(pageOrigins), allowed }
  }
}
