import { expectedAlarms } from '../../../cli/deployment/names.ts'
import type { Table } from '../../../cli/ports/aws-data.ts'
import type { LambdaFunction } from '../../../cli/ports/aws-resources.ts'
import { apiFunctions, apiPurpose } from '../../../infra/placement/physical-names.ts'
import { firewallOf, hasDistributionLog, readsTableLater } from '../../../infra/placement/placement.ts'
import {
  apiRegionsOf,
  edgeStackRegion,
  regionsOf,
  type Settings,
  type SettingsInput,
} from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { expectedOf, goodFacts } from '../../unit/cli/facts.ts'
import type { Kinds, Thing, ThingKind } from './fake-account.ts'

/** The time of the tests, and from when on tables can be restored then. */
export const testTime = Date.UTC(2026, 10, 24, 12) as EpochMs
const backups = { kind: 'range', from: Date.UTC(2026, 9, 20, 12) as EpochMs, to: testTime } as const

/** A thing that a stack makes. */
type Made = Thing & { readonly owner: string }

/** What the stacks of a deployment make, in the order of the stacks' Regions. */
export function thingsOf(settings: Settings): readonly Made[] {
  const parts = partsOf(settings)
  return [
    ...keysOf(parts),
    ...secretsOf(parts),
    ...edgeOf(parts),
    ...tablesOf(parts),
    ...bucketsOf(parts),
    ...apiRegionsOf(settings).flatMap(region => apiOf(parts, region)),
    ...readersOf(parts),
    ...watchOf(parts),
  ]
}

/** The name and Region of a thing, and the Region of the stack that makes it. */
type At = readonly [name: string, region: string, stack?: Region]

function partsOf(settings: Settings) {
  const expected = expectedOf(settings as unknown as SettingsInput)
  const { names } = expected
  const [home] = settings.homeRegions
  /** Makes a thing. */
  function of<K extends ThingKind>(kind: K, [name, region, stack = edgeStackRegion]: At, value: Kinds[K]): Made {
    const owner = names.regionStack(stack)
    return { kind, name, region, value, owner }
  }
  const keyIn = (region: string) => (settings.encryption === 'customer' ? `data-key-${region}` : undefined)
  return { settings, names, home, facts: goodFacts(expected), of, keyIn }
}

type Parts = ReturnType<typeof partsOf>

/** What ids of AWS's choice end with, so that they differ between deployments. */
const suffixOf = ({ name }: Settings) => (name === 'once' ? '' : `-${name}`)

function keysOf({ settings, names, keyIn }: Parts): readonly Made[] {
  const value = { state: 'Enabled', isCustomers: true }
  const key = (name: string, region: Region): Made => ({
    kind: 'KMS key',
    name,
    region,
    value,
    owner: names.extraStack('keys', region),
  })
  return regionsOf(settings).flatMap(region => (keyIn(region) === undefined ? [] : [key(keyIn(region)!, region)]))
}

/** A function without a list of issuers. */
const withoutIssuers: LambdaFunction = { issuers: 0 }

function secretsOf({ settings, names, facts, of, keyIn }: Parts): readonly Made[] {
  const version = {
    current: '01234567-89ab-cdef-0123-456789abcdef',
    previous: undefined,
    createdAt: facts.publicKeys[0]!.createdAt,
  }
  return [
    ...Object.entries(facts.secrets).flatMap(([region, secret]) => [
      of('secret', [names.secret, region], { ...secret!, kmsKey: keyIn(region) }),
      of('version', [names.secret, region], version),
    ]),
    of('current key', [names.secret, edgeStackRegion], facts.currentKeyId),
    ...facts.publicKeys.map(key => of('public key', [`${key.id}${suffixOf(settings)}`, 'global'], key)),
    of('key group', [settings.name, 'global'], facts.keyGroup!),
  ]
}

function edgeOf({ settings, names, facts, of }: Parts): readonly Made[] {
  const comment = `${settings.name}: links that work once`
  const edge = of('function', [`${names.edgeFunction}-0123abcd`, edgeStackRegion], withoutIssuers)
  return [
    { ...edge, retained: true },
    of('role', [names.edgeRole, 'global'], true),
    of('distribution', [`E1${suffixOf(settings)}`, 'global'], { ...facts.distribution!, comment }),
    of('log group', [names.edgeLogs, edgeStackRegion], facts.edgeLogs[edgeStackRegion]!),
    ...facts.logDeliveries.map(delivery => of('delivery', [delivery.source, edgeStackRegion], delivery)),
    ...(firewallOf(settings) === 'none' ? [] : [of('web ACL', [names.edgeFunction, edgeStackRegion], facts.webAcl!)]),
  ]
}

function tablesOf({ settings, names, home, facts, of, keyIn }: Parts): readonly Made[] {
  // An update takes the protection of what its template omits: the worst that CloudFormation may do.
  const table = (at: readonly [string, Region, Region], value: Table) =>
    of('table', at, { ...value, deletionProtected: false, kmsKey: keyIn(at[1]) })
  const [links, state] = [Object.entries(facts.links), Object.entries(facts.apiState)]
  return [
    ...links.map(([region, value]) => table([names.linksTable, region as Region, home], value!)),
    ...links.map(([region]) => of('source', [names.linksTable, region, home], backups)),
    ...state.map(([region, value]) => table([names.apiStateTable, region as Region, region as Region], value!)),
    ...(settings.deliveryProof ? [table([names.deliveriesTable, home, home], facts.links[home]!)] : []),
  ]
}

function bucketsOf({ settings, names, home, facts, of, keyIn }: Parts): readonly Made[] {
  const content = { ...facts.content!, kmsKey: keyIn(home) }
  const bucket = (name: string) => of('bucket', [name, edgeStackRegion], facts.content!)
  return [
    of('bucket', [names.contentBucket(home), home, home], content),
    bucket(names.errorPageBucket(edgeStackRegion)),
    ...(settings.scan === undefined ? [] : [of('scan plan', ['plan-1', home, home], facts.scanPlan!)]),
    ...(settings.sendPage === undefined
      ? []
      : [of('bucket', [names.sendPageBucket(home), home, home], facts.content!)]),
    ...(hasDistributionLog(settings) ? [bucket(names.accessLogBucket)] : []),
  ]
}

function apiOf({ settings, names, facts, of }: Parts, region: Region): readonly Made[] {
  const { name, network } = settings
  const purposes = [...apiFunctions, 'authorizer' as const].map(purpose => apiPurpose(purpose, network))
  const role = (roleName: string) => of('role', [roleName, 'global', region], true)
  const logRole = `${name}-api-logs-${region}`
  const withLogs = (called: string) => {
    const logs = { name: names.logsOf(called), retentionDays: settings.logRetentionDays, createdAt: undefined }
    return [
      of('function', [called, region, region], facts.linksFunctions[region]!),
      of('log group', [names.logsOf(called), region, region], logs),
    ]
  }
  return [
    ...purposes.flatMap(purpose => withLogs(names.apiFunction(purpose))),
    role(names.apiRole(apiPurpose('exchange', network), region)),
    of('api', [`api-${region}${suffixOf(settings)}`, region, region], {
      ...facts.apis[0]!,
      id: `api-${region}`,
      name,
    }),
    ...(settings.apiLogRole === 'own'
      ? [
          { ...role(logRole), retained: true },
          {
            ...of('log role', ['account', region, region], `arn:aws:iam::111122223333:role/${logRole}`),
            retained: true,
          },
        ]
      : []),
    ...(settings.audit ? [of('bus', [names.bus, region, region], true)] : []),
  ]
}

function readersOf({ settings, names, facts, of }: Parts): readonly Made[] {
  const later = (region: Region) =>
    region === edgeStackRegion && readsTableLater(settings) ? { owner: names.extraStack('events', region) } : {}
  const events = names.apiFunction('events')
  return facts.readers.flatMap(({ name, region, sources }) =>
    name === events
      ? [
          { ...of('readers', [name, region, region], sources), ...later(region) },
          { ...of('function', [name, region, region], withoutIssuers), ...later(region) },
        ]
      : [of('readers', [name, region, region], sources)],
  )
}

function watchOf({ settings, names, of }: Parts): readonly Made[] {
  const inEdge = (name: string) => [name, edgeStackRegion] as const
  return [
    ...['create', 'rotate', 'retire', 'invalidate-links'].map(purpose =>
      of('function', inEdge(names.keysFunction(purpose)), withoutIssuers),
    ),
    of('function', inEdge(names.jobFunction('totals')), withoutIssuers),
    ...expectedAlarms(settings).map(name => of('alarm', inEdge(name), { name, inAlarm: false, hasReceiver: true })),
    ...(settings.dashboard ? [of('dashboard', [settings.name, 'global'], true)] : []),
    ...(settings.events && !settings.audit ? [of('bus', inEdge(names.bus), true)] : []),
    ...(settings.alarmEmail === undefined ? [] : [of('topic', inEdge(names.alarmTopic), true)]),
  ]
}
