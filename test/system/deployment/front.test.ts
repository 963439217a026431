import { generateKeyPairSync } from 'node:crypto'
import {
  CloudFrontClient,
  CreateCachePolicyCommand,
  CreateDistributionCommand,
  CreateFunctionCommand,
  CreateKeyGroupCommand,
  CreateOriginAccessControlCommand,
  CreatePublicKeyCommand,
  CreateResponseHeadersPolicyCommand,
  type DistributionConfig,
  PublishFunctionCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../../support/http.ts'
import { type Front, startFront } from '../../support/ministack/front.ts'
import { account, type MiniStack, startMiniStack } from '../../support/ministack/ministack.ts'
import { missingPython } from '../../support/python.ts'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const credentials = { accessKeyId: account, secretAccessKey: 'test' }
const [region, Bucket] = ['us-east-1', 'files']
const gate = `function handler(event) {
  return event.request.querystring.closed ? { statusCode: 403, statusDescription: 'Forbidden', headers: {} } : event.request
}`

describe.skipIf(missingPython !== undefined)('the front of a distribution on MiniStack', () => {
  let ministack: MiniStack
  let front: Front
  let cloudfront: CloudFrontClient
  let s3: S3Client
  let made: Awaited<ReturnType<typeof makeDistribution>>

  beforeAll(async () => {
    ministack = await startMiniStack()
    const { endpoint } = ministack
    front = await startFront({ endpoint, account })
    cloudfront = new CloudFrontClient({ endpoint, region, credentials })
    s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    made = await makeDistribution(cloudfront, s3)
  }, 60_000)
  afterAll(async () => {
    await front?.close()
    await ministack?.stop()
  })

  const get = (url: string, method = 'GET') => {
    const { host, origin } = new URL(url)
    return ask(front.origin + url.slice(origin.length), { method, headers: { host } })
  }
  const signed = (path: string) =>
    getSignedUrl({
      url: `https://${made.domain}${path}`,
      keyPairId: made.keyPairId,
      privateKey: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      dateLessThan: new Date(Date.now() + 60_000),
    })
  const change = async (changed: Partial<DistributionConfig>) => {
    const input = { Id: made.id, IfMatch: made.etag, DistributionConfig: { ...made.config, ...changed } }
    made.etag = (await cloudfront.send(new UpdateDistributionCommand(input))).ETag ?? ''
  }

  test('serves a file to the key group only, with what the policies remove and add', async () => {
    const { status, headers, body } = await get(signed('/a.txt'))
    expect({ status, body }).toEqual({ status: 200, body: 'content' })
    expect(headers).toMatchObject({ 'x-added': 'yes', 'content-security-policy': 'sandbox' })
    expect(headers['x-amz-request-id']).toBeUndefined()
    expect((await get(signed('/a.txt').replace(/Signature=.{8}/, 'Signature=AAAAAAAA'))).status).toBe(403)
    expect((await get(signed('/a.txt'), 'POST')).status).toBe(403)
  })

  test('runs the published function, and shows the page of an error with its own status', async () => {
    expect(await get(signed('/a.txt?closed=1'))).toMatchObject({ status: 403, body: '' })
    expect(await get(`https://${made.domain}/a.txt`)).toMatchObject({ status: 403, body: 'the page' })
    expect(await get(`https://${made.domain}/pages/403.html`)).toMatchObject({ status: 200, body: 'the page' })
  })

  test('takes another pattern, and no distribution that is disabled or unknown', async () => {
    const [page] = made.config.CacheBehaviors?.Items ?? []
    const Items = [{ ...page, PathPattern: '/other/*' } as NonNullable<typeof page>]
    await change({ CacheBehaviors: { Quantity: 1, Items } })
    expect((await get(`https://${made.domain}/pages/403.html`)).status).toBe(403)
    await change({ Enabled: false })
    expect((await get(signed('/a.txt'))).status).toBe(421)
    await change({})
    expect((await get(signed('/a.txt'))).status).toBe(200)
    expect((await get(signed('/a.txt').replace(made.domain, 'd1.cloudfront.net'))).status).toBe(421)
  })

  test('is refused a file that is missing, unless the policy of the bucket lets it list', async () => {
    expect((await get(signed('/none.txt'))).status).toBe(403)
    await allowRead(s3, made.arn, 's3:ListBucket')
    expect((await get(signed('/none.txt'))).status).toBe(404)
    await allowRead(s3, made.arn)
  })

  test('is refused by a bucket whose policy allows another distribution', async () => {
    await allowRead(s3, `${made.arn}X`)
    expect((await get(signed('/a.txt'))).status).toBe(403)
    await allowRead(s3, made.arn)
    expect((await get(signed('/a.txt'))).status).toBe(200)
  })
})

function allowRead(s3: S3Client, arn: string, ...more: readonly string[]) {
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: ['s3:GetObject', ...more],
    Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    Condition: { StringEquals: { 'AWS:SourceArn': arn } },
  }
  return s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Statement: [Statement] }) }))
}

async function makeDistribution(cloudfront: CloudFrontClient, s3: S3Client) {
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a.txt', Body: 'content' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'pages/403.html', Body: 'the page' }))
  const behaviours = await makeBehaviours(cloudfront)
  const oac = {
    Name: 'a',
    OriginAccessControlOriginType: 's3',
    SigningBehavior: 'always',
    SigningProtocol: 'sigv4',
  } as const
  const access = await cloudfront.send(new CreateOriginAccessControlCommand({ OriginAccessControlConfig: oac }))
  const Origins = {
    Quantity: 1,
    Items: [
      {
        Id: 'files',
        DomainName: `${Bucket}.s3.${region}.amazonaws.com`,
        S3OriginConfig: { OriginAccessIdentity: '' },
        OriginAccessControlId: access.OriginAccessControl?.Id,
      },
    ],
  }
  const page = { ErrorCode: 403, ResponsePagePath: '/pages/403.html', ResponseCode: '403', ErrorCachingMinTTL: 0 }
  const config: DistributionConfig = {
    CallerReference: 'a',
    Comment: '',
    Enabled: true,
    Origins,
    DefaultCacheBehavior: behaviours.files,
    CacheBehaviors: { Quantity: 1, Items: [behaviours.pages] },
    CustomErrorResponses: { Quantity: 1, Items: [page] },
  }
  const { Distribution, ETag } = await cloudfront.send(new CreateDistributionCommand({ DistributionConfig: config }))
  const { Id: id = '', ARN: arn = '', DomainName: domain = '' } = Distribution ?? {}
  await allowRead(s3, arn)
  return { id, arn, domain, config, etag: ETag ?? '', keyPairId: behaviours.keyPairId }
}

/** Makes policies, function and key group: files need a signature and pass the function, pages need nothing. */
async function makeBehaviours(cloudfront: CloudFrontClient) {
  const EncodedKey = keys.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const PublicKeyConfig = { CallerReference: 'a', Name: 'a', EncodedKey }
  const keyPairId = (await cloudfront.send(new CreatePublicKeyCommand({ PublicKeyConfig }))).PublicKey?.Id ?? ''
  const group = await cloudfront.send(new CreateKeyGroupCommand({ KeyGroupConfig: { Name: 'a', Items: [keyPairId] } }))
  const none = {
    EnableAcceptEncodingGzip: false,
    HeadersConfig: { HeaderBehavior: 'none' },
    CookiesConfig: { CookieBehavior: 'none' },
    QueryStringsConfig: { QueryStringBehavior: 'none' },
  } as const
  const ttls = { MinTTL: 0, DefaultTTL: 0, MaxTTL: 1 }
  const CachePolicyConfig = { Name: 'a', ...ttls, ParametersInCacheKeyAndForwardedToOrigin: none }
  const cache = await cloudfront.send(new CreateCachePolicyCommand({ CachePolicyConfig }))
  const added = { Header: 'X-Added', Value: 'yes', Override: true }
  const ResponseHeadersPolicyConfig = {
    Name: 'a',
    CustomHeadersConfig: { Quantity: 1, Items: [added] },
    RemoveHeadersConfig: { Quantity: 1, Items: [{ Header: 'X-Amz-Request-Id' }] },
    SecurityHeadersConfig: { ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: 'sandbox' } },
  }
  const headers = await cloudfront.send(new CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig }))
  const FunctionConfig = { Comment: '', Runtime: 'cloudfront-js-2.0' } as const
  const code = { Name: 'gate', FunctionCode: Buffer.from(gate), FunctionConfig }
  const { ETag, FunctionSummary } = await cloudfront.send(new CreateFunctionCommand(code))
  await cloudfront.send(new PublishFunctionCommand({ Name: 'gate', IfMatch: ETag }))
  const FunctionARN = FunctionSummary?.FunctionMetadata?.FunctionARN
  const common = {
    TargetOriginId: 'files',
    ViewerProtocolPolicy: 'https-only',
    AllowedMethods: { Quantity: 2, Items: ['GET', 'HEAD'], CachedMethods: { Quantity: 2, Items: ['GET', 'HEAD'] } },
    CachePolicyId: cache.CachePolicy?.Id,
  } satisfies DistributionConfig['DefaultCacheBehavior']
  const files = {
    ...common,
    ResponseHeadersPolicyId: headers.ResponseHeadersPolicy?.Id,
    TrustedKeyGroups: { Enabled: true, Quantity: 1, Items: [group.KeyGroup?.Id ?? ''] },
    FunctionAssociations: { Quantity: 1, Items: [{ FunctionARN, EventType: 'viewer-request' }] },
  } satisfies DistributionConfig['DefaultCacheBehavior']
  return { keyPairId, files, pages: { ...common, PathPattern: '/pages/*' } }
}
