import { DeleteObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Files } from '../ports.ts'

/** Timeout of a call with its attempts, in milliseconds. */
const callMs = 10_000

/** Deletes versions of the files in one bucket. `config` names the bucket's Region. */
export function s3Files(bucket: string, config: S3ClientConfig): Files {
  const client = new S3Client(config)
  return {
    async deleteVersion({ key, versionId }) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId })
      await client.send(command, { abortSignal: AbortSignal.timeout(callMs) })
    },
  }
}
