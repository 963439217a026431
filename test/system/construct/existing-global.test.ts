import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as route53 from 'aws-cdk-lib/aws-route53'
import * as s3 from 'aws-cdk-lib/aws-s3'
import * as sns from 'aws-cdk-lib/aws-sns'
import * as wafv2 from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import { describe, expect, test } from 'vitest'
import { alarmTopicArnIn, certificateArnIn, webAclArnIn, zoneIn } from '../../../infra/existing/global.ts'
import { allowLogDelivery } from '../../../infra/resources/access-logs.ts'
import { createApp, createStack, outputOf, type Statement, statementsOf, textOf, warningsOf } from './stacks.ts'

/** Creates a stack in us-east-1, and one in Ireland that uses what it has. */
function stacks() {
  const app = createApp()
  return { global: createStack(app, 'global'), local: createStack(app, 'local', { region: 'eu-west-1' }) }
}

const visibility = { cloudWatchMetricsEnabled: true, metricName: 'acl', sampledRequestsEnabled: false }

function createWebAcl(stack: ReturnType<typeof stacks>['global'], more: Partial<wafv2.CfnWebACLProps> = {}) {
  return new wafv2.CfnWebACL(stack, 'Acl', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: visibility,
    ...more,
  })
}

describe('a web ACL', () => {
  const arn = 'arn:aws:wafv2:us-east-1:111111111111:global/webacl/acl/1'

  test('by ARN, or of this Region or another', () => {
    const { global, local } = stacks()
    expect(webAclArnIn(global, arn)).toBe(arn)
    const acl = createWebAcl(global)
    expect(textOf(global.resolve(webAclArnIn(global, acl)))).toMatch(/^\{Acl\.Arn\}$/)
    expect(textOf(local.resolve(webAclArnIn(local, acl)))).toMatch(/^\{global\.OnceAtEdgeWebAclArn\w+\}$/)
    expect(local.dependencies).toEqual([global])
  })

  test.each([arn.replace('us-east-1', 'eu-west-1'), arn.replace('global', 'regional'), 'acl'])(
    '%s is refused, with what CloudFront takes',
    wrong => {
      expect(() => webAclArnIn(stacks().global, wrong)).toThrow(/once-at-edge:web-acl: .*allowed: .*CLOUDFRONT/)
    },
  )

  test('of another Region or for regional resources is refused', () => {
    const { global, local } = stacks()
    expect(() => webAclArnIn(local, createWebAcl(local))).toThrow(/once-at-edge:web-acl: .*got one in eu-west-1/)
    const regional = createWebAcl(global, { scope: 'REGIONAL' })
    expect(() => webAclArnIn(global, regional)).toThrow(/once-at-edge:web-acl: .*got one with scope REGIONAL/)
  })

  test.each([
    ['itself', { visibilityConfig: { ...visibility, sampledRequestsEnabled: true } }],
    [
      'in a rule',
      {
        rules: [
          {
            name: 'rule',
            priority: 1,
            statement: { geoMatchStatement: { countryCodes: ['CH'] } },
            visibilityConfig: { ...visibility, sampledRequestsEnabled: true },
          },
        ],
      },
    ],
  ])('that keeps samples of requests %s: a warning, as they hold nonces', (_, more) => {
    const { global } = stacks()
    webAclArnIn(global, createWebAcl(global, more))
    expect(warningsOf(global)).toEqual(['web-acl-samples'])
  })
})

describe('a certificate', () => {
  test('of another Region is refused', () => {
    const { local } = stacks()
    const own = new acm.Certificate(local, 'Own', { domainName: 'files.example.com' })
    expect(() => certificateArnIn(local, own)).toThrow(/once-at-edge:certificate-region: .*got one in eu-west-1/)
    const arn = 'arn:aws:acm:eu-west-1:111111111111:certificate/1'
    const imported = acm.Certificate.fromCertificateArn(local, 'Imported', arn)
    expect(() => certificateArnIn(local, imported)).toThrow(/once-at-edge:certificate-region/)
  })
})

describe('a hosted zone', () => {
  test('as L1, L2 or imported, with its name', () => {
    const { global } = stacks()
    const zones = [
      new route53.CfnHostedZone(global, 'L1', { name: 'example.com.' }),
      new route53.PublicHostedZone(global, 'L2', { zoneName: 'example.com' }),
      route53.HostedZone.fromHostedZoneAttributes(global, 'Imported', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
    ]
    for (const zone of zones) expect(zoneIn(global, zone).zoneName).toBe('example.com')
    expect(zones.map(zone => textOf(global.resolve(zoneIn(global, zone).hostedZoneId)))).toEqual([
      expect.stringMatching(/^\{L1\w*(\.Id)?\}$/),
      expect.stringMatching(/^\{L2\w+\}$/),
      'Z1',
    ])
  })

  test('by its id alone is refused: its name decides which records it can have', () => {
    const { global } = stacks()
    const zone = route53.HostedZone.fromHostedZoneId(global, 'Zone', 'Z1')
    expect(() => zoneIn(global, zone)).toThrow(/zoneName|hosted-zone-name/)
  })
})

describe('a topic of alarms', () => {
  test('of us-east-1 is taken, another refused', () => {
    const { global, local } = stacks()
    expect(textOf(global.resolve(alarmTopicArnIn(global, new sns.Topic(global, 'Topic'))))).toMatch(/^\{Topic\w+\}$/)
    expect(() => alarmTopicArnIn(global, new sns.Topic(local, 'Topic'))).toThrow(/once-at-edge:alarm-topic-region/)
  })
})

describe('a bucket of access logs', () => {
  const expected = {
    Action: 's3:PutObject',
    Condition: {
      ArnEquals: {
        'aws:SourceArn': expect.stringMatching(/:logs:us-east-1:.*:delivery-source:once-edge-access$/) as string,
      },
      StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' },
    },
    Principal: { Service: 'delivery.logs.amazonaws.com' },
  }

  test('of the same stack allows deliveries of this source only', () => {
    const { global } = stacks()
    const policy = allowLogDelivery(global, new s3.Bucket(global, 'Logs'), 'once-edge-access')
    expect(policy).toBeDefined()
    const [statement, ...others] = statementsOf(global, 'AWS::S3::BucketPolicy')
    expect(others).toEqual([])
    const { ArnEquals } = (statement?.Condition ?? {}) as { ArnEquals?: Record<string, unknown> }
    expect(textOf(ArnEquals?.['aws:SourceArn'])).toMatch(/:delivery-source:once-edge-access$/)
    expect(textOf(statement?.Resource)).toMatch(/^\{Logs\w+\.Arn\}\/AWSLogs\/\{AWS::AccountId\}\/\*$/)
    expect(warningsOf(global)).toEqual([])
  })

  test('of another stack, or imported: the statement is printed', () => {
    const { global, local } = stacks()
    const buckets = [s3.Bucket.fromBucketName(global, 'Imported', 'logs'), new s3.Bucket(local, 'Logs')]
    for (const bucket of buckets) {
      const access = new Construct(global, `For${bucket.node.id}`)
      expect(allowLogDelivery(access, bucket, 'once-edge-access')).toBeUndefined()
    }
    for (const id of ['ForImported', 'ForLogs']) {
      const [statement] = JSON.parse(outputOf(global, `${id}LogsStatement`) ?? '[]') as Statement[]
      expect(statement).toMatchObject(expected)
    }
    expect(warningsOf(global)).toEqual(['access-log-bucket-policy', 'access-log-bucket-policy'])
  })
})
