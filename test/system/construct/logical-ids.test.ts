import { expect, onTestFinished, test } from 'vitest'
import { setDeployer } from '../../../infra/settings/deployer.ts'
import { synthesise, type Templates, variants } from '../../support/infra/synthesised.ts'
import { constructIn, emptyApp, stacksOf } from './constructed.ts'

/** What must never be replaced: a replaced table loses its links, a replaced distribution the host of all links, a replaced subnet its functions. */
const kept = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::SecretsManager::Secret',
  'AWS::S3::Bucket',
  'AWS::CloudFront::Distribution',
  'AWS::KMS::Key',
  'Custom::SigningKeys',
  'AWS::EC2::Subnet',
])

/** A table of a template, as far as a test reads it. */
interface Table {
  readonly DeletionPolicy: string
  readonly Properties: { readonly Replicas: readonly { readonly DeletionProtectionEnabled?: boolean }[] }
}

function keptIn(templates: Templates): Readonly<Record<string, string>> {
  const found = Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).map(([id, { Type }]) => [`${stack} ${id}`, Type] as const),
  )
  return Object.fromEntries(found.filter(([, type]) => kept.has(type)))
}

test('the logical ids of tables, keys, buckets and distribution of the app are frozen', () => {
  const settings = { ...variants.regulated, homeRegions: ['eu-west-1', 'us-east-1'] }
  const { templates, remove } = synthesise(settings, { validated: false })
  onTestFinished(remove)
  expect(keptIn(templates)).toMatchInlineSnapshot(`
    {
      "once-eu-west-1 ApiApiState67D61161": "AWS::DynamoDB::GlobalTable",
      "once-eu-west-1 ApiNetworkVpcprivateSubnet1Subnet7AC588A0": "AWS::EC2::Subnet",
      "once-eu-west-1 ApiNetworkVpcprivateSubnet2Subnet5B77388B": "AWS::EC2::Subnet",
      "once-eu-west-1 DataContentBucket57DFF360": "AWS::S3::Bucket",
      "once-eu-west-1 DataDeliveries440B443D": "AWS::DynamoDB::GlobalTable",
      "once-eu-west-1 DataLinksTableDBD8EEA8": "AWS::DynamoDB::GlobalTable",
      "once-keys-eu-west-1 Data666C94C7": "AWS::KMS::Key",
      "once-keys-us-east-1 Data666C94C7": "AWS::KMS::Key",
      "once-us-east-1 EdgeAccessLogsBucketDEE11E76": "AWS::S3::Bucket",
      "once-us-east-1 EdgeDownloadsDistributionD5AEE8B7": "AWS::CloudFront::Distribution",
      "once-us-east-1 EdgeDownloadsErrorPagesBucket92C627A2": "AWS::S3::Bucket",
      "once-us-east-1 EdgeKeysFirstB3A91EC2": "Custom::SigningKeys",
      "once-us-east-1 EdgeKeysSecret8340C994": "AWS::SecretsManager::Secret",
    }
  `)
})

test('those of the construct in a stack of us-east-1 are frozen', () => {
  const app = emptyApp()
  constructIn(app, 'us-east-1', {
    homeRegions: ['us-east-1', 'eu-west-1'],
    encryption: 'customer',
  }).createDistribution()
  const stacks = Object.entries(stacksOf(app)).map(([name, { template }]) => [name, template as Templates[string]])
  expect(keptIn(Object.fromEntries(stacks) as Templates)).toMatchInlineSnapshot(`
    {
      "Site-us-east-1 DownloadsApiApiState2F82CD74": "AWS::DynamoDB::GlobalTable",
      "Site-us-east-1 DownloadsDataContentBucket3CE8F3E1": "AWS::S3::Bucket",
      "Site-us-east-1 DownloadsDataLinksTable67D19F9C": "AWS::DynamoDB::GlobalTable",
      "Site-us-east-1 DownloadsEdgeDownloadsDistribution9FACDBC7": "AWS::CloudFront::Distribution",
      "Site-us-east-1 DownloadsEdgeDownloadsErrorPagesBucket10BC7E47": "AWS::S3::Bucket",
      "Site-us-east-1 DownloadsEdgeKeysFirst6AA5BA83": "Custom::SigningKeys",
      "Site-us-east-1 DownloadsEdgeKeysSecret4AFB7E33": "AWS::SecretsManager::Secret",
      "once-keys-eu-west-1 Data666C94C7": "AWS::KMS::Key",
      "once-keys-us-east-1 Data666C94C7": "AWS::KMS::Key",
    }
  `)
})

test.each([
  [
    'plain cdk deploy protects tables by calls, and keeps those that leave the app',
    'cdk',
    true,
    'RetainExceptOnCreate',
    [],
    2,
  ],
  ['without protection, plain cdk deploy deletes tables', 'cdk', false, 'Delete', [false, false], 0],
  ['what once deploy deploys leaves the protection of tables to its end', 'once', true, 'Delete', [], 0],
  ['so it does without protection', 'once', false, 'Delete', [], 0],
  ['templates without Node.js protect tables themselves', 'templates', true, 'Delete', [true, true], 0],
  ['templates without Node.js can leave tables unprotected', 'templates', false, 'Delete', [false, false], 0],
] as const)('%s', (...[, deployer, deletionProtection, policy, inTemplate, calls]) => {
  const app = emptyApp()
  setDeployer(app, deployer)
  constructIn(app, 'us-east-1', { deletionProtection }).createDistribution()
  const { Resources } = stacksOf(app)['Site-us-east-1']!.template as Templates[string]
  const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type)
  const tables = ofType('AWS::DynamoDB::GlobalTable') as unknown as readonly Table[]
  expect(tables.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual([policy, policy])
  const replicas = tables.flatMap(({ Properties }) => Properties.Replicas)
  expect(replicas.flatMap(({ DeletionProtectionEnabled: isOn }) => isOn ?? [])).toEqual(inTemplate)
  const made = ofType('Custom::AWS').map(({ Properties }) => [Properties['Create'], Properties['Delete']].map(String))
  const isProtection = ([create = '', deletion = '']: readonly string[]) =>
    /"UpdateTable".*"DeletionProtectionEnabled":true/.test(create) &&
    /"UpdateTable".*"DeletionProtectionEnabled":false/.test(deletion)
  expect(made.filter(isProtection)).toHaveLength(calls)
})

test('those of the construct in a stack of another Region are frozen', () => {
  const app = emptyApp()
  constructIn(app, 'eu-west-1').createDistribution()
  const stacks = Object.entries(stacksOf(app)).map(([name, { template }]) => [name, template as Templates[string]])
  expect(keptIn(Object.fromEntries(stacks) as Templates)).toMatchInlineSnapshot(`
    {
      "Site-eu-west-1 DownloadsApiApiState2F82CD74": "AWS::DynamoDB::GlobalTable",
      "Site-eu-west-1 DownloadsDataContentBucket3CE8F3E1": "AWS::S3::Bucket",
      "Site-eu-west-1 DownloadsDataLinksTable67D19F9C": "AWS::DynamoDB::GlobalTable",
      "Site-eu-west-1 DownloadsDistribution8BA42C9C": "AWS::CloudFront::Distribution",
      "Site-eu-west-1 DownloadsErrorPagesBucket8E03A9E0": "AWS::S3::Bucket",
      "once-us-east-1 EdgeKeysFirstB3A91EC2": "Custom::SigningKeys",
      "once-us-east-1 EdgeKeysSecret8340C994": "AWS::SecretsManager::Secret",
    }
  `)
})
