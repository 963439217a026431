import { describe, expect, onTestFinished, test } from 'vitest'
import { writeFunctions } from '../../../infra/code/build.ts'
import { bundlePinnedVersion } from '../../../edge/gate/bundle.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import {
  type Extras,
  resourcesOf,
  synthesise,
  type Templates,
  valueAt,
  variants,
} from '../../support/infra/synthesised.ts'

/** Types of policies that the plans below `business` refuse. */
const ownPolicies = [
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::OriginRequestPolicy',
  'AWS::CloudFront::ResponseHeadersPolicy',
  'AWS::CloudFront::RealtimeLogConfig',
  'AWS::CloudFront::ContinuousDeploymentPolicy',
  'AWS::CloudFront::KeyValueStore',
]

const known = new Map<object, Templates>()

/** Returns the templates of settings, which are synthesised once. */
function templatesOf(settings: object): Templates {
  const templates = known.get(settings) ?? templatesWith(settings)
  known.set(settings, templates)
  return templates
}

function templatesWith(settings: object, extras: Extras = {}): Templates {
  const { templates, remove } = synthesise(settings, { ...extras, validated: false })
  onTestFinished(remove)
  return templates
}

describe.each(['free', 'pro'] as const)('with the plan %s, the templates have', plan => {
  test.each(ownPolicies)('no %s', type => {
    expect(resourcesOf(templatesOf(variants[plan]), type)).toEqual([])
  })

  test('five behaviours at most, and nothing of an origin that a plan refuses', () => {
    const [distribution] = resourcesOf(templatesOf(variants[plan]), 'AWS::CloudFront::Distribution')
    const config = valueAt(distribution ?? {}, 'Properties.DistributionConfig') as Record<string, unknown[]>
    expect((config['CacheBehaviors'] ?? []).length + 1).toBeLessThanOrEqual(5)
    expect(config).not.toHaveProperty('OriginGroups')
    expect(JSON.stringify(config)).not.toMatch(/ForwardedValues|OriginShield|FieldLevelEncryption|RealtimeLog/)
    expect(JSON.stringify(config)).not.toMatch(/"OriginAccessIdentity":"[^"]/)
  })
})

test('with a plan, the templates have the pinned-version function that was tested', async () => {
  const [code, folder] = [await bundlePinnedVersion(), temporaryFolder()]
  await writeFunctions(folder)
  for (const plan of ['free', 'pro'] as const) {
    const functions = resourcesOf(templatesWith(variants[plan], { functions: folder }), 'AWS::CloudFront::Function')
    const delivery = functions.find(({ id }) => id.includes('Delivery'))
    expect(delivery?.Properties, plan).toMatchObject({
      AutoPublish: true,
      FunctionCode: code,
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
      Name: 'once-delivery',
    })
    expect(delivery?.Properties).not.toHaveProperty('FunctionConfig.KeyValueStoreAssociations')
  }
})

test('with the plan free, there are no access logs', () => {
  expect(resourcesOf(templatesOf(variants.free), 'AWS::Logs::DeliverySource')).toEqual([])
})

test.each([variants.business, variants.standard])(
  'where policies of our own are allowed, nothing is behind files',
  settings => {
    const [gate, ...others] = resourcesOf(templatesOf(settings), 'AWS::CloudFront::Function')
    expect(gate?.id).toContain('Gate')
    expect(others).toEqual([])
  },
)

describe('the subscription of a plan', () => {
  test.each(['free', 'pro', 'business'] as const)('%s is alone in a stack that the others do not know', plan => {
    const { 'once-plan-us-east-1': stack, ...others } = templatesOf(variants[plan])
    const types = Object.values(stack?.Resources ?? {}).map(({ Type }) => Type)
    expect(types.filter(type => type !== 'AWS::CDK::Metadata')).toEqual(['AWS::PricingPlanManager::Subscription'])
    expect(JSON.stringify(others)).not.toMatch(/once-plan|PricingPlan/)
  })

  test('names a web ACL by its ARN, if the settings do', () => {
    const firewall = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/a1b2'
    const templates = templatesOf({ ...variants.pro, firewall })
    const [subscription] = resourcesOf(templates, 'AWS::PricingPlanManager::Subscription')
    expect(valueAt(subscription ?? {}, 'Properties.ResourceArns.1')).toBe(firewall)
    expect(resourcesOf(templates, 'AWS::WAFv2::WebACL')).toEqual([])
  })

  test('does not exist without a plan', () => {
    for (const settings of [variants.starter, variants.standard, variants.regulated])
      expect(resourcesOf(templatesOf(settings), 'AWS::PricingPlanManager::Subscription')).toEqual([])
  })
})
