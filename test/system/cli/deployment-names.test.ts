import { describe, expect, test } from 'vitest'
import {
  expectedAlarms,
  expectedStacks,
  isEdgeFunction,
  kindOfStack,
  possibleAlarms,
} from '../../../cli/deployment/names.ts'
import { helperFunctions, logGroupsOf } from '../../../cli/deployment/teardown/log-groups.ts'
import { parseSettings } from '../../../construct/parse-settings.ts'
import { apiPurpose, physicalNames } from '../../../construct/physical-names.ts'
import { firewallOf } from '../../../construct/placement.ts'
import { apiRegionsOf, regionsOf } from '../../../construct/settings.ts'
import { allowsOwnPolicies } from '../../../shared/plan.ts'
import { isRegion, type Region } from '../../../shared/regions.ts'
import { type Account, thingsOf } from '../../support/cli/control-plane/account.ts'
import { type Variant, variants } from '../infra/synthesised.ts'
import { accountWith, templatesOf } from './deployments.ts'

const account = '111122223333'
const namesIn = (deployed: Account, type: string, region: string) =>
  thingsOf(deployed, type, region).map(({ id }) => id)

// The command line must use the names of the CDK's resources: it knows names only, not templates.
describe.each(Object.keys(variants) as Variant[])(
  'the command line knows the names of what the CDK deploys: %s',
  variant => {
    const settings = parseSettings(variants[variant])
    const names = physicalNames('once', account)
    const deployed = accountWith(variant)

    test('its stacks and the Region of each', () => {
      const expected = expectedStacks(settings, names).map(({ name, region }) => [name, region])
      expect(Object.fromEntries(expected)).toEqual(templatesOf(variant).regions)
      expect(expected).toHaveLength(Object.keys(templatesOf(variant).regions).length)
    })

    test('its alarms in each Region', () => {
      for (const region of regionsOf(settings)) {
        const found = namesIn(deployed, 'AWS::CloudWatch::Alarm', region)
        expect(found.toSorted(), region).toEqual(expectedAlarms(settings, region).toSorted())
        expect(possibleAlarms('once')).toEqual(expect.arrayContaining(found))
      }
    })

    test('its functions, except those that the CDK names', () => {
      for (const { id, region, owner } of thingsOf(deployed, 'AWS::Lambda::Function')) {
        const isNamedByCdk = id.startsWith(`${owner?.split('/')[1]}-`) && /[0-9a-f]{12}$/.test(id)
        const isKnown = isEdgeFunction(id, 'once') || helperFunctions(names, region as Region).includes(id)
        expect(isNamedByCdk || isKnown, id).toBe(true)
      }
    })

    test('its named log groups, without reading stacks', () => {
      for (const { id, region } of thingsOf(deployed, 'AWS::Logs::LogGroup').filter(each => each.id.startsWith('/'))) {
        expect(logGroupsOf(names, [], region as Region), `${id} in ${region}`).toContain(id)
      }
    })

    test('its tables, buckets, secret, bus, web ACLs, api, dashboard and distribution', () => {
      const ids = (type: string) => [...new Set(thingsOf(deployed, type).map(({ id }) => id))].toSorted()
      const { deliveryProof, homeRegions } = settings
      const [home] = homeRegions
      expect(ids('AWS::DynamoDB::GlobalTable')).toEqual([
        names.apiStateTable,
        ...(deliveryProof ? [names.deliveriesTable] : []),
        names.linksTable,
      ])
      const { accessLogs, auth, events, audit, dashboard } = settings
      expect(ids('AWS::S3::Bucket')).toEqual([
        ...(accessLogs || deliveryProof ? [names.accessLogBucket] : []),
        names.contentBucket(home),
        names.errorPageBucket('us-east-1'),
      ])
      expect(ids('AWS::CloudFront::Function')).toEqual(
        allowsOwnPolicies(settings.plan) ? [names.gate] : [names.delivery, names.gate],
      )
      expect(ids('AWS::SecretsManager::Secret')).toEqual([names.secret])
      expect(ids('AWS::Events::EventBus')).toEqual(events || audit ? [names.bus] : [])
      expect(ids('AWS::WAFv2::WebACL')).toEqual(
        ['own', 'plan'].includes(firewallOf(settings)) ? [names.edgeFunction] : [],
      )
      expect(ids('AWS::CloudWatch::Dashboard')).toEqual(dashboard ? ['once'] : [])
      const apis = thingsOf(deployed, 'AWS::ApiGateway::RestApi').map(({ region, properties }) => [
        region,
        properties['Name'],
      ])
      expect(apis).toEqual(
        apiRegionsOf(settings).flatMap(region => [
          [region, 'once'],
          ...(auth === undefined ? [] : [[region, names.tokenApi]]),
        ]),
      )
      expect(ids('AWS::ApiGateway::Stage')).toEqual(['v1'])
      expect(
        thingsOf(deployed, 'AWS::CloudFront::Distribution').map(({ properties }) => properties['DistributionConfig']),
      ).toMatchObject([{ Comment: 'once: links that work once' }])
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
