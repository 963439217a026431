import { Stack } from 'aws-cdk-lib'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { warn } from '../errors.ts'

/** What this reads of a resource, as CloudFormation spells it; tokens are left out by `resolve`. */
interface Resolved {
  readonly versioning?: { readonly status?: unknown }
  readonly lifecycle?: { readonly rules?: readonly Rule[] }
  readonly website?: unknown
}

interface Rule {
  readonly status?: unknown
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays?: unknown }
  readonly noncurrentVersionExpirationInDays?: unknown
  readonly abortIncompleteMultipartUpload?: unknown
}

/**
 * Warns of what the template says of the bucket and what weakens links: it keeps no versions, keeps them shorter than `linkDays`, or is
 * a website. Also if it takes uploads and keeps what is left of them. Of imported buckets only the doctor knows.
 */
export function warnOfBucket(
  scope: Construct,
  bucket: s3.CfnBucket,
  { linkDays, takesUploads }: { readonly linkDays: number; readonly takesUploads: boolean },
): void {
  const { versioning, lifecycle, website } = Stack.of(bucket).resolve({
    versioning: bucket.versioningConfiguration,
    lifecycle: bucket.lifecycleConfiguration,
    website: bucket.websiteConfiguration,
  }) as Resolved
  const { path } = bucket.node
  if (versioning?.status !== 'Enabled') {
    const text = `${path} keeps no versions: links are not pinned, and deliver what replaces their file after they were issued; turn its versioning on`
    warn(scope, 'content-unversioned', text)
  }
  const rules = (lifecycle?.rules ?? []).filter(({ status }) => status === 'Enabled')
  const days = rules.flatMap(daysOf)
  const least = Math.min(...days)
  if (least < linkDays) {
    const text = `${path} deletes old versions after ${least} days, but links need them for up to ${linkDays}; keep them longer, or lower maxLinkSeconds`
    warn(scope, 'content-old-versions', text)
  }
  if (takesUploads && rules.every(each => each.abortIncompleteMultipartUpload === undefined)) {
    const text = `${path} keeps the parts of uploads that nobody completes, which AWS bills; add a lifecycle rule with abortIncompleteMultipartUploadAfter of a day`
    warn(scope, 'content-uploads-kept', text)
  }
  if (website !== undefined) {
    const text = `${path} is a website of S3, where files need no link; serve the website from another bucket`
    warn(scope, 'content-website', text)
  }
}

function daysOf(rule: Rule): readonly number[] {
  const { noncurrentVersionExpiration, noncurrentVersionExpirationInDays } = rule
  const days = noncurrentVersionExpiration?.noncurrentDays ?? noncurrentVersionExpirationInDays
  return typeof days === 'number' ? [days] : []
}
