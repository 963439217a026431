import { stat } from 'node:fs/promises'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload as MultipartUpload } from '@aws-sdk/lib-storage'
import { parseVersionId } from '../../shared/object-key.ts'
import { unlessAborted } from '../../client/abortable.ts'
import type { Upload, UploadBucket, UploadResult } from '../ports/links.ts'
import { sdkRetry } from './aws/client.ts'
import { bodyOf } from './uploads.ts'

/** Bytes of a part: S3 requires 5 MiB or more, and at most 10,000 parts (AWS, "Amazon S3 multipart upload limits"). */
const partBytes = 8 * 1024 * 1024
const maxParts = 9000

/** For standard input, whose size is not known: so an object of 156 GiB, with some parts in memory at a time. */
const unknownPartBytes = 16 * 1024 * 1024
const partsAtOnce = 4

/**
 * Uploads a file to S3. S3 checks the SHA-256 of each request. Without `replace`, the request that makes the object, the last
 * one of several parts, has the condition that its key has none (AWS, "Conditional writes").
 */
export async function toBucket(
  { file, key, replace, type, onProgress, signal }: Upload,
  { name, region, owner }: UploadBucket,
  idleTimeoutMs: number,
): Promise<UploadResult> {
  const { connectionTimeout } = sdkRetry.requestHandler
  const requestHandler = { connectionTimeout, socketTimeout: idleTimeoutMs }
  const client = new S3Client({ region, maxAttempts: sdkRetry.maxAttempts, requestHandler })
  const partSize =
    file === undefined ? unknownPartBytes : Math.max(partBytes, Math.ceil((await stat(file)).size / maxParts))
  const source = bodyOf({ file })
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
    const { VersionId = '' } = await unlessAborted(upload.done(), signal)
    return { kind: 'stored', versionId: parseVersionId(VersionId) }
  } catch (error) {
    if (!replace && isConflict(error)) return { kind: 'exists' }
    throw error
  } finally {
    client.destroy()
    // An open standard input would keep the process running.
    source.destroy()
  }
}

/** Whether the key has an object (PreconditionFailed, 412), or another upload to it was faster (ConditionalRequestConflict, 409). */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(error.name)
}
