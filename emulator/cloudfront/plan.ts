import type { CachePolicy } from './cache-policy.ts'

// What a distribution has if its flat-rate plan allows managed policies only (docs/decisions/0037-flat-rate-plans.md).

/**
 * CachingDisabled with AllViewerExceptHostHeader. The key is the path alone, so requests for two versions of a file that come at
 * the same moment get one response (AWS, "Use managed cache policies", "Use managed origin request policies").
 */
export const planCache: CachePolicy = { minTtl: 0, defaultTtl: 0, maxTtl: 0, errorTtl: 0, keyParameters: [] }

/**
 * What SecurityHeadersPolicy adds to content and error pages. What S3 or a function says replaces it, but for `overridingHeaders`
 * (AWS, "Use managed response headers policies").
 */
export const managedHeaders = {
  'referrer-policy': 'strict-origin-when-cross-origin',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'x-xss-protection': '1; mode=block',
} as const

/** What the same policy says instead of S3. */
export const overridingHeaders = { 'x-content-type-options': managedHeaders['x-content-type-options'] } as const
