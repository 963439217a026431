import type { Deployment } from '../shared/settings/deployment.ts'
import { echo, type InvalidField, type Parsed } from '../shared/fields.ts'
import type { Access } from '../shared/issuers.ts'
import { startsWithOneOf } from '../shared/link-scope.ts'
import { maxResourcePath, resourcePath } from '../shared/object-key.ts'
import type { IssueRequest } from '../shared/options/option.ts'
import { checkOptions, type IssueInput, storedOptions } from '../shared/options/options.ts'
import { type EpochMs, secondsOf } from '../shared/time.ts'

/**
 * Fills in what the issuer left out, and what the list of issuers says of the caller; or returns every field that breaks a rule on
 * deployment, caller, clock, or two fields.
 */
export function completeIssueRequest(
  input: IssueInput,
  access: Access,
  { deployment, now }: { deployment: Deployment; now: EpochMs },
): Parsed<IssueRequest> {
  const { key } = input
  const issuedAt = secondsOf(now)
  const context = { deployment, access, issuedAt }
  const issuer = access.id === undefined ? {} : { issuer: access.id }
  const request = { key, issuedAt, ...storedOptions(input, context), ...issuer }
  const invalid = [
    ...checkContent(request, deployment),
    ...checkLength(request),
    ...checkOptions(input, request, context),
  ]
  return invalid.length > 0 ? { ok: false, invalid } : { ok: true, value: request }
}

function checkContent({ key }: IssueRequest, { contentPrefixes }: Deployment): InvalidField[] {
  if (contentPrefixes === undefined || startsWithOneOf(key, contentPrefixes)) return []
  const allowed = `a key that starts with ${contentPrefixes.map(echo).join(' or ')}: the distribution serves no others`
  return [{ field: 'key', got: echo(key), allowed }]
}

/**
 * Checks the path of the object. A signed URL contains it twice and must be short enough for CloudFront: see
 * `maxResourcePath`. A version makes it longer, so check again when it is known.
 */
export function checkLength({ key, filename, versionId }: IssueRequest): InvalidField[] {
  const { length } = resourcePath({ key, filename, versionId })
  if (length <= maxResourcePath) return []
  const allowed = `at most ${maxResourcePath} characters once percent-encoded, together with filename and version`
  return [{ field: 'key', got: `${length} characters once percent-encoded`, allowed }]
}
