import { createErrorPages } from '../../../../edge/error-pages/error-pages.ts'
import { removedContentHeaders } from '../../../../shared/http.ts'
import { absent, both, contains, entry, type Guard, not, one } from './guard.ts'

const distribution = { type: 'AWS::CloudFront::Distribution', stack: 'once-us-east-1', in: 'home' } as const
const config = 'Properties.DistributionConfig'
const pages = `${config}.CacheBehaviors.1`
const bucketPolicy = { type: 'AWS::S3::BucketPolicy', stack: 'once-us-east-1', id: /ErrorPages/, in: 'home' } as const
const headers = { type: 'AWS::CloudFront::ResponseHeadersPolicy', id: /ErrorPages/, in: 'home' } as const
const upload = { type: 'Custom::AWS', stack: 'once-us-east-1', id: /ErrorPagesPage403/, in: 'home' } as const
const policy = 'Properties.ResponseHeadersPolicyConfig'
/** AWS's managed policy CachingOptimized: no query, header or cookie in the key. */
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6'
const statements = 'Properties.PolicyDocument.Statement'
const ofCloudFront = contains('cloudfront.amazonaws.com')

interface Config {
  readonly CacheBehaviors: readonly { TargetOriginId: string }[]
  readonly DefaultCacheBehavior: { TargetOriginId: string }
  readonly Origins: readonly { Id: string; DomainName: unknown }[]
}

/** The origin of error pages is their bucket, and no other behaviour has it. */
function haveTheirBucket(value: unknown): boolean {
  const { CacheBehaviors, DefaultCacheBehavior, Origins } = value as Config
  const inPages = contains('ErrorPagesBucket')
  const originOf = ({ TargetOriginId }: { TargetOriginId: string }) => Origins.find(({ Id }) => Id === TargetOriginId)
  const [links, ofPages] = CacheBehaviors.map(originOf)
  return inPages(ofPages) && !inPages(links) && !inPages(originOf(DefaultCacheBehavior))
}

/** Guards of error pages. */
export const errorPageGuards: readonly Guard[] = [
  {
    title: 'error pages come from a bucket without files, and files from another',
    ...distribution,
    path: config,
    is: haveTheirBucket,
    without: {
      CacheBehaviors: [{ TargetOriginId: 'a' }, { TargetOriginId: 'a' }],
      DefaultCacheBehavior: {},
      Origins: [],
    },
  },
  {
    title: 'error pages need no signature',
    ...distribution,
    path: `${pages}.TrustedKeyGroups`,
    is: absent,
    without: ['K'],
  },
  {
    title: 'error pages are read, and nothing else',
    ...distribution,
    path: `${pages}.AllowedMethods`,
    is: ['GET', 'HEAD'],
    without: ['GET', 'HEAD', 'OPTIONS'],
  },
  {
    title: 'no query, header or cookie reaches the bucket of error pages',
    ...distribution,
    path: `${pages}.CachePolicyId`,
    is: cachingOptimized,
    without: 'other',
  },
  {
    title: 'nothing else is passed on to it',
    ...distribution,
    path: `${pages}.OriginRequestPolicyId`,
    is: absent,
    without: 'p',
  },
  {
    title: 'an error page keeps the status of its error',
    ...distribution,
    path: `${config}.CustomErrorResponses`,
    is: (all: unknown) =>
      (all as Record<string, unknown>[])
        .filter(({ ResponsePagePath }) => ResponsePagePath !== undefined)
        .every(each => each['ErrorCode'] === each['ResponseCode']),
    without: [{ ErrorCode: 403, ResponseCode: 200, ResponsePagePath: '/once-pages/403.html' }],
  },
  {
    title: 'only the distribution of the deployment may read error pages, and nothing else of their bucket',
    ...bucketPolicy,
    path: statements,
    is: (all: unknown) => {
      const [statement, ...others] = (all as object[]).filter(ofCloudFront)
      const isNarrow = both(entry('Action', 's3:GetObject'), contains('"/once-pages/*"'))
      const isOurs = entry('Condition.StringEquals', contains('DownloadsDistribution'))
      return (
        others.length === 0 && isNarrow(statement) && isOurs(statement) && not(contains('distribution/*'))(statement)
      )
    },
    without: [{ Effect: 'Allow', Principal: { Service: 'cloudfront.amazonaws.com' }, Action: 's3:GetObject' }],
  },
  {
    title: 'error pages load and run nothing',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ContentSecurityPolicy`,
    is: { ContentSecurityPolicy: createErrorPages(undefined).policy, Override: true },
  },
  {
    title: 'error pages are not sniffed',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ContentTypeOptions`,
    is: { Override: true },
  },
  ...[
    ['are not cached by viewers, whose next try may succeed', 'cache-control', 'no-store'],
    ['are marked, so that a check sees which response has arrived', 'x-once', 'page'],
  ].map(([title = '', Header, Value]) => ({
    title: `error pages ${title}`,
    ...headers,
    path: `${policy}.CustomHeadersConfig.Items`,
    is: one(both(entry('Header', Header), entry('Value', Value))),
    without: [],
  })),
  {
    title: 'headers of S3 are removed from error pages',
    ...headers,
    path: `${policy}.RemoveHeadersConfig.Items`,
    is: removedContentHeaders.map(Header => ({ Header })),
  },
  {
    title: 'error pages are in their bucket before the distribution names them',
    ...distribution,
    path: 'DependsOn',
    is: both(contains('DownloadsErrorPagesPage403'), contains('DownloadsErrorPagesPage404')),
    without: [],
  },
  {
    title: 'the function that uploads an error page may write and delete that page only',
    type: 'AWS::IAM::Policy',
    stack: 'once-us-east-1',
    id: /ErrorPagesPage403CustomResourcePolicy/,
    in: 'home',
    path: statements,
    is: (all: unknown) => {
      const [statement, ...others] = all as object[]
      const isPage = contains('"/once-pages/403.html"')
      return others.length === 0 && both(entry('Action', ['s3:DeleteObject', 's3:PutObject']), isPage)(statement)
    },
    without: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
  },
  {
    title: 'an error page is displayed, not saved, and kept by CloudFront for a minute',
    ...upload,
    path: 'Properties.Create',
    is: both(contains('inline'), both(contains('max-age=60'), contains('text/html; charset=utf-8'))),
    without: '{}',
  },
]
