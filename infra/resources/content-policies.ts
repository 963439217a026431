import { Duration } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import type { Construct } from 'constructs'
import { exposedContentHeaders } from '../../shared/cloudfront/page-origins.ts'
import { removedContentHeaders } from '../../shared/http.ts'
import { resourceParameters } from '../../shared/object-key.ts'
import { filenameMetadata } from '../../shared/received.ts'
import { uploaderMetadata } from '../../shared/options/delete-file.ts'
import type { Settings } from '../settings/settings.ts'

/** What a behaviour of files passes on, caches and adds. */
export type ContentPolicies = Pick<
  cloudfront.BehaviorOptions,
  'cachePolicy' | 'originRequestPolicy' | 'responseHeadersPolicy'
>

/** The query parameters of a capability that reach S3; no other does. */
const s3Parameters = Object.values(resourceParameters)

/** Creates policies of the deployment's own in `scope`. */
export function ownPolicies(scope: Construct, settings: Settings): ContentPolicies {
  return { cachePolicy: createCachePolicy(scope, settings), responseHeadersPolicy: createHeaders(scope, settings) }
}

/**
 * The policies of AWS that every flat-rate plan allows: nothing is cached, and S3 gets version and range. It also gets all other
 * headers, cookies and parameters of the viewer, which it ignores, but not `response-content-*`. The pinned-version function does the
 * rest; the headers policy is for errors, for which no function runs.
 */
export const managedPolicies: ContentPolicies = {
  cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
  originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
}

/**
 * The key has the version, since CloudFront gives requests with one key that come at the same moment one response, also if
 * it caches nothing. Signatures are not in it. A policy with a key has a TTL of a second at least, which only files that
 * were uploaded with a Cache-Control use up.
 */
function createCachePolicy(scope: Construct, { name, cacheSeconds }: Settings): cloudfront.CachePolicy {
  return new cloudfront.CachePolicy(scope, 'Cache', {
    cachePolicyName: `${name}-content`,
    comment: 'Files by path, version and name of the saved file',
    queryStringBehavior: cloudfront.CacheQueryStringBehavior.allowList(...s3Parameters),
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(cacheSeconds),
    maxTtl: Duration.seconds(Math.max(1, cacheSeconds)),
  })
}

/**
 * Returns the headers of S3 that no recipient gets. Where files say who uploaded them, or what their sender called them, that is among the
 * ten that a policy may remove, instead of what S3 says only of a bucket that is replicated, and that it is S3.
 */
function removedHeaders({ fileEnds, uploadLinks }: Settings): string[] {
  const own = [...(fileEnds ? [uploaderMetadata] : []), ...(uploadLinks ? [filenameMetadata] : [])]
  const left = new Set(['x-amz-replication-status', 'server'].slice(0, own.length))
  return [...removedContentHeaders.filter(name => !left.has(name)), ...own.map(name => `x-amz-meta-${name}`)]
}

function createHeaders(scope: Construct, settings: Settings): cloudfront.ResponseHeadersPolicy {
  return new cloudfront.ResponseHeadersPolicy(scope, 'Headers', {
    responseHeadersPolicyName: `${settings.name}-content`,
    comment: 'Files are not cached by viewers, not run, and saved rather than displayed',
    removeHeaders: removedHeaders(settings),
    securityHeadersBehavior: securityHeadersWith("sandbox; default-src 'none'"),
    ...corsFor(settings),
    customHeadersBehavior: {
      customHeaders: [
        { header: 'cache-control', value: 'private, no-store', override: true },
        { header: 'content-disposition', value: 'attachment', override: false },
        { header: 'cross-origin-resource-policy', value: 'same-origin', override: true },
        { header: 'x-robots-tag', value: 'noindex', override: true },
      ],
    },
  })
}

/**
 * The CORS of all that comes from a bucket, for pages of `pageOrigins`. AWS says of credentials and of headers to read that they are in
 * responses to CORS requests; of `Vary` it says nothing, so nothing may depend on it: no response is kept by viewers.
 */
export function corsFor({ pageOrigins }: Settings): Pick<cloudfront.ResponseHeadersPolicyProps, 'corsBehavior'> {
  if (pageOrigins === undefined) return {}
  return {
    corsBehavior: {
      accessControlAllowOrigins: [...pageOrigins],
      accessControlAllowCredentials: true,
      accessControlExposeHeaders: [...exposedContentHeaders],
      // Required, and for preflights alone, which files don't get.
      accessControlAllowMethods: ['GET'],
      accessControlAllowHeaders: ['range'],
      originOverride: true,
    },
  }
}

/** The security headers of all that comes from a bucket, whatever its objects say: as `securityHeaders` of shared/http.ts, and a CSP. */
export function securityHeadersWith(contentSecurityPolicy: string): cloudfront.ResponseSecurityHeadersBehavior {
  return {
    contentTypeOptions: { override: true },
    contentSecurityPolicy: { contentSecurityPolicy, override: true },
    referrerPolicy: { referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER, override: true },
    strictTransportSecurity: { accessControlMaxAge: Duration.days(730), override: true },
  }
}
