import { beforeAll, describe, expect, test } from 'vitest'
import { readAssembly } from '../../../cli/adapters/cdk.ts'
import { expectedAlarms, isEdgeFunction, kindOfStack, possibleAlarms } from '../../../cli/deployment/names.ts'
import { helperFunctions, logGroupsOf } from '../../../cli/deployment/teardown/log-groups.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { apiPurpose, physicalNames } from '../../../infra/placement/physical-names.ts'
import { firewallOf, stacksOf } from '../../../infra/placement/placement.ts'
import { apiRegionsOf } from '../../../infra/settings/settings.ts'
import { allowsOwnPolicies } from '../../../shared/cloudfront/plan.ts'
import { isRegion, type Region } from '../../../shared/regions.ts'
import { synthesise, type Template, valueAt, type Variant, variants } from '../../support/infra/synthesised.ts'

const account = '111122223333'

/** A resource with a name that we chose. */
interface Named {
  readonly type: string
  readonly region: string
  readonly name: string
}

/** Where the name is, for types that don't call it Name. A distribution has none: the command line finds it by its comment. */
const namePaths: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Stage': 'StageName',
  'AWS::CloudFront::Distribution': 'DistributionConfig.Comment',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
}

/** Synthesises a variant: its stacks with their Regions, and what has a name of ours. */
async function namesOf(variant: Variant) {
  const { folder, remove } = synthesise(variants[variant], { validated: false })
  const { stacks } = await readAssembly(folder, [])
  remove()
  const named = stacks.flatMap(({ region, template }): readonly Named[] =>
    Object.values((JSON.parse(template) as Template).Resources).flatMap(({ Type: type, Properties }) => {
      const name = valueAt(Properties, namePaths[type] ?? 'Name')
      return name === undefined ? [] : [{ type, region, name: textOf(name) }]
    }),
  )
  return { regions: Object.fromEntries(stacks.map(({ name, region }) => [name, region])), named }
}

/** Returns a name with the account in it; the only other value that AWS knows, the id of a stack, is that of the edge function. */
function textOf(name: unknown): string {
  if (typeof name === 'string') return name
  const { 'Fn::Join': [separator, parts] = ['', []] } = name as Record<string, [string, readonly unknown[]]>
  const values = parts.map(part => {
    if (typeof part === 'string') return part
    return JSON.stringify(part) === '{"Ref":"AWS::AccountId"}' ? account : '0123abcd'
  })
  return values.join(separator)
}

// The command line must use the names of the CDK's resources: it knows names only, not templates.
describe.each(Object.keys(variants) as Variant[])(
  'the command line knows the names of what the CDK deploys: %s',
  variant => {
    const settings = parseSettings(variants[variant])
    const names = physicalNames('once', account)
    let regions: Readonly<Record<string, string>>
    let named: readonly Named[]
    beforeAll(async () => {
      const found = await namesOf(variant)
      regions = found.regions
      named = found.named
    })
    const thingsOf = (type: string) => named.filter(each => each.type === type)

    test('its stacks and the Region of each', () => {
      const expected = stacksOf(settings, names).map(({ name, region }) => [name, region])
      expect(Object.fromEntries(expected)).toEqual(regions)
      expect(expected).toHaveLength(Object.keys(regions).length)
    })

    test('its alarms, all in us-east-1', () => {
      const found = thingsOf('AWS::CloudWatch::Alarm').map(({ name, region }) => `${name} ${region}`)
      const expected = expectedAlarms(settings)
      expect(found.toSorted()).toEqual(expected.map(name => `${name} us-east-1`).toSorted())
      expect(possibleAlarms('once')).toEqual(expect.arrayContaining([...expected]))
    })

    test('its functions, except those that the CDK names', () => {
      for (const { name, region } of thingsOf('AWS::Lambda::Function')) {
        const isKnown = isEdgeFunction(name, 'once') || helperFunctions(names, region as Region).includes(name)
        expect(isKnown, name).toBe(true)
      }
    })

    test('its named log groups, without reading stacks', () => {
      for (const { name, region } of thingsOf('AWS::Logs::LogGroup')) {
        expect(logGroupsOf(names, [], region as Region), `${name} in ${region}`).toContain(name)
      }
    })

    test('its tables, buckets, secret, bus, web ACLs, api, dashboard and distribution', () => {
      const ids = (type: string) => [...new Set(thingsOf(type).map(({ name }) => name))].toSorted()
      const { deliveryProof, homeRegions } = settings
      const [home] = homeRegions
      expect(ids('AWS::DynamoDB::GlobalTable')).toEqual([
        names.apiStateTable,
        ...(deliveryProof ? [names.deliveriesTable] : []),
        names.linksTable,
      ])
      const { accessLogs, auth, sendPage, events, audit, dashboard } = settings
      expect(ids('AWS::S3::Bucket')).toEqual([
        ...(accessLogs || deliveryProof ? [names.accessLogBucket] : []),
        names.contentBucket(home),
        names.errorPageBucket('us-east-1'),
        ...(sendPage === undefined ? [] : [names.sendPageBucket(home)]),
      ])
      expect(ids('AWS::CloudFront::Function')).toEqual([
        ...(allowsOwnPolicies(settings.plan) ? [names.gate] : [names.pinnedVersion, names.gate]),
        ...(sendPage === undefined ? [] : [names.sendPage]),
      ])
      expect(ids('AWS::SecretsManager::Secret')).toEqual([names.secret])
      expect(ids('AWS::Events::EventBus')).toEqual(events || audit ? [names.bus] : [])
      expect(ids('AWS::WAFv2::WebACL')).toEqual(
        ['own', 'plan'].includes(firewallOf(settings)) ? [names.edgeFunction] : [],
      )
      expect(ids('AWS::CloudWatch::Dashboard')).toEqual(dashboard ? ['once'] : [])
      expect(thingsOf('AWS::ApiGateway::RestApi').map(({ region, name }) => [region, name])).toEqual(
        apiRegionsOf(settings).flatMap(region => [
          [region, 'once'],
          ...(auth === undefined ? [] : [[region, names.tokenApi]]),
        ]),
      )
      expect(ids('AWS::ApiGateway::Stage')).toEqual(['v1'])
      expect(ids('AWS::CloudFront::Distribution')).toEqual([
        'once: links that work once',
        ...(sendPage === undefined ? [] : ['once: the page for senders']),
      ])
      expect(ids('AWS::Logs::DeliverySource')).toEqual(
        accessLogs || deliveryProof ? [`${names.edgeFunction}-access`] : [],
      )
      const roles = ids('AWS::IAM::Role')
      const exchange = names.apiRole(apiPurpose('exchange', settings.network), home)
      expect(roles).toEqual(expect.arrayContaining([names.edgeRole, exchange]))
    })
  },
)

describe('a stack belongs to the deployment in its name, and to no other', () => {
  const rows: readonly (readonly [string, Region, string | undefined])[] = [
    ['once-us-east-1', 'us-east-1', 'region'],
    ['once-eu-west-1', 'eu-west-1', 'region'],
    ['once-keys-us-east-1', 'us-east-1', 'keys'],
    ['once-keys-eu-west-1', 'eu-west-1', 'keys'],
    ['once-events-us-east-1', 'us-east-1', 'events'],
    ['once-plan-us-east-1', 'us-east-1', 'plan'],
    ['once-eu-west-1', 'us-east-1', undefined],
    ['once-keys-eu-west-1', 'us-east-1', undefined],
    ['once-eu-us-east-1', 'us-east-1', undefined],
    ['once-eu-eu-west-1', 'eu-west-1', undefined],
    ['once-eu-keys-us-east-1', 'us-east-1', undefined],
    ['once-region-us-east-1', 'us-east-1', undefined],
    ['once-us-east-1-website', 'us-east-1', undefined],
    ['once-keys', 'us-east-1', undefined],
    ['once-us-east-9', 'us-east-1', undefined],
    ['once', 'us-east-1', undefined],
    ['once-', 'us-east-1', undefined],
    ['twice-us-east-1', 'us-east-1', undefined],
  ]
  test.each(rows)('%s in %s: %s', (name, region, kind) => {
    expect(isRegion(region)).toBe(true)
    expect(kindOfStack({ name, region }, 'once')).toBe(kind)
  })
})

describe('a function is the edge function of the deployment in its name, and of no other', () => {
  test.each([
    ['once-edge-0123abcd', true],
    ['once-edge-AROA55AA91BC19154869B', true],
    ['once-edge', false],
    ['once-edge-0123abc', false],
    ['once-edge-0123abcde', false],
    ['once-edge-0123abcx', false],
    ['once-eu-edge-0123abcd', false],
    ['my-once-edge-0123abcd', false],
  ])('%s: %s', (name, isOurs) => {
    expect(isEdgeFunction(name, 'once')).toBe(isOurs)
  })
})
