import { type ConstructUse, namesWith } from '../../../cli/deployment/doctor/construct-use.ts'
import type { DataKey, Expected, Facts } from '../../../cli/deployment/doctor/facts.ts'
import { expectedAlarms, expectedReaders } from '../../../cli/deployment/names.ts'
import type { Distribution, WebAcl } from '../../../cli/ports/aws-cloudfront.ts'
import type { Difference } from '../../../cli/ports/aws-stacks.ts'
import type { Alarm } from '../../../cli/ports/aws-resources.ts'
import type { Secret, Table } from '../../../cli/ports/aws-data.ts'
import { fixedSettingsOf, settingsInForce } from '../../../infra/settings/fixed-settings.ts'
import { oldVersionDaysOf, parseSettings } from '../../../infra/settings/parse-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { firewallOf, stacksOf } from '../../../infra/placement/placement.ts'
import { apiRegionsOf, secretRegionsOf, type SettingsInput } from '../../../infra/settings/settings.ts'
import { lambdaEdgeRegions } from '../../../infra/placement/lambda-edge-regions.ts'
import { allowsOwnPolicies } from '../../../shared/cloudfront/plan.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'

const account = '111122223333'
const keyPairId = 'KCURRENT'
const day = 24 * 3600_000
const now = Date.UTC(2026, 10, 24) as EpochMs
const daysAgo = (days: number) => (now - days * day) as EpochMs

/** Facts that a test may change. */
export type Mutable<T> = T extends EpochMs ? T : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T

/** Returns a difference that CloudFormation reports. */
export function differs(path: string, values: Partial<Difference> = {}): Difference {
  return { path, kind: 'NOT_EQUAL', expected: '128', actual: '256', ...values }
}

/** Returns the deployment that `settings` should make in the account of the tests. */
export function expectedOf(settings: Partial<SettingsInput>, used?: ConstructUse): Expected {
  const parsed = parseSettings({ homeRegions: ['eu-west-1', 'us-east-1'], ...settings })
  return {
    settings: parsed,
    names: namesWith(physicalNames(parsed.name, account), used),
    account,
    now,
    used,
    comparesDrift: used === undefined,
  }
}

const inEach = <T>(regions: readonly Region[], make: (region: Region) => T) =>
  Object.fromEntries(regions.map(region => [region, make(region)]))

/** Returns the facts of a deployment without problems. */
export function goodFacts(expected: Expected): Mutable<Facts> {
  const { settings, names } = expected
  const apiRegions = apiRegionsOf(settings)
  const edgeRegions = secretRegionsOf(settings)
  const alarm = (name: string): Alarm => ({ name, inAlarm: false, hasReceiver: true })
  const facts: Facts = {
    stacks: stacksOf(settings, names).map(stack => ({
      ...stack,
      id: stack.name,
      status: 'UPDATE_COMPLETE',
      resources: [],
      isProtected: true,
    })),
    drift: stacksOf(settings, names).map(stack => ({ ...stack, resources: [], unread: undefined })),
    trials: [],
    deployed: expected.used ? { ...fixedSettingsOf(settings) } : settingsInForce(settings),
    links: inEach(settings.homeRegions, region => goodTable(expected, region)),
    apiState: inEach(apiRegions, region => goodTable(expected, region)),
    secrets: inEach(edgeRegions, region => goodSecret(region, expected)),
    currentKeyId: keyPairId,
    publicKeys: [{ id: keyPairId, name: `${settings.name}-0123456789abcdef`, createdAt: daysAgo(3) }],
    keyGroup: { id: 'GROUP', name: settings.name, keyIds: [keyPairId] },
    dataKeys: settings.encryption === 'customer' ? [goodDataKey('eu-west-1'), goodDataKey('us-east-1')] : [],
    distribution: goodDistribution(expected),
    host: { ipv4: true, ipv6: settings.ipv6 },
    pageHost: { ipv4: true, ipv6: settings.ipv6 },
    answers: { link: { status: 404, mark: 'link' }, file: { status: 403, mark: 'page' } },
    webAcl: firewallOf(settings) === 'none' ? undefined : goodWebAcl,
    concurrency: inEach(lambdaEdgeRegions, () => 1000),
    apis: apiRegions.map(region => ({ id: 'a1', region, isDeployed: true, logsBodies: false })),
    logDeliveries: [{ source: 'once-edge-access', fields: ['date', 'sc-status'] }],
    edgeLogs: inEach(lambdaEdgeRegions, () => ({
      name: names.edgeLogs,
      retentionDays: settings.logRetentionDays,
      createdAt: daysAgo(3),
    })),
    alarms: expectedAlarms(settings).map(alarm),
    content: {
      versioned: true,
      oldVersionDays: oldVersionDaysOf(settings),
      abortsUploads: true,
      takesUploads: true,
      blocksPublicAccess: true,
      policy: `{"AWS:SourceArn":"arn:aws:cloudfront::${account}:distribution/E1"}`,
      kmsKey: undefined,
    },
    scanPlan: { bucket: names.contentBucket(settings.homeRegions[0]), status: 'ACTIVE', reasons: [] },
    contentKey: expected.used?.content?.key && `{"AWS:SourceArn":"arn:aws:cloudfront::${account}:distribution/E1"}`,
    linksFunctions: inEach(apiRegions, () => ({ issuers: 1 })),
    readers: expectedReaders(settings, names).map(each => ({
      ...each,
      sources: Array.from({ length: each.count }, () => ({ id: 'uuid', state: 'Enabled' })),
    })),
  }
  return structuredClone(facts) as Mutable<Facts>
}

function goodTable({ settings, names }: Expected, region: Region): Table {
  const tableArn = `arn:aws:dynamodb:${region}:${account}:table/${names.linksTable}`
  const { homeRegions, mode, deletionProtection } = settings
  const roles = { ArnNotEquals: { 'aws:PrincipalArn': [`arn:aws:iam::${account}:role/${names.edgeRole}`] } }
  return {
    status: 'ACTIVE',
    replicas: [...homeRegions],
    replicaStatus: inEach(homeRegions, () => 'ACTIVE'),
    strong: mode === 'strong',
    deletionProtected: deletionProtection,
    policy: JSON.stringify({ Statement: [{ Effect: 'Deny', Condition: roles, Resource: tableArn }] }),
    kmsKey: undefined,
  }
}

function goodSecret(region: Region, { settings }: Expected): Secret {
  const isPrimary = region === 'us-east-1'
  const others = secretRegionsOf(settings).filter(each => each !== 'us-east-1')
  return {
    deletedAt: undefined,
    copies: isPrimary ? others.map(each => ({ region: each, status: 'InSync' })) : [],
    rotates: isPrimary,
    schedule: isPrimary ? `rate(${settings.rotationDays} days)` : undefined,
    changedAt: daysAgo(3),
    kmsKey: undefined,
  }
}

function goodDistribution({ settings, names }: Expected): Distribution {
  const { homeRegions } = settings
  const common = { trustsAccounts: false, protocol: 'https-only', realtimeLog: false, cloudFrontFunctions: [] }
  const content = `${names.contentBucket(homeRegions[0])}.s3.${homeRegions[0]}.amazonaws.com`
  const gate = { event: 'viewer-request', arn: `arn:aws:cloudfront::${account}:function/${names.gate}` }
  const delivery = { event: 'viewer-response', arn: `arn:aws:cloudfront::${account}:function/${names.pinnedVersion}` }
  const behindFiles = allowsOwnPolicies(settings.plan) ? [gate] : [gate, delivery]
  const arn = `arn:aws:lambda:us-east-1:${account}:function:${names.edgeFunction}-0123abcd:7`
  return {
    id: 'E1',
    deployed: true,
    host: 'd1.cloudfront.net',
    webAcl: firewallOf(settings) === 'none' ? undefined : aclArn,
    oldLog: false,
    behaviours: [
      {
        ...common,
        path: '/d/*',
        origin: content,
        keyGroups: [],
        functions: [{ event: 'viewer-request', arn, includesBody: true }],
      },
      {
        ...common,
        path: '/once-pages/*',
        origin: `${names.errorPageBucket('us-east-1')}.s3.us-east-1.amazonaws.com`,
        keyGroups: [],
        functions: [],
      },
      { ...common, path: '*', origin: content, keyGroups: ['GROUP'], functions: [], cloudFrontFunctions: behindFiles },
    ],
  }
}

function goodDataKey(region: Region): DataKey {
  return { of: `table once-links in ${region}`, region, key: { id: 'k1', state: 'Enabled', isCustomers: true } }
}

const aclArn = `arn:aws:wafv2:us-east-1:${account}:global/webacl/once-edge/1`

const goodWebAcl: WebAcl = { arn: aclArn, name: 'once-edge', keepsSamples: false, logsWithout: undefined }
