import {
  AbortMultipartUploadCommand,
  type CORSRule,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListMultipartUploadsCommand,
  type LifecycleRule,
  ListObjectVersionsCommand,
  paginateListBuckets,
  S3Client,
} from '@aws-sdk/client-s3'
import { partChecksumHeader } from '../../../shared/schemas/upload.ts'
import type { Bucket, Buckets } from '../../ports/aws-data.ts'
import { allOf, clientPerRegion, globalRegion, undefinedIfMissing } from './client.ts'
import { scanPlan } from './guardduty.ts'

/** Creates the adapter of S3. */
export function s3(): Buckets {
  const clientIn = clientPerRegion(config => new S3Client(config))
  return {
    async names() {
      const found = await allOf(paginateListBuckets({ client: clientIn(globalRegion) }, {}), page => page.Buckets)
      return found.map(({ Name = '' }) => Name)
    },
    describe: (bucket, region) => describeBucket(bucket, clientIn(region)),
    scanPlan,
    async emptySome(bucket, region) {
      const client = clientIn(region)
      const deleted = await undefinedIfMissing(deleteSomeVersions(bucket, client), 'NoSuchBucket')
      if (deleted === undefined || deleted > 0) return deleted ?? 0
      return (await undefinedIfMissing(abortSomeUploads(bucket, client), 'NoSuchBucket')) ?? 0
    },
  }
}

async function describeBucket(name: string, client: S3Client): Promise<Bucket | undefined> {
  const bucket = { Bucket: name }
  const versioning = await undefinedIfMissing(client.send(new GetBucketVersioningCommand(bucket)), 'NoSuchBucket')
  if (versioning === undefined) return undefined
  const [access, policy, lifecycle, encryption, cors] = await Promise.all([
    undefinedIfMissing(client.send(new GetPublicAccessBlockCommand(bucket)), 'NoSuchPublicAccessBlockConfiguration'),
    undefinedIfMissing(client.send(new GetBucketPolicyCommand(bucket)), 'NoSuchBucketPolicy'),
    undefinedIfMissing(client.send(new GetBucketLifecycleConfigurationCommand(bucket)), 'NoSuchLifecycleConfiguration'),
    client.send(new GetBucketEncryptionCommand(bucket)),
    undefinedIfMissing(client.send(new GetBucketCorsCommand(bucket)), 'NoSuchCORSConfiguration'),
  ])
  const rules = (lifecycle?.Rules ?? []).filter(({ Status }) => Status === 'Enabled')
  const blocks = access?.PublicAccessBlockConfiguration ?? {}
  const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } = blocks
  return {
    versioned: versioning.Status === 'Enabled',
    oldVersionDays: oldVersionDaysOf(rules),
    abortsUploads: rules.some(({ AbortIncompleteMultipartUpload }) => AbortIncompleteMultipartUpload !== undefined),
    takesUploads: (cors?.CORSRules ?? []).some(allowsParts),
    blocksPublicAccess: [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every(
      block => block === true,
    ),
    policy: policy?.Policy,
    kmsKey:
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID,
  }
}

/** Whether a rule lets pages send parts. A header in it may have one `*` (S3, "Elements of a CORS configuration"). */
function allowsParts({ AllowedMethods = [], AllowedHeaders = [] }: CORSRule): boolean {
  const allows = (header: string) => {
    const [start = '', end] = header.toLowerCase().split('*')
    return end === undefined
      ? start === partChecksumHeader
      : partChecksumHeader.startsWith(start) && partChecksumHeader.endsWith(end)
  }
  return AllowedMethods.includes('PUT') && AllowedHeaders.some(allows)
}

/** Returns the days of the enabled rule that deletes old versions first, whatever objects it is for; undefined if none does. */
function oldVersionDaysOf(rules: readonly LifecycleRule[]): number | undefined {
  const days = rules.flatMap(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration?.NoncurrentDays ?? [])
  return days.length === 0 ? undefined : Math.min(...days)
}

/** Deletes one page of versions, at most 1,000, which is what one request can delete; resolves to their number. */
async function deleteSomeVersions(Bucket: string, client: S3Client): Promise<number> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
  if (Objects.length === 0) return 0
  const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }))
  // The error names no objects: their keys are the customer's.
  if (Errors.length > 0) {
    throw new Error(
      `bucket ${Bucket}: ${Errors.length} of ${Objects.length} objects were not deleted: ${Errors[0]?.Code}`,
    )
  }
  return Objects.length
}

/** Aborts incomplete uploads, whose parts are billed and prevent the deletion of the bucket; resolves to their number. */
async function abortSomeUploads(Bucket: string, client: S3Client): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
  for (const { Key, UploadId } of Uploads) {
    await undefinedIfMissing(client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })), 'NoSuchUpload')
  }
  return Uploads.length
}
