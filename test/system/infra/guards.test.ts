import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { guards } from './guards/all.ts'
import { holds, resourcesFor } from './guards/guard.ts'
import { putAt, resourcesOf, synthesise, type Variant, variants } from './synthesised.ts'

const synthesised = new Map(
  (Object.keys(variants) as Variant[]).map(variant => [variant, synthesise(variants[variant])] as const),
)
const templatesOf = (variant: Variant) => synthesised.get(variant)?.templates ?? {}

afterAll(() => {
  for (const { remove } of synthesised.values()) remove()
})

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

describe('the templates have', () => {
  test.each(['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EgressOnlyInternetGateway'])(
    'no %s in a private network',
    type => {
      expect(resourcesOf(templatesOf('private'), type)).toEqual([])
    },
  )

  test('one stack for the edge, in us-east-1, and none for it in other Regions', () => {
    const stacks = Object.keys(templatesOf('home')).filter(name => name.includes('edge'))
    expect(stacks).toEqual(['once-edge'])
  })

  test('no asset in a Region stack, which needs no bucket: its template is short enough for a request', () => {
    for (const variant of Object.keys(variants) as Variant[]) {
      for (const [name, template] of Object.entries(templatesOf(variant)).filter(([each]) =>
        each.includes('-region-'),
      )) {
        const text = JSON.stringify(template)
        expect(text.length, name).toBeLessThan(51_200 - 4096)
        expect(text, name).not.toContain('cdk-hnb659fds-assets')
      }
    }
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

test.each(['home', 'strong', 'private'] as const)(
  'in %s, apis, which issue links that need the gate, are deployed after the distribution has it',
  variant => {
    const apis = Object.keys(templatesOf(variant)).filter(name => name.includes('-api-'))
    expect(apis.length).toBeGreaterThan(0)
    for (const api of apis) expect(dependenciesOf(synthesised.get(variant)?.folder ?? '', api)).toContain('once-edge')
    expect(dependenciesOf(synthesised.get(variant)?.folder ?? '', 'once-edge')).not.toContain(apis[0])
  },
)

test('the host of links has no AAAA record unless IPv6 is on', () => {
  const { templates, remove } = synthesise({ ...variants.domain, ipv6: false })
  onTestFinished(remove)
  const types = resourcesOf(templates, 'AWS::Route53::RecordSet').map(({ Properties }) => Properties['Type'])
  expect(types).toEqual(['A'])
})

describe('deletion protection', () => {
  const protectedStacks = (deletionProtection: boolean) => {
    const { folder, remove } = synthesise({ ...variants.kms, deletionProtection })
    onTestFinished(remove)
    const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      artifacts: Record<string, { properties?: { terminationProtection?: boolean } }>
    }
    return Object.entries(artifacts).flatMap(([name, { properties }]) =>
      properties?.terminationProtection === true ? [name] : [],
    )
  }

  test('covers the stacks that hold data or keys', () => {
    const stacks = protectedStacks(true)
    expect(stacks).toEqual(expect.arrayContaining(['once-edge', 'once-data', 'once-signer', 'once-region-us-west-1']))
    expect(stacks.filter(name => /api|events/.test(name))).toEqual([])
  })

  test('can be turned off in the settings', () => {
    expect(protectedStacks(false)).toEqual([])
  })
})
