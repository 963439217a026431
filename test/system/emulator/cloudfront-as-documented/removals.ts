import type { Patch } from '../../../broken/copy.ts'

/** A rule that is removed from a copy of the emulator, and the line that must notice it, by its beginning. */
export interface Removal {
  readonly rule: string
  readonly patch: Patch
  readonly noticed: string
}

const removal = (rule: string, file: string, [find, replace, noticed]: readonly [string, string, string]): Removal => ({
  rule,
  patch: { file: `emulator/cloudfront/${file}.ts`, find, replace },
  noticed,
})

/** Rules of policies, signatures, functions, caches and requests. */
export const removals: readonly Removal[] = [
  removal('a wildcard stays within its section', 'policy', [
    'return readings.some(pattern => covers(pattern, sectionsOf(url)))',
    'return matches(resource, url)',
    'hello*world does not match',
  ]),
  removal('an asterisk at the end of the path covers the query', 'policy', [
    " || pattern.path.endsWith('*')",
    '',
    'A trailing asterisk in the path section',
  ]),
  removal('a policy has one statement', 'policy', [
    'Statement: v.strictTuple([',
    'Statement: v.looseTuple([',
    'You can include only one statement',
  ]),
  removal('the start itself is too early', 'signed-policy', [
    'policy.after + 1',
    'policy.after',
    'DateGreaterThan: not',
  ]),
  removal('the end itself is too late', 'signed-policy', [
    'if (hasPassed(policy.before, now))',
    'if (hasPassed((policy.before + 1) as EpochSeconds, now))',
    'example: until January 1, 2026',
  ]),
  removal('a signed URL comes before cookies', 'signed-request', [
    'return isSignedUrl(request.url) ?',
    "return isSignedUrl(request.url) && request.cookies === '' ?",
    'URLs that contain Policy are signed URLs',
  ]),
  removal('SHA-1 unless SHA256 is named', 'signed-policy', [
    "if (algorithm === undefined || algorithm === 'SHA1') return 'sha1'",
    "if (algorithm === 'SHA1') return 'sha1'\n  if (algorithm === undefined) return 'sha256'",
    'Hash-Algorithm: SHA1 or SHA256',
  ]),
  removal('functions set no X-Real-IP', 'quotas', ["  'x-real-ip',\n", '', 'a function that adds X-Real-IP']),
  removal('functions respond with 40 KB', 'quotas', [
    'maxResponseBytes = 40_960',
    'maxResponseBytes = 1_048_576',
    'Viewer request events: at most 40 KB',
  ]),
  removal('functions see no hop-by-hop headers', 'event-text', [
    '.filter(({ key }) => !isDisallowed(key.toLowerCase()))',
    '.filter(({ key }) => !isDisallowed(key))',
    'Disallowed headers are not exposed',
  ]),
  removal('the first of several values is in multiValue', 'gate', [
    '?? [{ value: entry.value }]',
    '?? []',
    '"Example event object"',
  ]),
  removal('s-maxage is stronger than max-age', 'cache-policy', [
    "directive(response, 's-maxage') ?? directive",
    'directive',
    'max-age and s-maxage, minimum 0',
  ]),
  removal('a 403 is not cached by itself', 'cache-policy', [
    'new Set([400, 403,',
    'new Set([400,',
    'CloudFront caches 403 only if',
  ]),
  removal('an expired copy is served for the maximum TTL', 'cache', [
    ' && entry.staleUntil > now()',
    '',
    'If the origin is unreachable',
  ]),
  removal('simultaneous requests get one response', 'shared-response', [
    'if (others !== undefined) {',
    "if (others !== undefined && name === '') {",
    'Simultaneous requests with the same cache key',
  ]),
  removal('paths are normalized', 'distribution', [
    ".pathname.replace(/\\/+/g, '/')",
    '.pathname',
    'multiple slashes are normalized',
  ]),
  removal('a GET has no body', 'distribution', [
    "method === 'GET' && hasBody",
    'false && hasBody',
    'If a viewer GET request',
  ]),
  removal('viewers get no request id of S3', 'content', [
    "'x-amz-request-id': __, ",
    '',
    'CloudFront removes X-Amz-Id-2',
  ]),
]
