import { cachingDisabled } from './distribution.ts'
import { absent, contains, type Guard } from './guard.ts'

const distribution = { type: 'AWS::CloudFront::Distribution', stack: 'once-us-east-1', in: 'home' } as const
const cachePolicy = { type: 'AWS::CloudFront::CachePolicy', in: 'home' } as const
const config = 'Properties.DistributionConfig'
const content = `${config}.DefaultCacheBehavior`
const whitelist = { QueryStringBehavior: 'whitelist', QueryStrings: ['response-content-disposition', 'versionId'] }

/** Guards of what CloudFront may serve without asking S3. */
export const cacheGuards: readonly Guard[] = [
  ...['home' as const, 'one' as const].map(variant => ({
    title: `errors are not cached, also not those that CloudFront caches by default: ${variant}`,
    ...distribution,
    in: variant,
    path: `${config}.CustomErrorResponses`,
    is: [
      ...[403, 404].map(ErrorCode => ({
        ErrorCachingMinTTL: 0,
        ErrorCode,
        ResponseCode: ErrorCode,
        ResponsePagePath: `/once-pages/${ErrorCode}.html`,
      })),
      ...[400, 405, 414, 416, 500, 501, 502, 503, 504].map(ErrorCode => ({ ErrorCachingMinTTL: 0, ErrorCode })),
    ],
    without: [{ ErrorCachingMinTTL: 0, ErrorCode: 404 }],
  })),
  {
    title:
      'version and name of the saved file are in the cache key, so that no version is served for another (trap 31)',
    ...cachePolicy,
    path: 'Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig',
    is: whitelist,
    without: { ...whitelist, QueryStrings: ['response-content-disposition'] },
  },
  ...(['MinTTL', 'DefaultTTL', 'MaxTTL'] as const).flatMap(name => [
    {
      title: `files are not cached, and with a Cache-Control of their own for a second at most: ${name}`,
      ...cachePolicy,
      path: `Properties.CachePolicyConfig.${name}`,
      is: name === 'MaxTTL' ? 1 : 0,
      without: 86_400,
    },
    {
      title: `with cacheSeconds, a deleted file is served for no longer: ${name}`,
      ...cachePolicy,
      in: 'one' as const,
      path: `Properties.CachePolicyConfig.${name}`,
      is: name === 'MinTTL' ? 0 : 30,
      without: 86_400,
    },
  ]),
  {
    title: 'files have that cache policy',
    ...distribution,
    path: `${content}.CachePolicyId`,
    is: contains('EdgeDownloadsCache'),
    without: cachingDisabled,
  },
  {
    title: 'no other policy passes anything on to S3',
    ...distribution,
    path: `${content}.OriginRequestPolicyId`,
    is: absent,
    without: { Ref: 'DownloadsToS3' },
  },
]
