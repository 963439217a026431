import { HeadObjectCommand, S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3'
import { parseVersionId } from '../../shared/object-key.ts'
import type { FoundObject, Objects } from '../ports.ts'

/** Timeout of one look, in milliseconds, with all its attempts. */
const lookMs = 3000

/** At most two attempts, and none waits long for S3, so that the second one has time, too. */
const attempts = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1400, throwOnRequestTimeout: true },
} as const satisfies S3ClientConfig

/** Statuses of S3 for an object or a version that it does not have; 405 is for the version id of a delete marker. */
const missingStatuses: ReadonlySet<number | undefined> = new Set([404, 405])

/**
 * Looks at the objects of one bucket by HeadObject, in at most 3 s. `config` names the bucket's Region. The role needs
 * `s3:GetObject`, `s3:GetObjectVersion` and `s3:ListBucket`: without the last one S3 responds to a missing key with 403, so
 * that each look at it rejects.
 */
export function s3Objects(bucket: string, config: S3ClientConfig): Objects {
  const client = new S3Client({ ...attempts, ...config })
  return {
    async look({ key, versionId }) {
      const abortSignal = AbortSignal.timeout(lookMs)
      const head = async (VersionId?: string) => {
        const command = new HeadObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(VersionId !== undefined && { VersionId }),
        })
        return unlessMissing(client.send(command, { abortSignal }))
      }
      try {
        const output = await head(versionId)
        return output === 'missing' ? output : foundObject(output)
      } catch (error) {
        // S3 responds with 400 to text that is no id of its versions, but also to, say, expired credentials.
        if (versionId === undefined || statusOf(error) !== 400) throw error
        await head()
        return 'missing'
      }
    },
  }
}

async function unlessMissing<T>(output: Promise<T>): Promise<T | 'missing'> {
  try {
    return await output
  } catch (error) {
    if (missingStatuses.has(statusOf(error))) return 'missing'
    throw error
  }
}

/** A response to HEAD has no body, so only its status says what is wrong. */
function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

/** What S3 says of an object that exists. */
interface HeadOutput {
  readonly VersionId?: string | undefined
  readonly ContentLength?: number | undefined
  readonly ETag?: string | undefined
  readonly ContentType?: string | undefined
}

/** An uploader chooses the media type: only one that is short and of printable ASCII is kept, so that an item stays small. */
const mediaType = /^[\x20-\x7e]{1,255}$/

/** An ETag of S3 is an MD5, or of an upload in parts `"MD5-PARTS"`. */
const entityTag = /^"[\x21\x23-\x7e]{1,64}"$/

function foundObject({ VersionId, ContentLength, ETag, ContentType }: HeadOutput): FoundObject {
  const versionId = VersionId === undefined ? undefined : parseVersionId(VersionId)
  return {
    ...(versionId !== undefined && { versionId }),
    ...(ContentLength !== undefined && { size: ContentLength }),
    ...(ETag !== undefined && entityTag.test(ETag) && { etag: ETag }),
    ...(ContentType !== undefined && mediaType.test(ContentType) && { contentType: ContentType }),
  }
}
