import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { guards } from './guards/all.ts'
import { holds, subjectsOf } from './guards/guard.ts'
import { putAt, resourcesOf, synthesise, type Variant, variants } from './synthesised.ts'

const synthesised = new Map(
  (Object.keys(variants) as Variant[]).map(variant => [variant, synthesise(variants[variant])] as const),
)
const templatesOf = (variant: Variant) => synthesised.get(variant)?.templates ?? {}

afterAll(() => {
  for (const { remove } of synthesised.values()) remove()
})

describe('what is deployed is guarded, and each guard is missed', () => {
  test.each(guards.map(guard => [guard.says, guard] as const))('%s', (_, guard) => {
    const templates = templatesOf(guard.in)
    expect(holds(guard, templates)).toBe(true)
    const broken = structuredClone(templates)
    const [first] = subjectsOf(guard, broken)
    putAt(first ?? {}, guard.path, guard.without)
    expect(holds(guard, broken)).toBe(false)
  })

  test('no guard is said twice', () => {
    expect(new Set(guards.map(({ says }) => says)).size).toBe(guards.length)
  })
})

describe('what must not be there', () => {
  test.each(['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EgressOnlyInternetGateway'])(
    'a private network has no %s',
    type => {
      expect(resourcesOf(templatesOf('private'), type)).toEqual([])
    },
  )

  test('the edge is one stack in us-east-1, without helpers in other Regions', () => {
    const stacks = Object.keys(templatesOf('home')).filter(name => name.includes('edge'))
    expect(stacks).toEqual(['once-edge'])
  })

  test('a stack of a Region needs no bucket: its template is sent as it is, and names no asset', () => {
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

describe('what holds data or keys', () => {
  const stacksOf = (deletionProtection: boolean) => {
    const { folder, remove } = synthesise({ ...variants.kms, deletionProtection })
    onTestFinished(remove)
    const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      artifacts: Record<string, { properties?: { terminationProtection?: boolean } }>
    }
    return Object.entries(artifacts).flatMap(([name, { properties }]) =>
      properties?.terminationProtection === true ? [name] : [],
    )
  }

  test('is in stacks that can’t be deleted', () => {
    const stacks = stacksOf(true)
    expect(stacks).toEqual(expect.arrayContaining(['once-edge', 'once-data', 'once-signer', 'once-region-us-west-1']))
    expect(stacks.filter(name => /api|events/.test(name))).toEqual([])
  })

  test('can be deleted when the settings say so', () => {
    expect(stacksOf(false)).toEqual([])
  })
})
