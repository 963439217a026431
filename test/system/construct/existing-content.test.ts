import { Duration, Stack } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import * as kms from 'aws-cdk-lib/aws-kms'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { ExistingContent } from '../../../infra/existing/content.ts'
import type { ContentProps } from '../../../infra/existing/content-props.ts'
import { namesOf } from '../../../infra/placement/names.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import type { SettingsInput } from '../../../infra/settings/settings.ts'
import { valueAt } from '../../support/infra/synthesised.ts'
import { createApp, createStack, outputOf, statementsOf, type Statement, textOf, warningsOf } from './stacks.ts'

/** What the construct wants of a bucket. */
const kept = { versioned: true, lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }] }

const inUsEast: SettingsInput = { homeRegions: ['us-east-1'] }

/** Adds content and a distribution that may read it to a stack. */
function serve(stack: Stack, content: ContentProps, settings: SettingsInput = inUsEast) {
  const existing = new ExistingContent(stack, 'Content', {
    content,
    settings: parseSettings(settings),
    names: namesOf('once'),
  })
  const distribution = new cloudfront.Distribution(stack, 'Distribution', {
    defaultBehavior: { origin: origins.S3BucketOrigin.withOriginAccessControl(existing.originIn(stack, 'Origin')) },
  })
  existing.allow(distribution)
  return existing
}

function stackOf(region = 'us-east-1') {
  return createStack(createApp(), 'downloads', { region })
}

/** Returns what the statements allow to CloudFront, as text. */
function toCloudFront(statements: readonly Statement[]) {
  return statements
    .filter(({ Principal }) => JSON.stringify(Principal).includes('cloudfront.amazonaws.com'))
    .map(({ Action, Resource, Condition }) => ({
      Action,
      on: textOf(Resource),
      sources: Object.values(Condition as Record<string, Record<string, unknown>>).map(each =>
        textOf(each['AWS:SourceArn']),
      ),
    }))
}

const readActions = ['s3:GetObject', 's3:GetObjectVersion']
const printed = (stack: Stack, id: string) => JSON.parse(outputOf(stack, id) ?? '[]') as readonly Statement[]

const uploadRule = {
  AllowedMethods: ['PUT'],
  AllowedOrigins: ['*'],
  AllowedHeaders: ['x-amz-checksum-sha256'],
}

describe('a bucket of the same stack', () => {
  test('takes parts of uploads from pages of any origin, and keeps its own rules', () => {
    const stack = stackOf()
    const cors = [{ allowedMethods: [s3.HttpMethods.GET], allowedOrigins: ['https://own.example.com'] }]
    serve(stack, { bucket: new s3.Bucket(stack, 'Files', { ...kept, cors }), uploads: true })
    const [{ Properties } = {}] = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'))
    expect(valueAt(Properties as object, 'CorsConfiguration.CorsRules')).toEqual([
      { AllowedMethods: ['GET'], AllowedOrigins: ['https://own.example.com'] },
      uploadRule,
    ])
  })

  test('allows exactly the distribution, to read exactly its files', () => {
    const stack = stackOf()
    serve(stack, { bucket: new s3.Bucket(stack, 'Files', { ...kept }) })
    const [statement, ...others] = toCloudFront(statementsOf(stack, 'AWS::S3::BucketPolicy'))
    expect(others).toEqual([])
    expect(statement).toEqual({
      Action: readActions,
      on: expect.stringMatching(/^\{Files\w+\.Arn\}\/\*$/) as string,
      sources: [
        expect.stringMatching(/^arn:aws:cloudfront::111111111111:distribution\/\{Distribution\w+\}$/) as string,
      ],
    })
    expect(warningsOf(stack)).toEqual([])
  })

  test('with a key: the key allows CloudFront to decrypt, for distributions of this account only', () => {
    const stack = stackOf()
    const key = new kms.Key(stack, 'Key')
    const content = serve(stack, { bucket: new s3.Bucket(stack, 'Files', { ...kept, encryptionKey: key }) })
    const [statement, ...others] = toCloudFront(statementsOf(stack, 'AWS::KMS::Key', 'KeyPolicy'))
    expect(others).toEqual([])
    expect(statement).toMatchObject({
      Action: 'kms:Decrypt',
      sources: ['arn:aws:cloudfront::111111111111:distribution/*'],
    })
    expect(textOf(stack.resolve(content.keyIn(stack)?.arn))).toMatch(/^\{Key\w+\.Arn\}$/)
    expect(warningsOf(stack)).toEqual([])
  })

  test('with a name and a key: the key decrypts files of this bucket only', () => {
    const stack = stackOf()
    const key = new kms.Key(stack, 'Key')
    serve(stack, {
      bucket: new s3.Bucket(stack, 'Files', { bucketName: 'files', ...kept, encryptionKey: key }),
    })
    const statement = statementsOf(stack, 'AWS::KMS::Key', 'KeyPolicy').find(each => toCloudFront([each]).length > 0)
    expect(statement?.Condition).toMatchObject({
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::files', 'arn:aws:s3:::files/*'] },
    })
  })

  test('as L1: statement and CORS rule are printed, as its policy and rules may be of yours', () => {
    const stack = stackOf()
    const rule = { status: 'Enabled', abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } }
    const bucket = new s3.CfnBucket(stack, 'Files', {
      versioningConfiguration: { status: 'Enabled' },
      lifecycleConfiguration: { rules: [rule] },
    })
    serve(stack, { bucket, uploads: true })
    expect(statementsOf(stack, 'AWS::S3::BucketPolicy')).toEqual([])
    expect(warningsOf(stack)).toEqual(['content-bucket-policy', 'content-bucket-cors'])
    expect(printed(stack, 'BucketCors')).toEqual([uploadRule])
    expect(printed(stack, 'BucketStatement')).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: readActions,
        Resource: 'arn:aws:s3:::{Files}/*',
        Condition: {
          StringEquals: {
            'AWS:SourceArn': expect.stringMatching(/:distribution\/\{Distribution\w+\}$/) as string,
          },
        },
      },
    ])
  })
})

describe('what the template says of a bucket', () => {
  test.each<[string, s3.BucketProps, readonly string[]]>([
    [
      'with versions that are deleted early',
      { ...kept, lifecycleRules: [{ ...kept.lifecycleRules[0], noncurrentVersionExpiration: Duration.days(1) }] },
      ['content-old-versions'],
    ],
    ['that keeps the parts of uploads', { versioned: true }, ['content-uploads-kept']],
    ['that is a website', { ...kept, websiteIndexDocument: 'index.html' }, ['content-website']],
  ])('%s: a warning', (_, props, expected) => {
    const stack = stackOf()
    serve(stack, { bucket: new s3.Bucket(stack, 'Files', props), uploads: true })
    expect(warningsOf(stack)).toEqual(expected)
  })
})

describe('a bucket of another stack', () => {
  test.each(['us-east-1', 'eu-west-1'])('in %s: its id is printed, as the stacks would need each other', region => {
    const app = createApp()
    const data = createStack(app, 'data', { region })
    const stack = createStack(app, 'downloads')
    serve(stack, { bucket: new s3.Bucket(data, 'Files', { ...kept }) })
    expect(toCloudFront(statementsOf(data, 'AWS::S3::BucketPolicy'))).toEqual([])
    expect(warningsOf(stack)).toEqual(['content-distribution-id'])
    expect(outputOf(stack, 'DistributionId')).toMatch(/^\{Distribution\w+\}$/)
    expect(stack.dependencies.map(({ stackName }) => stackName)).toEqual(['data'])
  })

  test('as L1: the statement is printed without its name, which an output could not refer to', () => {
    const app = createApp()
    const stack = createStack(app, 'downloads')
    serve(stack, { bucket: new s3.CfnBucket(createStack(app, 'data'), 'Files') })
    expect(printed(stack, 'BucketStatement')[0]?.Resource).toBe('arn:aws:s3:::BUCKET-NAME/*')
  })
})

describe('an imported bucket', () => {
  test('with a key of another account: both statements are printed, and the roles that need them', () => {
    const stack = stackOf()
    const theirs = '222222222222'
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Files', {
      bucketName: 'theirs',
      account: theirs,
      region: 'us-east-2',
    })
    const key = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-2:${theirs}:key/k`)
    const content = serve(stack, { bucket, key, uploads: true })
    expect(warningsOf(stack)).toEqual(['content-bucket-policy', 'content-bucket-cors', 'content-key-policy'])
    const role = (kind: string) => `arn:aws:iam::111111111111:role/once-${kind}-us-east-1`
    expect(printed(stack, 'BucketStatement').slice(1)).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: [role('links'), role('exchange')] },
        Action: readActions,
        Resource: 'arn:aws:s3:::theirs/*',
      },
      { Effect: 'Allow', Principal: { AWS: role('links') }, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::theirs' },
      {
        Effect: 'Allow',
        Principal: { AWS: role('uploads') },
        Action: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        Resource: 'arn:aws:s3:::theirs/*',
      },
    ])
    const [toDistribution, toExchange, toUploads, ...others] = printed(stack, 'KeyStatement')
    expect(others).toEqual([])
    expect(toDistribution?.Condition).toEqual({
      StringLike: {
        'AWS:SourceArn': expect.stringMatching(/:distribution\/\{Distribution\w+\}$/) as string,
        'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::theirs', 'arn:aws:s3:::theirs/*'],
      },
    })
    expect(toExchange).toEqual({
      Effect: 'Allow',
      Principal: { AWS: role('exchange') },
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-2.amazonaws.com' } },
    })
    expect(toUploads).toEqual({
      ...toExchange,
      Principal: { AWS: role('uploads') },
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    })
    expect(content.keyIn(stack)).toEqual({ arn: `arn:aws:kms:us-east-2:${theirs}:key/k`, region: 'us-east-2' })
  })

  test('of another account that takes no uploads: nobody is asked to let them in', () => {
    const stack = stackOf()
    const of = { bucketName: 'theirs', account: '222222222222', region: 'us-east-2' }
    const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-2:222222222222:key/k')
    serve(stack, { bucket: s3.Bucket.fromBucketAttributes(stack, 'Files', of), key })
    expect(warningsOf(stack)).toEqual(['content-bucket-policy', 'content-key-policy'])
    const all = [...printed(stack, 'BucketStatement'), ...printed(stack, 'KeyStatement')]
    expect(JSON.stringify(all)).not.toMatch(/s3:PutObject|kms:GenerateDataKey|once-uploads/)
  })

  test('with a key that the app makes in another account: its statements are printed, as roles must exist before it', () => {
    const app = createApp()
    const theirs = createStack(app, 'theirs', { account: '222222222222' })
    const stack = createStack(app, 'downloads')
    const bucket = new s3.Bucket(theirs, 'Files', { bucketName: 'theirs', ...kept })
    serve(stack, { bucket, key: new kms.Key(theirs, 'Key'), uploads: true })
    expect(toCloudFront(statementsOf(theirs, 'AWS::KMS::Key', 'KeyPolicy'))).toEqual([])
    expect(warningsOf(stack)).toEqual(['content-bucket-policy', 'content-key-policy'])
    expect(printed(stack, 'KeyStatement')).toHaveLength(3)
  })

  test('with a key of this account: roles need no statement, as their own policies suffice', () => {
    const stack = stackOf()
    const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/k')
    serve(stack, { bucket: s3.Bucket.fromBucketName(stack, 'Files', 'files'), key })
    expect(printed(stack, 'KeyStatement')).toHaveLength(1)
  })
})

describe('what cannot work is refused', () => {
  test('a key in another Region than the bucket', () => {
    const stack = stackOf()
    const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/k')
    expect(() => serve(stack, { bucket: s3.Bucket.fromBucketName(stack, 'Files', 'files'), key })).toThrow(
      /once-at-edge:content-key-region: .*got content.key in eu-west-1, content.bucket in us-east-1/,
    )
  })

  test('a private network and a bucket in another Region', () => {
    const stack = stackOf()
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Files', { bucketName: 'files', region: 'eu-west-1' })
    expect(() => serve(stack, { bucket }, { ...inUsEast, network: 'private' })).toThrow(
      /once-at-edge:content-private-region/,
    )
  })

  test('a bucket whose Region is not known, unless the props name it', () => {
    const app = createApp()
    const anywhere = new Stack(app, 'anywhere')
    const bucket = new s3.Bucket(anywhere, 'Files', { bucketName: 'files', ...kept })
    const stack = createStack(app, 'downloads')
    expect(() => serve(stack, { bucket })).toThrow(/once-at-edge:content-region/)
    const other = createStack(app, 'other')
    expect(serve(other, { bucket, region: 'us-west-2' }).region).toBe('us-west-2')
  })
})
