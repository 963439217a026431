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
import { allOf, globalRegion, clientPerRegion, undefinedIfMissing } from './client.ts'

/** Buckets of S3, each in its own Region. */
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

/** A page of them, 1,000 at most: as many as one request deletes. */
async function deleteSomeVersions(Bucket: string, client: S3Client): Promise<number> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
  if (Objects.length === 0) return 0
  const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }))
  // No names of objects: they are the customer's.
  if (Errors.length > 0) {
    throw new Error(`bucket ${Bucket}: ${Errors.length} of ${Objects.length} objects stay: ${Errors[0]?.Code}`)
  }
  return Objects.length
}

/** Parts of uploads that never ended are billed, and keep a bucket from being deleted. */
async function abortSomeUploads(Bucket: string, client: S3Client): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
  for (const { Key, UploadId } of Uploads) {
    await undefinedIfMissing(client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })), 'NoSuchUpload')
  }
  return Uploads.length
}
