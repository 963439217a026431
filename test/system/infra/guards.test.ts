import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { type PlacedStack, stacksOf } from '../../../infra/placement/placement.ts'
import { guards } from './guards/all.ts'
import { holds, resourcesFor } from './guards/guard.ts'
import { ownRules, rulesBrokenBy, rules } from '../../support/infra/rules.ts'
import { putAt, resourcesOf, synthesise, valueAt, type Variant, variants } from '../../support/infra/synthesised.ts'

const synthesised = new Map(
  (Object.keys(variants) as Variant[]).map(variant => [variant, synthesise(variants[variant])] as const),
)
const templatesOf = (variant: Variant) => synthesised.get(variant)?.templates ?? {}

afterAll(() => {
  for (const { remove } of synthesised.values()) remove()
})

/** What costs money without links, or is for operators who require it. */
const unneededTypes = [
  'AWS::KMS::Key',
  'AWS::WAFv2::WebACL',
  'AWS::WAFv2::WebACLAssociation',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::EventBus',
  'AWS::EC2::VPCEndpoint',
  'AWS::Logs::Delivery',
] as const
const expectedExtras = {
  home: ['AWS::WAFv2::WebACL', 'AWS::CloudWatch::Dashboard', 'AWS::Events::EventBus', 'AWS::Logs::Delivery'],
  customer: ['AWS::KMS::Key'],
}

describe('every guard is in the templates, and its removal is noticed', () => {
  test.each(guards.map(guard => [guard.title, guard] as const))('%s', (_, guard) => {
    const templates = templatesOf(guard.in)
    expect(holds(guard, templates)).toBe(true)
    const broken = structuredClone(templates)
    const [first] = resourcesFor(guard, broken)
    putAt(first ?? {}, guard.path, guard.without)
    expect(holds(guard, broken)).toBe(false)
  })

  test('no two guards have the same title', () => {
    expect(new Set(guards.map(({ title }) => title)).size).toBe(guards.length)
  })
})

test.each(Object.keys(variants) as Variant[])('in a known account, a synthesis asks AWS for nothing: %s', variant => {
  const { folder, remove } = synthesise({ ...variants[variant], account: '111122223333' }, { validated: false })
  onTestFinished(remove)
  expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).not.toHaveProperty('missing')
})

describe.each([...rules, ...ownRules])('in every template, $title', rule => {
  test.each(Object.keys(variants) as Variant[])('%s', variant => {
    const broken = Object.entries(templatesOf(variant)).filter(([, template]) => !rule.holds(template))
    expect(broken.map(([stack]) => stack)).toEqual([])
  })

  test('and a template that breaks it is noticed', () => {
    const broken = structuredClone(templatesOf('regulated'))
    for (const template of Object.values(broken)) rule.break(template)
    expect(rulesBrokenBy(broken, [...rules, ...ownRules])).toEqual([rule.title])
  })
})

describe('the templates have', () => {
  test.each(['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EgressOnlyInternetGateway'])(
    'no %s in a private network',
    type => {
      expect(resourcesOf(templatesOf('private'), type)).toEqual([])
    },
  )

  test.each(['starter', 'standard', 'witness'] as const)('nothing that costs money without links: %s', variant => {
    for (const type of unneededTypes) expect(resourcesOf(templatesOf(variant), type), type).toEqual([])
  })

  test.each(['home', 'customer'] as const)('what is missing there, where settings require it: %s', variant => {
    const found = unneededTypes.filter(type => resourcesOf(templatesOf(variant), type).length > 0)
    expect(found).toEqual(expectedExtras[variant])
  })

  test.each(Object.keys(variants) as Variant[])('references between stacks that don’t bind them: %s', variant => {
    for (const [name, template] of Object.entries(templatesOf(variant))) {
      expect(JSON.stringify(template), name).not.toContain('Fn::ImportValue')
      // AWS refuses this function in outputs (CloudFormation, "Fn::GetStackOutput").
      expect(JSON.stringify(template.Outputs ?? {}), name).not.toMatch(/"Export"|Fn::GetStackOutput/)
      // cfn-lint refuses it in this one, and no page of AWS says that it works.
      expect(JSON.stringify(template), name).not.toMatch(/"Fn::Split":\["[^"]*",\{"Fn::GetStackOutput"/)
    }
  })

  test('no log group of the edge, which Lambda may have created before', () => {
    const named = resourcesOf(templatesOf('standard'), 'AWS::Logs::LogGroup').map(
      ({ Properties }) => Properties['LogGroupName'],
    )
    expect(named).not.toContain('/once/edge')
  })

  test('what a later deployment must know of this one, as an output of us-east-1', () => {
    const { Outputs } = templatesOf('home')['once-us-east-1'] ?? {}
    const { Value } = valueAt(Outputs ?? {}, 'Deployment') as { Value: string }
    expect(JSON.parse(Value)).toEqual({
      name: 'once',
      mode: 'home',
      homeRegions: ['eu-west-1', 'us-east-1'],
      network: 'public',
      apiRegions: ['eu-west-1'],
      leavingRegions: [],
      encryption: 'aws',
      maxLinkSeconds: 7 * 24 * 3600,
      maxUrlSeconds: 24 * 3600,
    })
  })

  test('the end of the secret’s ARN as an output, which policies of other stacks name', () => {
    const { Outputs } = templatesOf('home')['once-us-east-1'] ?? {}
    const secret = { Ref: expect.stringMatching(/^EdgeKeysSecret/) as string }
    const { Value } = valueAt(Outputs ?? {}, 'SecretSuffix') as { Value: unknown }
    expect(Value).toEqual({ 'Fn::Select': [6, { 'Fn::Split': [':', secret] }] })
    const policies = resourcesOf(templatesOf('home'), 'AWS::IAM::Policy', 'once-eu-west-1')
    expect(JSON.stringify(policies)).toContain('"OutputName":"SecretSuffix"')
  })
})

/** Returns the artifacts of a synthesis on which a stack depends, at any distance. */
function dependenciesOf(folder: string, stack: string): ReadonlySet<string> {
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { dependencies?: readonly string[] }>
  }
  const found = new Set<string>()
  const visit = (name: string) => {
    for (const each of artifacts[name]?.dependencies ?? []) {
      if (!found.has(each)) visit(each)
      found.add(each)
    }
  }
  visit(stack)
  return found
}

test.each(Object.keys(variants) as Variant[])('stacks are deployed in the order of what they need: %s', variant => {
  const settings = parseSettings(variants[variant])
  const names = physicalNames('once', '111122223333')
  const folder = synthesised.get(variant)?.folder ?? ''
  const of = (kind: PlacedStack['kind']) => stacksOf(settings, names).filter(stack => stack.kind === kind)
  const [edge, home, ...others] = of('region')
  const needs: [PlacedStack | undefined, readonly (PlacedStack | undefined)[]][] = [
    ...of('keys').map(stack => [stack, []] as [PlacedStack, PlacedStack[]]),
    [edge, of('keys')],
    [home, [...of('keys'), edge]],
    ...others.map(stack => [stack, [...of('keys'), edge, home]] as [PlacedStack, PlacedStack[]]),
    ...of('events').map(stack => [stack, [...of('keys'), edge, home]] as [PlacedStack, PlacedStack[]]),
  ]
  for (const [stack, before] of needs) {
    if (stack === undefined) continue
    const found = [...dependenciesOf(folder, stack.name)].filter(name => !name.endsWith('.assets'))
    expect(found.toSorted(), stack.name).toEqual(before.flatMap(each => each?.name ?? []).toSorted())
  }
})

test('the host of links has no AAAA record unless IPv6 is on', () => {
  const { templates, remove } = synthesise({ ...variants.domain, ipv6: false }, { validated: false })
  onTestFinished(remove)
  const types = resourcesOf(templates, 'AWS::Route53::RecordSet').map(({ Properties }) => Properties['Type'])
  expect(types).toEqual(['A'])
})

describe('deletion protection', () => {
  test('of stacks is no part of the assembly: a first deployment that fails must be able to begin again', () => {
    for (const { folder } of synthesised.values()) {
      expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).not.toContain('"terminationProtection": true')
    }
  })
})

test('an account in the settings is in every stack, so that the CDK refuses the credentials of another', () => {
  const { folder, remove } = synthesise(
    { ...variants.home, encryption: 'customer', account: '111122223333' },
    { validated: false },
  )
  onTestFinished(remove)
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8')
  expect(manifest.match(/aws:\/\/[^"]+/g)?.toSorted()).toEqual([
    'aws://111122223333/eu-west-1',
    'aws://111122223333/eu-west-1',
    'aws://111122223333/us-east-1',
    'aws://111122223333/us-east-1',
    'aws://111122223333/us-east-1',
  ])
})
