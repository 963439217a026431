import { cachingDisabled } from './distribution.ts'
import { both, contains, entry, type Guard, present } from './guard.ts'

const distribution = { type: 'AWS::CloudFront::Distribution', stack: '-edge', in: 'home' } as const
const cachePolicy = { type: 'AWS::CloudFront::CachePolicy', in: 'one' } as const
const config = 'Properties.DistributionConfig'
const content = `${config}.DefaultCacheBehavior`
const whitelist = { QueryStringBehavior: 'whitelist', QueryStrings: ['response-content-disposition', 'versionId'] }

/** Guards of what CloudFront may serve without asking S3. */
export const cacheGuards: readonly Guard[] = [
  {
    title: 'files are not cached',
    ...distribution,
    path: `${content}.CachePolicyId`,
    is: cachingDisabled,
    without: { Ref: 'DownloadsCache' },
  },
  {
    title: 'files have the policy that forwards parameters to S3 (trap 31)',
    ...distribution,
    path: `${content}.OriginRequestPolicyId`,
    is: present,
  },
  {
    title: 'version and name of the saved file reach S3, and no other parameter (trap 31)',
    type: 'AWS::CloudFront::OriginRequestPolicy',
    in: 'home',
    path: 'Properties.OriginRequestPolicyConfig',
    is: both(
      entry('QueryStringsConfig', whitelist),
      both(entry('HeadersConfig.HeaderBehavior', 'none'), entry('CookiesConfig.CookieBehavior', 'none')),
    ),
    without: {
      QueryStringsConfig: { ...whitelist, QueryStrings: ['response-content-disposition'] },
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
    },
  },
  ...['home' as const, 'one' as const].map(variant => ({
    title: `errors are not cached, also not those that CloudFront caches by default: ${variant}`,
    ...distribution,
    in: variant,
    path: `${config}.CustomErrorResponses`,
    is: [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map(ErrorCode => ({
      ErrorCachingMinTTL: 0,
      ErrorCode,
    })),
    without: [{ ErrorCachingMinTTL: 0, ErrorCode: 404 }],
  })),
  {
    title:
      'with cacheSeconds, version and name of the saved file are in the cache key, so that no version is served for another',
    ...cachePolicy,
    path: 'Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig',
    is: whitelist,
    without: { ...whitelist, QueryStrings: ['response-content-disposition'] },
  },
  ...(['MinTTL', 'DefaultTTL', 'MaxTTL'] as const).map(name => ({
    title: `with cacheSeconds, a deleted file is served for no longer: ${name}`,
    ...cachePolicy,
    path: `Properties.CachePolicyConfig.${name}`,
    is: name === 'MinTTL' ? 0 : 30,
    without: 86_400,
  })),
  {
    title: 'with cacheSeconds, files have that cache policy',
    ...distribution,
    in: 'one' as const,
    path: `${content}.CachePolicyId`,
    is: contains('DownloadsCache'),
    without: cachingDisabled,
  },
]
