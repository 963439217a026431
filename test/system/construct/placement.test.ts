import { CfnOutput, CliCredentialsStackSynthesizer, DefaultStackSynthesizer } from 'aws-cdk-lib'
import { type IStackSynthesizer, PermissionsBoundary, Stack, Stage, Tags } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import { addDeployment } from '../../../infra/app/own-stack.ts'
import { standard } from '../../../infra/app/profiles.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { constructIn, emptyApp, idsOf, stacksOf } from './constructed.ts'
import { warningsOf } from './stacks.ts'

const types = {
  distribution: 'AWS::CloudFront::Distribution',
  table: 'AWS::DynamoDB::GlobalTable',
  version: 'AWS::Lambda::Version',
} as const

describe('in a stack of us-east-1', () => {
  test('a deployment of one Region is in that stack, without another stack or a warning', () => {
    const app = emptyApp({}, true)
    const once = constructIn(app, 'us-east-1', { alarmEmail: 'ops@example.com' })
    once.createDistribution()
    const values = { Api: once.apiUrl, Host: once.linkOrigin }
    const outputs = Object.entries(values).map(([id, value]) => new CfnOutput(Stack.of(once), id, { value }))
    const { 'Site-us-east-1': site, ...others } = stacksOf(app)
    expect(Object.keys(others)).toEqual([])
    expect(idsOf(site, types.distribution)).toHaveLength(1)
    expect(idsOf(site, types.table)).toHaveLength(2)
    expect(site?.messages).toEqual([])
    const [, Host] = outputs.map(({ node }) => site?.template.Outputs[node.id])
    expect(Host.Value['Fn::Join'][1]).toEqual(['https://', { 'Fn::GetAtt': [expect.any(String), 'DomainName'] }])
  })

  test('the part of another home Region is in a stack beside it, deployed after it', () => {
    const app = emptyApp()
    constructIn(app, 'us-east-1', { homeRegions: ['eu-west-1'] }).createDistribution()
    const { 'Site-us-east-1': site, 'once-eu-west-1': home } = stacksOf(app)
    expect(idsOf(site, types.table)).toEqual([])
    expect(idsOf(home, types.table)).toHaveLength(2)
    expect(home?.dependencies.map(({ id }) => id)).toContain('Site-us-east-1')
  })

  test('two deployments are possible in one stack', () => {
    const app = emptyApp()
    const first = constructIn(app, 'us-east-1')
    first.createDistribution()
    const second = constructIn(app, 'us-east-1', { name: 'other', scope: Stack.of(first), id: 'Other' })
    second.createDistribution()
    expect(idsOf(stacksOf(app)['Site-us-east-1'], types.distribution)).toHaveLength(2)
  })
})

describe('in a stack of another Region', () => {
  test('what AWS has in us-east-1 only is in a stack beside it, deployed before it', () => {
    const app = emptyApp({}, true)
    constructIn(app, 'eu-west-1').createDistribution()
    const { 'Site-eu-west-1': site, 'once-us-east-1': edge } = stacksOf(app)
    expect(idsOf(edge, types.version)).toHaveLength(1)
    expect(idsOf(edge, 'AWS::CloudWatch::Alarm')).toHaveLength(9)
    expect(idsOf(edge, types.distribution)).toEqual([])
    expect(idsOf(site, types.distribution)).toHaveLength(1)
    expect(idsOf(site, types.table)).toHaveLength(2)
    expect(site?.dependencies.map(({ id }) => id)).toContain('once-us-east-1')
    expect(JSON.stringify(site?.messages.map(({ entry }) => entry.data))).toContain(
      'once-at-edge:no-distribution-alarm',
    )
  })

  test('stacks refer to each other weakly, without a feature flag: an output is never locked', () => {
    const app = emptyApp()
    const props = { homeRegions: ['eu-west-1', 'us-east-1'], encryption: 'customer' } as const
    constructIn(app, 'eu-west-1', { ...props, firewall: 'own' }).createDistribution()
    const stacks = Object.values(stacksOf(app))
    expect(stacks).toHaveLength(5)
    const text = JSON.stringify(stacks.map(({ template }) => template as object))
    expect(text).toContain('Fn::GetStackOutput')
    expect(text).not.toMatch(/Fn::ImportValue|"Export":|Custom::CrossRegionExport/)
  })
})

test('stacks beside it are in its stage and its account', () => {
  const app = emptyApp()
  const stage = new Stage(app, 'Production')
  const env = { account: '111122223333', region: 'eu-west-1' }
  constructIn(app, 'eu-west-1', { scope: new Stack(stage, 'Site', { env }) }).createDistribution()
  const { stacks } = app.synth().getNestedAssembly(stage.artifactId)
  expect(stacks.map(({ displayName }) => displayName.split(' ')[0])).toEqual([
    'Production/once-us-east-1',
    'Production/Site',
  ])
  expect(stacks.map(({ environment }) => environment.account)).toEqual([env.account, env.account])
})

test('stacks beside it have its boundary of permissions and its protection', () => {
  const app = emptyApp()
  const permissionsBoundary = PermissionsBoundary.fromName('developers')
  const props = { env: { region: 'eu-west-1' }, permissionsBoundary, terminationProtection: true }
  constructIn(app, 'eu-west-1', { scope: new Stack(app, 'Site', props) }).createDistribution()
  const { 'once-us-east-1': edge } = stacksOf(app)
  const roles = idsOf(edge, 'AWS::IAM::Role')
  expect(roles.length).toBeGreaterThan(0)
  for (const id of roles) expect(JSON.stringify(edge?.template.Resources[id])).toContain('policy/developers')
  expect(edge?.terminationProtection).toBe(true)
})

test.each([DefaultStackSynthesizer, CliCredentialsStackSynthesizer])('and its synthesizer: %o', Synthesizer => {
  const app = emptyApp()
  const synthesizer = new Synthesizer({
    qualifier: 'acme',
    fileAssetsBucketName: 'assets-${AWS::Region}',
  }) as IStackSynthesizer
  const scope = new Stack(app, 'Site', { env: { region: 'eu-west-1' }, synthesizer })
  constructIn(app, 'eu-west-1', { scope, encryption: 'customer' }).createDistribution()
  const { Site: _site, ...others } = stacksOf(app)
  expect(Object.keys(others).toSorted()).toEqual(['once-keys-eu-west-1', 'once-keys-us-east-1', 'once-us-east-1'])
  for (const { stackName, assumeRoleArn = '/cdk-acme-', stackTemplateAssetObjectUrl, environment } of Object.values(
    others,
  )) {
    expect(assumeRoleArn, stackName).toContain('/cdk-acme-')
    expect(stackTemplateAssetObjectUrl, stackName).toMatch(`s3://assets-${environment.region}/`)
  }
})

test('and its tags: those of its props, and those that it and the construct get until the end', () => {
  const app = emptyApp()
  const scope = new Stack(app, 'Site', { env: { region: 'eu-west-1' }, tags: { team: 'web' } })
  const once = constructIn(app, 'eu-west-1', { scope })
  once.createDistribution()
  Tags.of(scope).add('cost', '42')
  Tags.of(once).add('data', 'links')
  Tags.of(once).remove('cost', { includeResourceTypes: ['AWS::IAM::Role'] })
  const { 'once-us-east-1': edge } = stacksOf(app)
  expect(edge?.tags).toMatchObject({ team: 'web' })
  const tagsOf = (type: string) => edge?.template.Resources[idsOf(edge, type)[0] ?? ''].Properties.Tags as unknown
  expect(tagsOf('AWS::SecretsManager::Secret')).toEqual([
    { Key: 'cost', Value: '42' },
    { Key: 'data', Value: 'links' },
  ])
  expect(tagsOf('AWS::IAM::Role')).toEqual([{ Key: 'data', Value: 'links' }])
})

test('the tags of a settings file are those of each stack, and of each replica of the tables', () => {
  const app = emptyApp()
  addDeployment(app, { ...standard, tags: { team: 'files' } })
  const [edge, ...others] = Object.values(stacksOf(app))
  for (const stack of [edge, ...others]) expect(stack?.tags).toEqual({ team: 'files' })
  const tables = idsOf(edge, types.table).map(
    id => edge?.template.Resources[id].Properties as { Replicas: { Tags: unknown }[] },
  )
  const tagsOfReplicas = tables.flatMap(({ Replicas }) => Replicas.map(replica => replica.Tags))
  const tags = [{ Key: 'team', Value: 'files' }]
  expect(tagsOfReplicas).toEqual([tags, tags, tags])
  expect(() => parseSettings({ ...standard, tags: { 'aws:team': 'files' } })).toThrow('not beginning with aws:')
})

test.each([
  ['no one gets', {}, ['no-alarm-receiver']],
  ['a bus gets', { events: true }, []],
] as const)('a warning is of alarms that %s', (_, props, warnings) => {
  const once = constructIn(emptyApp(), 'us-east-1', props)
  once.createDistribution()
  expect(warningsOf(Stack.of(once))).toEqual(warnings)
})
