import { readdirSync } from 'node:fs'
import { StackStatus } from '@aws-sdk/client-cloudformation'
import type { ReplicaStatus } from '@aws-sdk/client-dynamodb'
import { describe, expect, test } from 'vitest'
import { type AnyCheck, type Finding, runCheck } from '../../../cli/deployment/doctor/check.ts'
import { checks } from '../../../cli/deployment/doctor/doctor.ts'
import type { CollectedFacts, Facts } from '../../../cli/deployment/doctor/facts.ts'
import type { DriftedResource } from '../../../cli/ports/aws-stacks.ts'
import { fields, type SettingsInput } from '../../../infra/settings/settings.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { differs, expectedOf, goodFacts, type Mutable } from './facts.ts'

/** Checks of deployments that a construct in a stack of yours makes: use-checks.test.ts has their problems. */
const endpoint = { id: 'orders', url: 'https://hooks.example.com/', secretName: 'webhooks/orders' }

const checksOfUse = ['content-bucket', 'content-key', 'edge-version']

type Change = (facts: Mutable<Facts>) => unknown

/** Returns the findings of all checks on the facts of good settings after `change`. */
function findingsOf(settings: Partial<SettingsInput>, change: Change = () => undefined): readonly Finding[] {
  const expected = expectedOf(settings)
  const facts = goodFacts(expected)
  change(facts)
  return checks.flatMap(check => runCheck(check, collected(facts), expected))
}

/** All facts, known. */
function collected(facts: object): CollectedFacts {
  const known = Object.entries(facts).map(([name, value]) => [name, { kind: 'known', value }])
  return Object.fromEntries(known) as CollectedFacts
}

const home: Partial<SettingsInput> = { firewall: 'own', accessLogs: true, events: true }
const bare: Partial<SettingsInput> = {}
const customer: Partial<SettingsInput> = { encryption: 'customer' }
const withDashboard: Partial<SettingsInput> = { dashboard: true }
const withProof: Partial<SettingsInput> = { deliveryProof: true }
const strong: Partial<SettingsInput> = { mode: 'strong', homeRegions: ['eu-west-1', 'eu-west-2', 'eu-central-1'] }
const witness: Partial<SettingsInput> = {
  mode: 'strong',
  homeRegions: ['us-east-1', 'us-east-2'],
  witnessRegion: 'us-west-2',
}
const domain: Partial<SettingsInput> = {
  domainName: 'files.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/c',
}
const hosted: Partial<SettingsInput> = {
  auth: { issuer: 'https://login.example.com', audience: 'links' },
  sendPage: { clientId: 'once-page', domainName: 'send.example.com' },
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/c',
}
const scanned: Partial<SettingsInput> = { scan: 'guardduty' }
const unbound: Partial<SettingsInput> = { http3: true }
const withIpv6: Partial<SettingsInput> = { ipv6: true }
const withoutGate: Partial<SettingsInput> = { gate: false }
const privateNetwork: Partial<SettingsInput> = { network: 'private' }
const withPlan: Partial<SettingsInput> = { plan: 'pro' }

describe('for a deployment that matches its settings, every check is ok', () => {
  test.each(
    Object.entries({
      home,
      bare,
      customer,
      withDashboard,
      strong,
      witness,
      domain,
      hosted,
      scanned,
      unbound,
      withIpv6,
      withoutGate,
      privateNetwork,
      withPlan,
    }),
  )('%s', (_, settings) => {
    expect(findingsOf(settings).filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  })
})

/** Returns the time `days` before another. */
const earlier = (at: EpochMs | undefined, days: number) => ((at ?? 0) - days * 24 * 3600_000) as EpochMs
const stackNamed = (facts: Mutable<Facts>, name: string) => facts.stacks.find(stack => stack.name === name)!
const leftOver = (type: string) => {
  const resources = [{ type, physicalId: 'p1', status: 'CREATE_COMPLETE', reason: '' }]
  const region = 'us-west-2' as const
  return { name: 'once-us-west-2', region, id: 'x', status: 'CREATE_COMPLETE', resources, isProtected: true }
}
const readerIn = (facts: Mutable<Facts>, region: string) => facts.readers.find(each => each.region === region)!
const behaviour = (facts: Mutable<Facts>, index: number) => facts.distribution!.behaviours[index]!
const files = (facts: Mutable<Facts>) => facts.distribution!.behaviours.at(-1)!

const planIs =
  (status: string, ...reasons: string[]): Change =>
  f =>
    Object.assign(f.scanPlan!, { status, reasons })

/** Only one Region knows of it. */
const replicaIs = (status: ReplicaStatus) => (facts: Mutable<Facts>) =>
  (facts.links['eu-west-1']!.replicaStatus['us-east-1'] = status)

const resource = { id: 'once-watch', type: 'AWS::Lambda::Function', isDeleted: false, differences: [] }
const table = 'AWS::DynamoDB::GlobalTable'
const keyPath = '/Replicas/0/SSESpecification/KMSMasterKeyId'
const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/k1'
const drifted = (is: Partial<DriftedResource>) => (facts: Mutable<Facts>) =>
  facts.drift[0]!.resources.push({ ...resource, ...is } as Mutable<DriftedResource>)

const otherAcl = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/other/2'
/** Attaches a web ACL that the settings don't name, and returns it. */
const withAcl = (facts: Mutable<Facts>) => {
  facts.distribution!.webAcl = otherAcl
  const acl: Mutable<NonNullable<Facts['webAcl']>> = {
    arn: otherAcl,
    name: 'other',
    keepsSamples: false,
    logsWithout: undefined,
  }
  facts.webAcl = acl
  return acl
}

/** Each row: the check that must report the problem, the verdict, the message, the change, and the settings. */
const problems: readonly (readonly [string, 'fail' | 'warn', RegExp, Change, Partial<SettingsInput>?])[] = [
  [
    'stacks',
    'fail',
    /once-eu-west-1 is not in eu-west-1/,
    f => (f.stacks = f.stacks.filter(s => s.name !== 'once-eu-west-1')),
  ],
  [
    'stacks',
    'fail',
    /once-us-east-1 in us-east-1 is ROLLBACK_COMPLETE/,
    f => (stackNamed(f, 'once-us-east-1').status = 'ROLLBACK_COMPLETE'),
  ],
  ['stacks', 'fail', /is UPDATE_FAILED/, f => (stackNamed(f, 'once-us-east-1').status = 'UPDATE_FAILED')],
  ['stacks', 'warn', /rolled back/, f => (stackNamed(f, 'once-us-east-1').status = 'UPDATE_ROLLBACK_COMPLETE')],
  ['stacks', 'warn', /being changed/, f => (stackNamed(f, 'once-us-east-1').status = 'UPDATE_IN_PROGRESS')],
  [
    'stacks',
    'warn',
    /once-us-west-2 in us-west-2 is left over from earlier settings/,
    f => f.stacks.push(leftOver('AWS::ApiGateway::RestApi')),
  ],
  ['stacks', 'fail', /may hold links, files or keys: Bucket/, f => f.stacks.push(leftOver('AWS::S3::Bucket'))],
  ['stacks', 'fail', /is NEW_STATE, which this version/, f => (stackNamed(f, 'once-us-east-1').status = 'NEW_STATE')],
  [
    'stacks',
    'fail',
    /once-keys-us-east-1 is not in/,
    f => (f.stacks = f.stacks.filter(s => s.name !== 'once-keys-us-east-1')),
    customer,
  ],

  ['drift', 'fail', /can't be checked: once-us-east-1 in us-east-1 is not complete/, f => f.drift.shift()],
  ['drift', 'fail', /^once-\S+: AWS::Lambda::Function once-watch was deleted$/, drifted({ isDeleted: true })],
  [
    'drift',
    'fail',
    /once-watch was changed: \/MemorySize, \/Timeout$/,
    drifted({ differences: [differs('/MemorySize'), differs('/Timeout')] }),
  ],
  [
    'drift',
    'fail',
    /once-watch was changed: \/Role$/,
    drifted({ differences: [differs('/Role'), differs('/Tags/0/Value')] }),
  ],
  [
    'drift',
    'warn',
    /^not all of once-\S+ could be compared: no access to X$/,
    f => (f.drift[0]!.unread = 'no access to X'),
  ],

  [
    'stack-protection',
    'fail',
    /once-us-east-1 in us-east-1 has no termination protection/,
    f => (stackNamed(f, 'once-us-east-1').isProtected = false),
  ],
  ['stack-protection', 'fail', /can't be checked: once-eu-west-1 is not in eu-west-1/, f => (f.stacks = [])],

  [
    'stacks',
    'warn',
    /once-prove-memory is left over/,
    f => (f.trials = [{ name: 'once-prove-memory', region: 'us-east-1' }]),
  ],

  ['table-consistency', 'fail', /two viewers could use one link/, f => (f.links['eu-west-2']!.strong = false), strong],
  [
    'table-consistency',
    'fail',
    /in mode home it must be eventually consistent/,
    f => (f.links['eu-west-1']!.strong = true),
  ],

  [
    'table-protection',
    'fail',
    /once-links in us-east-1 has no deletion/,
    f => (f.links['us-east-1']!.deletionProtected = false),
  ],
  [
    'table-protection',
    'warn',
    /api-state in eu-west-1 has no deletion protection, as the settings say/,
    () => undefined,
    { deletionProtection: false },
  ],

  ['table-replication', 'fail', /after 20 hours it is split off for good/, replicaIs('REPLICATION_NOT_AUTHORIZED')],
  ['table-replication', 'fail', /may not use its KMS key/, replicaIs('INACCESSIBLE_ENCRYPTION_CREDENTIALS')],
  ['table-replication', 'fail', /has disabled its Region/, replicaIs('REGION_DISABLED')],
  ['table-replication', 'warn', /us-east-1 is UPDATING: it may lack links/, replicaIs('UPDATING')],
  ['table-replication', 'warn', /eu-west-1 is UPDATING/, f => (f.links['eu-west-1']!.status = 'UPDATING')],
  ['table-replication', 'fail', /once-links is not in us-east-1/, f => delete f.links['us-east-1']],
  [
    'table-replication',
    'fail',
    /according to eu-west-1, the table lacks us-east-1/,
    f => (f.links['eu-west-1']!.replicas = ['eu-west-1']),
  ],

  ['table-writers', 'fail', /us-east-1 does not refuse other writers/, f => (f.links['us-east-1']!.policy = undefined)],
  [
    'table-writers',
    'fail',
    /does not refuse/,
    f => (f.links['us-east-1']!.policy = f.links['us-east-1']!.policy!.replace('Deny', 'Allow')),
  ],
  [
    'table-writers',
    'fail',
    /does not refuse/,
    f => (f.links['us-east-1']!.policy = f.links['us-east-1']!.policy!.replace('/once-edge', '/once-edge-2')),
  ],

  ['secret-regions', 'fail', /nothing works without it/, f => delete f.secrets['us-east-1']],
  ['secret-regions', 'fail', /scheduled for deletion/, f => (f.secrets['us-east-1']!.deletedAt = 1 as EpochMs)],
  ['secret-regions', 'fail', /no copy of the keys in eu-west-1/, f => delete f.secrets['eu-west-1']],
  ['secret-regions', 'fail', /no copy of the keys in eu-west-1/, f => (f.secrets['us-east-1']!.copies = [])],
  ['secret-regions', 'fail', /is Failed/, f => (f.secrets['us-east-1']!.copies[0]!.status = 'Failed')],
  [
    'secret-regions',
    'warn',
    /in eu-north-1, where/,
    f => f.secrets['us-east-1']!.copies.push({ region: 'eu-north-1', status: 'InSync' }),
  ],

  ['rotation', 'fail', /rotation of the keys is off/, f => (f.secrets['us-east-1']!.rotates = false)],
  ['rotation', 'fail', /expected: rate\(30 days\)/, f => (f.secrets['us-east-1']!.schedule = 'rate(300 days)')],
  ['rotation', 'fail', /schedule is not set/, f => (f.secrets['us-east-1']!.schedule = undefined)],
  [
    'rotation',
    'fail',
    /was 41 days ago/,
    f => (f.secrets['us-east-1']!.changedAt = earlier(f.secrets['us-east-1']!.changedAt, 38)),
  ],

  ['key-age', 'fail', /41 days old/, f => (f.publicKeys[0]!.createdAt = earlier(f.publicKeys[0]!.createdAt, 38))],

  ['key-group', 'fail', /no key group once/, f => (f.keyGroup = undefined)],
  ['key-group', 'fail', /lacks KCURRENT/, f => (f.keyGroup!.keyIds = [])],
  ['key-group', 'fail', /has no public key KCURRENT/, f => (f.publicKeys = [])],
  [
    'key-group',
    'fail',
    /holds KOTHER, which is not a key of this deployment/,
    f => {
      f.keyGroup!.keyIds.push('KOTHER')
      f.publicKeys.push({ id: 'KOTHER', name: 'once-eu-0123456789abcdef', createdAt: 0 as EpochMs })
    },
  ],

  [
    'encryption',
    'fail',
    /table once-links in us-east-1 is not encrypted/,
    f => (f.dataKeys[1]!.key = undefined),
    customer,
  ],
  ['encryption', 'fail', /is not encrypted with/, f => (f.dataKeys[0]!.key!.isCustomers = false), customer],
  ['encryption', 'fail', /is Disabled: nothing can read it/, f => (f.dataKeys[0]!.key!.state = 'Disabled'), customer],

  ['distribution', 'fail', /there is no distribution/, f => (f.distribution = undefined)],
  ['distribution', 'warn', /has not reached all edge locations/, f => (f.distribution!.deployed = false)],

  ['behaviours', 'fail', /no behaviour \/d\/\*/, f => f.distribution!.behaviours.shift()],
  ['behaviours', 'fail', /needs a signature/, f => (behaviour(f, 0).keyGroups = ['GROUP'])],
  ['behaviours', 'fail', /needs a signature/, f => (behaviour(f, 0).trustsAccounts = true)],
  ['behaviours', 'fail', /\/d\/\* has allow-all/, f => (behaviour(f, 0).protocol = 'allow-all')],
  ['behaviours', 'fail', /has 0 functions/, f => (behaviour(f, 0).functions = [])],
  ['behaviours', 'fail', /has 2 functions/, f => behaviour(f, 0).functions.push(behaviour(f, 0).functions[0]!)],
  [
    'behaviours',
    'fail',
    /numbered version of once-edge/,
    f => (behaviour(f, 0).functions[0]!.arn = 'arn:aws:lambda:us-east-1:1:function:once-edge-0123abcd'),
  ],
  [
    'behaviours',
    'fail',
    /numbered version of once-edge/,
    f => (behaviour(f, 0).functions[0]!.arn = 'arn:aws:lambda:us-east-1:1:function:other:3'),
  ],
  [
    'behaviours',
    'fail',
    /calls its function at origin-request/,
    f => (behaviour(f, 0).functions[0]!.event = 'origin-request'),
  ],
  ['behaviours', 'fail', /gets no bodies/, f => (behaviour(f, 0).functions[0]!.includesBody = false)],
  [
    'behaviours',
    'fail',
    /\/pub\/\* serves files without a signature/,
    f => f.distribution!.behaviours.splice(1, 0, { ...files(f), path: '/pub/*', keyGroups: [] }),
  ],
  ['behaviours', 'fail', /^\* needs signatures of other keys .* or none/, f => (files(f).keyGroups = [])],
  ['behaviours', 'fail', /needs signatures of other keys/, f => (files(f).keyGroups = ['OTHER'])],
  ['behaviours', 'fail', /needs signatures of other keys/, f => files(f).keyGroups.push('OTHER')],
  ['behaviours', 'fail', /also takes signatures of accounts/, f => (files(f).trustsAccounts = true)],
  ['behaviours', 'fail', /not behind once-gate: .* for every client/, f => (files(f).cloudFrontFunctions = [])],
  ['behaviours', 'fail', /not behind once-gate/, f => (files(f).cloudFrontFunctions = []), withoutGate],
  [
    'behaviours',
    'fail',
    /not behind once-gate/,
    f => (files(f).cloudFrontFunctions[0]!.arn = 'arn:aws:cloudfront::1:function/once-eu-gate'),
  ],
  ['behaviours', 'fail', /not behind once-gate/, f => (files(f).cloudFrontFunctions[0]!.event = 'viewer-response')],
  [
    'behaviours',
    'fail',
    /not behind once-delivery: .* another version/,
    f => files(f).cloudFrontFunctions.pop(),
    withPlan,
  ],

  ['answers', 'fail', /status 404, is ours of kind "page", not the edge's/, f => (f.answers!.link.mark = 'page')],
  ['answers', 'fail', /is none of ours/, f => (f.answers!.link.mark = undefined)],
  ['answers', 'fail', /without a signature gets status 200/, f => (f.answers!.file.status = 200)],
  ['answers', 'warn', /viewers may see XML/, f => (f.answers!.file.mark = undefined)],

  ['host', 'fail', /has no address in DNS/, f => (f.host.ipv4 = false), domain],
  ['host', 'fail', /has an IPv6 address, but/, f => (f.host.ipv6 = true), domain],
  ['host', 'warn', /has no IPv6 address/, f => (f.host.ipv6 = false), { ...domain, ipv6: true }],

  ['page-host', 'fail', /^send.*has no address in DNS: nobody/, f => (f.pageHost.ipv4 = false), hosted],
  ['page-host', 'fail', /has an IPv6 address, but/, f => (f.pageHost.ipv6 = true), hosted],

  ['scan-plan', 'fail', /GuardDuty has no plan/, f => (f.scanPlan = undefined), scanned],
  ['scan-plan', 'fail', /is in state ERROR: A why, B; no new/, planIs('ERROR', 'A why', 'B'), scanned],
  ['scan-plan', 'warn', /is in state WARNING: without a reason$/, planIs('WARNING'), scanned],

  ['web-acl', 'fail', /the distribution lacks its web ACL/, f => (f.distribution!.webAcl = undefined)],
  ['web-acl', 'fail', /1, does not exist/, f => (f.webAcl = undefined)],
  ['web-acl', 'warn', /expected: none/, f => withAcl(f), bare],
  ['web-acl', 'fail', /logs requests/, f => (withAcl(f).logsWithout = []), bare],
  ['web-acl', 'fail', /keeps samples/, f => (f.webAcl!.keepsSamples = true)],
  ['web-acl', 'fail', /logs requests/, f => (f.webAcl!.logsWithout = [])],

  ['readers', 'fail', /^once-events in us-east-1 reads 0 of 1 sources/, f => (readerIn(f, 'us-east-1').sources = [])],
  [
    'readers',
    'fail',
    /eu-west-1 does not read: .* is Disabled/,
    f => (readerIn(f, 'eu-west-1').sources[0]!.state = 'Disabled'),
  ],
  [
    'readers',
    'fail',
    /^once-notifier in us-east-1 reads 1 of 2 sources/,
    f => f.readers.at(-1)!.sources.pop(),
    { endpoints: [endpoint, { ...endpoint, id: 'audit' }] },
  ],
  ['readers', 'fail', /^once-delivered in us-east-1 reads 0 of 1/, f => (f.readers.at(-1)!.sources = []), withProof],

  ['concurrency', 'warn', /runs 10 functions at once in sa-east-1/, f => (f.concurrency['sa-east-1'] = 10)],

  [
    'access-logs',
    'fail',
    /no access log/,
    f => (f.logDeliveries = [{ source: 'once-eu-edge-access', fields: ['date'] }]),
  ],
  [
    'access-logs',
    'fail',
    /holds cs-uri-stem, cs-uri-query/,
    f => f.logDeliveries[0]!.fields!.push('cs-uri-stem', 'cs-uri-query'),
  ],
  ['access-logs', 'fail', /holds cs\(Referer\)/, f => f.logDeliveries[0]!.fields!.push('cs(Referer)')],
  ['access-logs', 'fail', /holds c-ip/, f => f.logDeliveries[0]!.fields!.push('c-ip')],
  ['access-logs', 'fail', /cs-uri-stem.*c-ip/, f => (f.logDeliveries[0]!.fields = undefined)],
  ['access-logs', 'fail', /^the api a1 in eu-west-1 logs bodies/, f => (f.apis[0]!.logsBodies = true)],
  ['access-logs', 'fail', /legacy access log/, f => (f.distribution!.oldLog = true)],
  ['access-logs', 'fail', /real-time log/, f => (behaviour(f, 0).realtimeLog = true)],

  ['log-retention', 'warn', /in us-west-1 is kept for ever/, f => (f.edgeLogs['us-west-1']!.retentionDays = undefined)],
  ['log-retention', 'warn', /is kept 7 days, expected: 90/, f => (f.edgeLogs['us-west-1']!.retentionDays = 7)],

  [
    'issuers',
    'fail',
    /once-links in us-east-1 has no list of issuers/,
    f => (f.linksFunctions['us-east-1']!.issuers = 0),
    { apiRegions: ['eu-west-1', 'us-east-1'] },
  ],
  [
    'issuers',
    'fail',
    /once-links in eu-west-1 has no list of issuers/,
    f => (f.linksFunctions['eu-west-1']!.issuers = 0),
    { issuers: [{ id: 'reports', principal: '111122223333', prefixes: ['reports/'], verbs: ['issue'] }] },
  ],

  ['url-life', 'warn', /URLs live 901 s/, () => undefined, { urlSeconds: 901 }],

  [
    'alarms',
    'fail',
    /no alarm once-outcome-unknown in us-east-1/,
    f => (f.alarms = f.alarms.filter(({ name }) => name !== 'once-outcome-unknown')),
  ],
  [
    'alarms',
    'warn',
    /once-outcome-unknown in us-east-1 is in state ALARM/,
    f => (f.alarms.find(({ name }) => name === 'once-outcome-unknown')!.inAlarm = true),
  ],
  [
    'alarms',
    'warn',
    /^1 alarms have no receiver, such as once-outcome-unknown$/,
    f => (f.alarms[0]!.hasReceiver = false),
    bare,
  ],

  [
    'deployed-settings',
    'fail',
    /deployed with linkSeconds 7200, the settings say 86400/,
    f => (f.deployed!['linkSeconds'] = 7200),
  ],
  ['deployed-settings', 'fail', /does not say its settings/, f => (f.deployed = undefined)],
]

test('every setting is compared with what is deployed', () => {
  for (const name of Object.keys(fields).filter(each => each !== 'account')) {
    const found = findingsOf(home, f => (f.deployed![name] = 'other')).filter(
      each => each.check === 'deployed-settings',
    )
    expect(found, name).toMatchObject([
      { verdict: 'fail', found: expect.stringContaining(` ${name} "other"`) as string },
    ])
  }
})

test('a change that CloudFormation reports although nobody made it is no problem', () => {
  const added = (path: string) => differs(path, { kind: 'ADD', expected: 'null', actual: 'true' })
  const places = (list: string, name: string) =>
    [
      { expected: 'a', actual: 'b' },
      { expected: 'b', actual: 'a' },
    ].flatMap((swapped, place) => [
      differs(`/DistributionConfig/${list}/${place}/${name}`, swapped),
      differs(`/DistributionConfig/${list}/${place}/Other`, { kind: 'REMOVE', expected: '1', actual: 'null' }),
    ])
  const distribution = 'AWS::CloudFront::Distribution'
  for (const is of [
    { differences: [differs('/Tags/0/Value')] },
    { type: 'AWS::ApiGateway::Account', differences: [differs('/CloudWatchRoleArn')] },
    {
      differences: [
        differs('/FunctionName', {
          expected: 'arn:aws:lambda:eu-west-1:111122223333:function:once-watch',
          actual: 'once-watch',
        }),
      ],
    },
    { type: table, differences: [differs(keyPath, { expected: keyArn, actual: 'k1' })] },
    { type: table, differences: [differs(keyPath, { expected: 'k1', actual: keyArn })] },
    { type: table, differences: [added('/Replicas/1/DeletionProtectionEnabled'), added('/Replicas/0/ResourcePolicy')] },
    { type: distribution, differences: places('Origins', 'Id') },
    { type: distribution, differences: places('CustomErrorResponses', 'ErrorCode') },
  ]) {
    expect(findingsOf(home, drifted(is)).filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  }
})

test('a change of a table is named with what changes it back, never with --revert-drift', () => {
  for (const differences of [
    [differs(keyPath, { expected: keyArn, actual: 'k2' })],
    [differs(keyPath, { expected: keyArn, actual: '' })],
    [
      differs('/Replicas/0/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled', {
        expected: 'true',
        actual: 'false',
      }),
    ],
    [differs('/Replicas/0/DeletionProtectionEnabled', { kind: 'REMOVE', expected: 'true', actual: 'null' })],
  ]) {
    const found = findingsOf(home, drifted({ id: 'once-links', type: table, differences }))
    const { todo } = found.find(({ check, verdict }) => check === 'drift' && verdict === 'fail') ?? {}
    expect(todo).toMatch(/^aws dynamodb update-table --region \S+ --table-name once-links /)
  }
  const changes: readonly (readonly [string, Change, Partial<SettingsInput>?])[] = [
    ['table-replication', f => (f.links['eu-west-1']!.replicas = ['eu-west-1'])],
    ['table-replication', f => (f.links['eu-west-2']!.replicas = ['eu-west-2']), strong],
    ['table-writers', f => (f.links['us-east-1']!.policy = undefined)],
    ['table-writers', f => Object.values(f.links).forEach(each => (each!.policy = undefined))],
    ['encryption', f => (f.dataKeys[0]!.key = undefined), customer],
  ]
  for (const [name, change, settings = home] of changes) {
    const todos = findingsOf(settings, change)
      .filter(({ check }) => check === name)
      .map(({ todo }) => todo)
    expect(todos.length).toBeGreaterThan(0)
    expect(todos.filter(todo => todo === '' || todo.includes('revert-drift'))).toEqual([])
  }
})

test('in a list of a distribution in another order, a field with another value is a change', () => {
  const swapped = ['a', 'b'].map((expected, place) =>
    differs(`/DistributionConfig/Origins/${place}/Id`, { expected, actual: expected === 'a' ? 'b' : 'a' }),
  )
  const access = differs('/DistributionConfig/Origins/0/OriginAccessControlId', { expected: 'E1', actual: 'E2' })
  const differences = [...swapped, access]
  const found = findingsOf(home, drifted({ type: 'AWS::CloudFront::Distribution', differences }))
  expect(found.find(({ verdict }) => verdict === 'fail')?.found).toMatch(/changed: \S+OriginAccessControlId$/)
})

test('a list of a distribution with another element is a change', () => {
  const differences = [
    differs('/DistributionConfig/Origins/0/Id', { expected: 'a', actual: 'b' }),
    differs('/DistributionConfig/Origins/1/Id', { expected: 'b', actual: 'c' }),
  ]
  const found = findingsOf(home, drifted({ type: 'AWS::CloudFront::Distribution', differences }))
  expect(found.find(({ verdict }) => verdict === 'fail')?.found).toContain(
    'Origins/0/Id, /DistributionConfig/Origins/1/Id',
  )
})

test('a table of links that was deleted is restored, not made again', () => {
  const found = findingsOf(home, drifted({ id: 'once-links', type: table, isDeleted: true }))
  expect(found.find(({ check }) => check === 'drift')?.todo).toBe('npm run once -- restore --preview')
})

test('an alarm whose every change is on the bus has a receiver', () => {
  const findings = findingsOf(home, f => f.alarms.forEach(alarm => (alarm.hasReceiver = false)))
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
})

describe('a problem is reported with its severity and with what to do', () => {
  test.each(problems.map(row => [`${row[0]}: ${String(row[2]).slice(1, -1)}`, row] as const))('%s', (_, row) => {
    const [name, verdict, message, change, settings = home] = row
    const findings = findingsOf(settings, change).filter(finding => finding.check === name)
    expect(findings.find(finding => message.test(finding.found))).toMatchObject({
      verdict,
      todo: expect.stringMatching(/./),
    })
    expect(findings.some(finding => finding.verdict === 'ok')).toBe(false)
  })

  test('every check has a problem that it reports', () => {
    const all = [...problems.map(([name]) => name), ...checksOfUse]
    expect([...new Set(all)].toSorted()).toEqual(checks.map(({ name }) => name).toSorted())
  })

  test('the doctor runs every check that a file of checks/ exports', async () => {
    const folder = new URL('../../../cli/deployment/doctor/checks/', import.meta.url)
    const files = readdirSync(folder)
    const modules = (await Promise.all(files.map(file => import(new URL(file, folder).href)))) as object[]
    const exported = modules.flatMap(module => Object.values(module) as AnyCheck[])
    expect(exported.map(({ name }) => name).toSorted()).toEqual(checks.map(({ name }) => name).toSorted())
  })
})

test('if a fact is unknown, the checks that need it fail with the reason, and no others do', () => {
  const expected = expectedOf(home)
  const facts: CollectedFacts = {
    ...collected(goodFacts(expected)),
    apis: { kind: 'unknown', why: 'AccessDenied: no' },
  }
  const findings = checks.flatMap(check => runCheck(check, facts, expected))
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([
    {
      check: 'access-logs',
      verdict: 'fail',
      found: "can't be checked: AccessDenied: no",
      todo: 'solve this first',
    },
  ])
})

test('urlSeconds, key age and rotation may be exactly at their limits', () => {
  const lastDay: Change = f => {
    f.publicKeys[0]!.createdAt = earlier(f.publicKeys[0]!.createdAt, 34)
    f.secrets['us-east-1']!.changedAt = earlier(f.secrets['us-east-1']!.changedAt, 34)
  }
  expect(findingsOf({ urlSeconds: 900 }, lastDay).filter(({ verdict }) => verdict !== 'ok')).toEqual([])
})

test('a log group without a retention is fine for a day: the function of totals sets it', () => {
  const findings = findingsOf(home, f => {
    const group = f.edgeLogs['us-west-1']!
    Object.assign(group, { retentionDays: undefined, createdAt: earlier(group.createdAt, -3) })
  })
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
})

describe('nothing is ok that does not exist', () => {
  /** Facts as AWS returns them for an account without the deployment. */
  const nothing = new Map<string, unknown>(['host', 'pageHost'].map(name => [name, { ipv4: false, ipv6: false }]))
  const absent = (name: string, value: unknown) =>
    nothing.has(name)
      ? nothing.get(name)
      : Array.isArray(value)
        ? []
        : typeof value === 'boolean'
          ? false
          : name in byRegion
            ? {}
            : undefined
  const byRegion = Object.fromEntries(
    ['links', 'apiState', 'secrets', 'edgeLogs', 'linksFunctions'].map(name => [name, true]),
  )
  const every = { ...home, ...customer, ...hosted, ...scanned, ...domain, ...withDashboard, ...withProof }
  /** The checks that read nothing of the deployment itself. */
  const ofTheAccount = new Set(['concurrency'])

  test.each(Object.entries({ home, bare, strong, witness, every }))(
    'in an empty account, no check is ok: %s',
    (_, settings) => {
      const expected = expectedOf(settings)
      const facts = Object.fromEntries(
        Object.entries(goodFacts(expected)).map(([name, value]) => [name, absent(name, value)]),
      )
      const unknown = { kind: 'unknown', why: 'ResourceNotFoundException' }
      const all = { ...collected(facts), currentKeyId: unknown } as CollectedFacts
      const findings = checks.flatMap(check => runCheck(check, all, expected))
      const ok = findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check)
      expect(ok.filter(check => !ofTheAccount.has(check))).toEqual([])
    },
  )

  const names = Object.keys(goodFacts(expectedOf(every))) as (keyof Facts)[]
  test.each(names.filter(name => !['currentKeyId', 'concurrency'].includes(name)))(
    'without %s, no check that needs it is ok',
    name => {
      const findings = findingsOf(every, facts => Object.assign(facts, { [name]: absent(name, facts[name]) }))
      const readers = checks.filter(({ needs }) => needs.includes(name)).map(check => check.name)
      const ok = new Set(findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check))
      expect(readers.filter(check => ok.has(check))).toEqual([])
    },
  )
})

describe('the doctor knows every state of a stack', () => {
  const states = Object.values(StackStatus).filter(state => state !== 'DELETE_COMPLETE')
  test.each(states)('%s', state => {
    const findings = findingsOf(home, f => (stackNamed(f, 'once-us-east-1').status = state))
    const [found, ...others] = findings.filter(({ check }) => check === 'stacks')
    expect(others).toEqual([])
    expect(found?.found).not.toContain('which this version does not know')
    const isWorking = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(state)
    const isWaiting = /(?<!REVIEW)_IN_PROGRESS$/.test(state)
    expect(found).toMatchObject(
      isWorking
        ? { verdict: 'ok' }
        : isWaiting
          ? { verdict: 'warn', todo: expect.stringMatching(/^wait until/) }
          : {
              verdict: expect.stringMatching(/warn|fail/),
              todo: expect.stringMatching(/^(npm run deploy|undo the import); the reason: aws/),
            },
    )
  })

  test('it never advises to delete a stack, whatever the stack holds', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::GlobalTable', 'AWS::Lambda::Function']) {
      const findings = findingsOf(home, f => f.stacks.push(leftOver(type)))
      expect(findings.filter(({ todo }) => /delete-stack|destroy|teardown/.test(todo))).toEqual([])
    }
  })
})
