import { afterAll, expect, test } from 'vitest'
import { type Resource, synthesise, type Templates, valueAt } from '../../support/infra/synthesised.ts'

// What an update of CloudFormation makes of a change of `network`: it updates resources with the same logical id, creates the
// others, and then deletes those that the new template lacks.

const synthesised = (['public', 'private'] as const).map(network =>
  synthesise({ homeRegions: ['eu-west-1', 'us-east-1'], network }, { validated: false }),
)
const [open = {}, closed = {}] = synthesised.map(({ templates }) => templates)

afterAll(() => {
  for (const { remove } of synthesised) remove()
})

interface Pair {
  readonly id: string
  readonly before: Resource
  readonly after: Resource
}

/** Returns the resources of a type that are in both templates. */
function kept(type: string): readonly Pair[] {
  return Object.entries(open).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).flatMap(([id, before]) => {
      const after = closed[stack]?.Resources[id]
      return before.Type === type && after !== undefined ? [{ id: `${stack} ${id}`, before, after }] : []
    }),
  )
}

const allOf = (templates: Templates) =>
  Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).map(([id, resource]) => ({ id: `${stack} ${id}`, resource })),
  )

test('a change of network adds and removes no stack, as the CDK would leave a removed one', () => {
  expect(Object.keys(closed)).toEqual(Object.keys(open))
})

test('no function enters or leaves a VPC: Lambda would leave its network interfaces, and with them the VPC', () => {
  const functions = kept('AWS::Lambda::Function')
  expect(functions.length).toBeGreaterThan(0)
  for (const { id, before, after } of functions) {
    expect(after.Properties['VpcConfig'], id).toEqual(before.Properties['VpcConfig'])
  }
})

test('a function of a VPC is deleted before what its interfaces are in, and with the right to remove them', () => {
  const inVpc = allOf(closed).filter(({ resource }) => resource.Properties?.['VpcConfig'] !== undefined)
  expect(inVpc).toHaveLength(3)
  for (const { id, resource } of inVpc) {
    const { VpcConfig } = resource.Properties
    const ids = (value: unknown) => [...JSON.stringify(value).matchAll(/"(ApiNetwork\w+)"/g)].map(([, each]) => each)
    expect(ids(valueAt(VpcConfig as object, 'SubnetIds')), id).toHaveLength(2)
    expect(ids(valueAt(VpcConfig as object, 'SecurityGroupIds')), id).toHaveLength(1)
    expect((resource as Resource & { DependsOn: readonly string[] }).DependsOn.join(), id).toMatch(/RoleDefaultPolicy/)
  }
})

test('no api changes its type: it would keep its policy', () => {
  expect(kept('AWS::ApiGateway::RestApi')).toEqual([])
})

/** Properties with a name that CloudFormation can't give to a second resource before it deletes the first. */
const nameProperties = ['FunctionName', 'RoleName', 'LogGroupName', 'TableName', 'AlarmName', 'BucketName']

test('what has a name of its own keeps its logical id, or another network has another name', () => {
  const named = (templates: Templates) =>
    allOf(templates).flatMap(({ id, resource }) => {
      const { Type, Properties } = resource
      const names = [...nameProperties, ...(Type === 'AWS::WAFv2::WebACL' ? ['Name'] : [])]
      if (Type === 'AWS::Lambda::Permission' || Type === 'AWS::Logs::SubscriptionFilter') return [] // names of others
      return names
        .filter(name => Properties?.[name] !== undefined)
        .map(name => [`${id.split(' ')[0]} ${Type} ${JSON.stringify(Properties?.[name])}`, id] as const)
    })
  const after = new Map(named(closed))
  const both = named(open).filter(([name]) => after.has(name))
  expect(both.length).toBeGreaterThan(20)
  for (const [name, id] of both) expect(after.get(name), name).toBe(id)
})

test('what is kept after its deletion is in both, so that nothing is left', () => {
  const retained = (templates: Templates) =>
    allOf(templates)
      .filter(({ resource }) => (resource as Resource & { DeletionPolicy?: string }).DeletionPolicy === 'Retain')
      .map(({ id }) => id)
      // A version of the edge function is replaced with its code: CloudFront keeps copies.
      .filter(id => !id.includes('CurrentVersion'))
  expect(retained(closed)).toEqual(retained(open))
})
