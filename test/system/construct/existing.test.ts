import { Annotations, type App, Duration, type Stack } from 'aws-cdk-lib'
import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as kms from 'aws-cdk-lib/aws-kms'
import * as route53 from 'aws-cdk-lib/aws-route53'
import * as s3 from 'aws-cdk-lib/aws-s3'
import * as sns from 'aws-cdk-lib/aws-sns'
import * as wafv2 from 'aws-cdk-lib/aws-wafv2'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { type Elsewhere, parseManifest } from '../../../infra/settings/manifest-json.ts'
import { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { createApp, createStack, outputOf, type Statement, statementsOf, textOf, warningsOf } from './stacks.ts'

// What a company has already: each thing is used as it is, and the construct changes or prints exactly what it needs of it.

const theirs = '222222222222'

/** What a row of the matrix sees: the app, and the stack with the construct. */
interface Place {
  readonly app: App
  readonly stack: Stack
}

/** Deploys the construct with a distribution of its own beside things of yours. */
function use(
  make: (place: Place) => OnceAtEdgeProps,
  region = 'us-east-1',
  flags?: Record<string, unknown>,
): Place & { once: OnceAtEdge } {
  const app = createApp(flags)
  const stack = createStack(app, 'Downloads', { region })
  Annotations.of(stack).acknowledgeWarning('once-at-edge:no-alarm-receiver')
  const once = new OnceAtEdge(stack, 'Once', make({ app, stack }))
  once.createDistribution()
  return { app, stack, once }
}

const versioned = { versioned: true, lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }] }

/** The statements of the roles of a function, such as `links`, that are about S3 or KMS. */
function rightsOf(stack: Stack, kind: 'links' | 'exchange' | 'uploads') {
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy')
  const found = Object.entries(policies).filter(([id]) => id.includes(`Api${kind}`))
  const statements = found.flatMap(
    ([, { Properties }]) => (Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument.Statement,
  )
  return statements
    .map(({ Action, Resource, Condition }) => ({
      actions: [Action].flat() as string[],
      on: [Resource].flat().map(textOf),
      Condition,
    }))
    .filter(({ actions }) => actions.some(action => /^(s3|kms):/.test(action)))
}

const variablesOf = (stack: Stack) =>
  Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .map(
      ({ Properties }) =>
        (Properties as { Environment?: { Variables: Record<string, unknown> } }).Environment?.Variables,
    )
    .find(variables => variables?.['LINK_ORIGIN'] !== undefined)

/** The resources of a type, by logical id. */
const resources = (stack: Stack, type: string) => Object.entries(Template.fromStack(stack).findResources(type))

/** Checks that policies of buckets allow the one distribution only, and that no output refers to another stack, which AWS refuses. */
function checkStack(stack: Stack) {
  for (const { Principal, Condition, Resource } of statementsOf(stack, 'AWS::S3::BucketPolicy')) {
    if (!JSON.stringify(Principal).includes('cloudfront')) continue
    const { StringEquals } = Condition as { StringEquals: Record<string, unknown> }
    expect(textOf(StringEquals['AWS:SourceArn'])).toMatch(/:distribution\/(E1|\{Once\w+\})$/)
    expect(textOf(Resource)).toMatch(/^.+\/(once-pages\/)?\*$/)
  }
  expect(JSON.stringify(Template.fromStack(stack).findOutputs('*'))).not.toMatch(/GetStackOutput|ImportValue/)
}

/** The buckets and keys of yours, by what is known of them. */
const contents = {
  'a versioned bucket of the same stack, SSE-S3': ({ stack }) => ({ bucket: new s3.Bucket(stack, 'Files', versioned) }),
  'a bucket of the same stack, SSE-KMS': ({ stack }) => ({
    bucket: new s3.Bucket(stack, 'Files', { ...versioned, encryptionKey: new kms.Key(stack, 'Key') }),
  }),
  'an L1 bucket of the same stack': ({ stack }) => ({
    bucket: new s3.CfnBucket(stack, 'Files', { versioningConfiguration: { status: 'Enabled' } }),
  }),
  'an unversioned bucket of the same stack': ({ stack }) => ({ bucket: new s3.Bucket(stack, 'Files') }),
  'a bucket of another stack': ({ app }) => ({ bucket: new s3.Bucket(createStack(app, 'Data'), 'Files', versioned) }),
  'a bucket of a stack in another Region': ({ app }) => ({
    bucket: new s3.Bucket(createStack(app, 'Data', { region: 'eu-central-1' }), 'Files', versioned),
  }),
  'a bucket and its key in another Region, with the id of the distribution': ({ app }) => {
    const data = createStack(app, 'Data', { region: 'eu-central-1' })
    const bucket = new s3.Bucket(data, 'Files', { ...versioned, encryptionKey: new kms.Key(data, 'Key') })
    return { bucket, distributionId: 'E1' }
  },
  'an imported bucket': ({ stack }) => ({ bucket: s3.Bucket.fromBucketName(stack, 'Files', 'files') }),
  'an imported bucket, with an imported key': ({ stack }) => ({
    bucket: s3.Bucket.fromBucketName(stack, 'Files', 'files'),
    key: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/k'),
  }),
  'a bucket and its key of another account': ({ stack }) => ({
    bucket: s3.Bucket.fromBucketAttributes(stack, 'Files', {
      bucketName: 'theirs',
      account: theirs,
      region: 'us-east-2',
    }),
    key: kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-2:${theirs}:key/k`),
  }),
} satisfies Record<string, (place: Place) => NonNullable<OnceAtEdgeProps['content']>>

/** For each: the warnings, the Region, whether exchange and uploads may use a key. */
const expected: Record<keyof typeof contents, readonly [readonly string[], string, boolean]> = {
  'a versioned bucket of the same stack, SSE-S3': [[], 'us-east-1', false],
  'a bucket of the same stack, SSE-KMS': [[], 'us-east-1', true],
  'an L1 bucket of the same stack': [
    ['content-uploads-kept', 'content-bucket-policy', 'content-bucket-cors'],
    'us-east-1',
    false,
  ],
  'an unversioned bucket of the same stack': [['content-unversioned', 'content-uploads-kept'], 'us-east-1', false],
  'a bucket of another stack': [['content-distribution-id'], 'us-east-1', false],
  'a bucket of a stack in another Region': [['content-distribution-id'], 'eu-central-1', false],
  'a bucket and its key in another Region, with the id of the distribution': [[], 'eu-central-1', true],
  'an imported bucket': [['content-bucket-policy', 'content-bucket-cors'], 'us-east-1', false],
  'an imported bucket, with an imported key': [
    ['content-bucket-policy', 'content-bucket-cors', 'content-key-policy'],
    'us-east-1',
    true,
  ],
  'a bucket and its key of another account': [
    ['content-bucket-policy', 'content-bucket-cors', 'content-key-policy'],
    'us-east-2',
    true,
  ],
}

describe('content', () => {
  test.each(Object.keys(contents) as (keyof typeof contents)[])('%s', name => {
    const { app, stack } = use(place => ({ content: { ...contents[name](place), uploads: true } }))
    const [warnings, region, decrypts] = expected[name]
    expect(warningsOf(stack)).toEqual(warnings)

    // One bucket of files, which is yours.
    const buckets = app.node.findAll().filter(each => s3.CfnBucket.isCfnBucket(each))
    expect(buckets.filter(({ bucketName }) => bucketName?.includes('-content-'))).toEqual([])
    expect(variablesOf(stack)?.['BUCKET_REGION']).toBe(region)
    const bucket = textOf(variablesOf(stack)?.['BUCKET'])

    // Exactly the rights on it that roles need.
    const arn = expect.stringContaining(`:s3:::${bucket}`) as string
    expect(rightsOf(stack, 'links').map(({ actions }) => actions)).toEqual([
      ['s3:GetObject', 's3:GetObjectVersion'],
      ['s3:ListBucket'],
    ])
    expect(rightsOf(stack, 'links').flatMap(({ on }) => on)).toEqual([arn, arn])
    const [reading, decrypting, ...others] = rightsOf(stack, 'exchange')
    expect(others).toEqual([])
    expect(reading).toMatchObject({ actions: ['s3:GetObject', 's3:GetObjectVersion'], on: [arn] })
    expect(decrypting?.actions).toEqual(decrypts ? ['kms:Decrypt'] : undefined)
    const via = { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } }
    expect(decrypting?.Condition).toEqual(decrypts ? via : undefined)
    const writing = { actions: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'], on: [arn] }
    const encrypting = { ...decrypting, actions: ['kms:Decrypt', 'kms:GenerateDataKey'] }
    expect(rightsOf(stack, 'uploads')).toEqual(decrypts ? [writing, encrypting] : [writing])

    // The distribution reads from it, and the doctor finds it.
    const [[, distribution] = []] = resources(stack, 'AWS::CloudFront::Distribution')
    const config = (distribution as { Properties: { DistributionConfig: { Origins: { DomainName: unknown }[] } } })
      .Properties
    const domains = config.DistributionConfig.Origins.map(({ DomainName }) => textOf(DomainName))
    expect(domains.filter(domain => domain.startsWith(`${bucket}.s3.${region}.`))).toHaveLength(2)
    const manifest = parseManifest(outputOf(stack, 'Manifest') ?? '')
    expect(manifest).toMatchObject({ distribution: { stack: 'Downloads', region: 'us-east-1' }, content: { region } })
    const shown = (value: string | Elsewhere | undefined) =>
      typeof value === 'object' ? `{${value.stack}.${value.output}}` : value
    expect(shown(manifest?.content?.bucket)).toBe(bucket)
    expect(shown(manifest?.content?.key)).toBe(decrypts ? decrypting?.on[0] : undefined)
    for (const each of app.node.children.filter(child => 'stackName' in child)) checkStack(each as Stack)
  })

  test('in a stack of another Region, which is the home Region', () => {
    const make = ({ stack }: Place) => ({ content: { bucket: new s3.Bucket(stack, 'Files', versioned) } })
    const { stack } = use(make, 'eu-west-1')
    expect(warningsOf(stack)).toEqual(['no-distribution-alarm'])
    expect(variablesOf(stack)?.['BUCKET_REGION']).toBe('eu-west-1')
  })

  test('in an app without any feature flag, of another stack and Region', () => {
    for (const region of ['us-east-1', 'eu-central-1']) {
      const make = ({ app }: Place) => {
        return { content: { bucket: new s3.Bucket(createStack(app, 'Data', { region }), 'Files', versioned) } }
      }
      const { stack } = use(make, 'us-east-1', {})
      expect(Template.fromStack(stack).toJSON()).toBeDefined()
    }
  })

  test('customer managed keys of the deployment encrypt no files of yours', () => {
    const { app } = use(({ stack }) => ({
      content: { bucket: new s3.Bucket(stack, 'Files', versioned) },
      encryption: 'customer',
    }))
    const keys = app.node.findChild('once-keys-us-east-1') as Stack
    expect(JSON.stringify(statementsOf(keys, 'AWS::KMS::Key', 'KeyPolicy'))).not.toContain('cloudfront')
  })
})

describe('a VPC', () => {
  const vpcIn = (stack: Stack) =>
    new ec2.Vpc(stack, 'Vpc', {
      maxAzs: 2,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'inner', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    }) as ec2.IVpc

  test('has the functions and the endpoint of the api; no other is made', () => {
    const { stack } = use(({ stack: own }) => ({ network: 'private', vpc: vpcIn(own) }))
    expect(resources(stack, 'AWS::EC2::VPC').map(([id]) => id)).toEqual([expect.stringMatching(/^Vpc/)])
    const functions = resources(stack, 'AWS::Lambda::Function')
    const inVpc = functions.filter(([, { Properties }]) => 'VpcConfig' in (Properties as object))
    expect(inVpc).toHaveLength(3)
    expect(JSON.stringify(inVpc)).toMatch(/VpcinnerSubnet1/)
    const [[, api] = []] = resources(stack, 'AWS::ApiGateway::RestApi')
    expect(JSON.stringify(api)).toMatch(
      /"EndpointConfiguration":\{"Types":\["PRIVATE"\],"VpcEndpointIds":\[\{"Ref":"OnceApiNetworkApi/,
    )
    expect(resources(stack, 'AWS::EC2::VPCEndpoint')).toHaveLength(4)
  })

  test('has the endpoint of the api already: its policy names exactly that one', () => {
    const { stack } = use(({ stack: own }) => {
      const vpc = vpcIn(own)
      const apiEndpoint = vpc.addInterfaceEndpoint('ApiDoor', {
        service: ec2.InterfaceVpcEndpointAwsService.APIGATEWAY,
      })
      return { network: 'private', vpc, apiEndpoint }
    })
    const [[, api] = []] = resources(stack, 'AWS::ApiGateway::RestApi')
    expect(JSON.stringify(api)).toMatch(/"aws:SourceVpce":\{"Ref":"VpcApiDoor/)
  })
})

describe('what is in front of the distribution', () => {
  test('a web ACL of yours', () => {
    const { stack } = use(({ stack: own }) => ({
      webAcl: new wafv2.CfnWebACL(own, 'Acl', {
        scope: 'CLOUDFRONT',
        defaultAction: { allow: {} },
        visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'acl', sampledRequestsEnabled: false },
      }),
    }))
    const [[, distribution] = []] = resources(stack, 'AWS::CloudFront::Distribution')
    expect(JSON.stringify(distribution)).toContain('"WebACLId":{"Fn::GetAtt":["Acl","Arn"]}')
    expect(resources(stack, 'AWS::WAFv2::WebACL')).toHaveLength(1)
  })

  test('certificate and hosted zone of yours, also of a stack in us-east-1 for one elsewhere', () => {
    const { stack } = use(({ app, stack: own }) => {
      const global = createStack(app, 'Global')
      return {
        domainName: 'files.example.com',
        certificate: new acm.Certificate(global, 'Certificate', { domainName: 'files.example.com' }),
        hostedZone: new route53.PublicHostedZone(own, 'Zone', { zoneName: 'example.com' }),
      }
    }, 'eu-west-1')
    const [[, distribution] = []] = resources(stack, 'AWS::CloudFront::Distribution')
    const config = JSON.stringify(distribution)
    expect(config).toMatch(/"AcmCertificateArn":\{"Fn::GetStackOutput":\{"StackName":"Global"/)
    expect(config).toContain('"Aliases":["files.example.com"]')
    expect(JSON.stringify(resources(stack, 'AWS::Route53::RecordSet'))).toMatch(/"HostedZoneId":\{"Ref":"Zone/)
  })

  test('a bucket of access logs of yours', () => {
    const { stack } = use(({ stack: own }) => ({ accessLogs: true, accessLogBucket: new s3.Bucket(own, 'Logs') }))
    const [[, destination] = []] = resources(stack, 'AWS::Logs::DeliveryDestination')
    expect(JSON.stringify(destination)).toMatch(/"DestinationResourceArn":\{"Fn::Join":.*\{"Ref":"Logs/)
    const found = statementsOf(stack, 'AWS::S3::BucketPolicy')
    expect(found.filter(({ Principal }) => JSON.stringify(Principal).includes('delivery.logs'))).toHaveLength(1)
  })

  test('a topic of yours gets all alarms', () => {
    const { stack } = use(({ stack: own }) => ({ alarmTopic: new sns.Topic(own, 'Topic') }))
    const alarms = resources(stack, 'AWS::CloudWatch::Alarm')
    expect(alarms.length).toBeGreaterThan(5)
    for (const [, alarm] of alarms) expect(JSON.stringify(alarm)).toMatch(/"AlarmActions":\[\{"Ref":"Topic/)
  })
})

describe('a prop that would have no use is refused', () => {
  test.each([
    [
      'vpc',
      (stack: Stack) => ({ vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'v', availabilityZones: ['a'] }) }),
    ],
    ['vpcServices', () => ({ network: 'private', vpcServices: ['s3'] })],
    [
      'availabilityZones',
      (stack: Stack) => ({
        network: 'private',
        availabilityZones: ['us-east-1a', 'us-east-1b'],
        vpc: new ec2.Vpc(stack, 'Vpc'),
      }),
    ],
    ['accessLogBucket', (stack: Stack) => ({ accessLogBucket: new s3.Bucket(stack, 'Logs') })],
    [
      'recreatableFiles',
      (stack: Stack) => ({ recreatableFiles: true, content: { bucket: new s3.Bucket(stack, 'Files', versioned) } }),
    ],
    ['fileEnds', (stack: Stack) => ({ fileEnds: true, content: { bucket: new s3.Bucket(stack, 'Files', versioned) } })],
    ['scan', (stack: Stack) => ({ scan: 'guardduty', content: { bucket: new s3.Bucket(stack, 'Files', versioned) } })],
    ['fileDays', (stack: Stack) => ({ fileDays: 30, content: { bucket: new s3.Bucket(stack, 'Files', versioned) } })],
  ] as const)('%s', (prop, make) => {
    const message = new RegExp(`once-at-edge:useless-prop: ${prop} has no use, .*allowed: with`)
    expect(() => use(({ stack }) => make(stack) as OnceAtEdgeProps)).toThrow(message)
  })
})

test('what the doctor reads is ASCII, because CloudFormation returns ? for other characters, and parses to the same', () => {
  const alarmEmail = 'ops@müller.example'
  const { stack } = use(({ stack }) => ({ alarmEmail, content: { bucket: new s3.Bucket(stack, 'Files', versioned) } }))
  const text = outputOf(stack, 'Manifest') ?? ''
  expect(text).toMatch(/^[ -~]+$/)
  expect(parseManifest(text)).toMatchObject({
    settings: { alarmEmail },
    content: { bucket: expect.stringMatching(/^\{Files/) },
  })
})

test('what the doctor reads has no identity provider, which may be of another stack', () => {
  const auth = { issuer: 'https://login.example.com', audience: 'downloads' }
  const { stack } = use(() => ({ auth }))
  expect(parseManifest(outputOf(stack, 'Manifest') ?? '')?.settings).toEqual({
    name: 'once',
    homeRegions: ['us-east-1'],
  })
})
