import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload as MultipartUpload } from '@aws-sdk/lib-storage'
import { parseVersionId } from '../../shared/object-key.ts'
import { unlessAborted } from '../../client/abortable.ts'
import type { Upload, UploadBucket, UploadResult } from '../ports/links.ts'
import { sdkRetry, uploadIdleMs } from './aws/client.ts'

/** Bytes of a part: S3 requires 5 MiB or more, and at most 10,000 parts (AWS, "Amazon S3 multipart upload limits"). */
const partBytes = 8 * 1024 * 1024
const maxParts = 9000

/** For standard input, whose size is not known: so an object of 156 GiB, with some parts in memory at a time. */
const unknownPartBytes = 16 * 1024 * 1024
const partsAtOnce = 4

/** Returns a client for bodies, which may take as long as they move. */
export function uploadClient(region: string, maxAttempts = sdkRetry.maxAttempts): S3Client {
  const { connectionTimeout } = sdkRetry.requestHandler
  return new S3Client({ region, maxAttempts, requestHandler: { connectionTimeout, socketTimeout: uploadIdleMs } })
}

/**
 * Uploads bytes of a file, or of standard input, to S3. S3 checks the SHA-256 of each request. Without `replace`, the request that makes
 * the object, the last one of several parts, has the condition that its key has none (AWS, "Conditional writes").
 */
export async function toBucket(
  { file, made, key, replace, type, onProgress, signal }: Upload,
  { name, region, owner }: UploadBucket,
  source: Readable,
): Promise<UploadResult> {
  const client = uploadClient(region)
  const bytes = made?.bytes ?? (file === undefined ? undefined : (await stat(file)).size)
  const partSize = bytes === undefined ? unknownPartBytes : Math.max(partBytes, Math.ceil(bytes / maxParts))
  const upload = new MultipartUpload({
    client,
    params: {
      Bucket: name,
      Key: key,
      Body: source,
      ContentType: type,
      ChecksumAlgorithm: 'SHA256',
      ExpectedBucketOwner: owner,
      ...(!replace && { IfNoneMatch: '*' }),
    },
    partSize,
    queueSize: partsAtOnce,
  })
  upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress(loaded))
  signal.addEventListener('abort', () => void upload.abort(), { once: true })
  try {
    return await storedBy(unlessAborted(upload.done(), signal), replace)
  } finally {
    client.destroy()
    // An open standard input would keep the process running.
    source.destroy()
  }
}

/**
 * Resolves to what an upload's last request did. Without `replace` its key may have an object (PreconditionFailed, 412), or another
 * upload to it may have been faster (ConditionalRequestConflict, 409).
 */
export async function storedBy(
  response: Promise<{ readonly VersionId?: string | undefined }>,
  replace: boolean,
): Promise<UploadResult> {
  try {
    const { VersionId = '' } = await response
    return { kind: 'stored', versionId: parseVersionId(VersionId) }
  } catch (error) {
    const isConflict =
      error instanceof Error && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(error.name)
    if (!replace && isConflict) return { kind: 'exists' }
    throw error
  }
}
