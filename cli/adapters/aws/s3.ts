import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  paginateListBuckets,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Buckets } from '../../ports/ports.ts'
import { allOf, clientPerRegion, globalRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of S3. */
export function s3(): Buckets {
  const clientIn = clientPerRegion(config => new S3Client(config))
  return {
    async names() {
      const found = await allOf(paginateListBuckets({ client: clientIn(globalRegion) }, {}), page => page.Buckets)
      return found.map(({ Name = '' }) => Name)
    },
    async describe(Bucket, region) {
      const client = clientIn(region)
      const versioning = await undefinedIfMissing(
        client.send(new GetBucketVersioningCommand({ Bucket })),
        'NoSuchBucket',
      )
      if (versioning === undefined) return undefined
      const [access, policy] = await Promise.all([
        undefinedIfMissing(
          client.send(new GetPublicAccessBlockCommand({ Bucket })),
          'NoSuchPublicAccessBlockConfiguration',
        ),
        undefinedIfMissing(client.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy'),
      ])
      const blocks = access?.PublicAccessBlockConfiguration ?? {}
      const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } = blocks
      return {
        versioned: versioning.Status === 'Enabled',
        blocksPublicAccess: [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every(
          block => block === true,
        ),
        policy: policy?.Policy,
      }
    },
    async emptySome(bucket, region) {
      const client = clientIn(region)
      const deleted = await undefinedIfMissing(deleteSomeVersions(bucket, client), 'NoSuchBucket')
      if (deleted === undefined || deleted > 0) return deleted ?? 0
      return (await undefinedIfMissing(abortSomeUploads(bucket, client), 'NoSuchBucket')) ?? 0
    },
  }
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
