import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { createConnectionPool } from '../../shared/aws/connection-pool.ts'
import { headerFinder, type HttpResponse, parseHeadResponse } from '../../shared/aws/http-response.ts'
import { createHeadSigner } from '../../shared/aws/sigv4.ts'
import { type ObjectKey, parseVersionId, resourcePath, type VersionId } from '../../shared/object-key.ts'
import { uploaderMetadata } from '../../shared/options/delete-file.ts'
import { minAttemptMs } from '../../shared/limits.ts'
import type { FoundObject, Objects } from '../ports.ts'
import { systemClock } from '../../shared/aws/process.ts'

/** Timeout of one look, in milliseconds, with all its attempts. */
const lookMs = 3000

/** At most two attempts, and none waits long for S3, so that the second one has time, too. */
const maxAttempts = 2
const attemptMs = 1450

/** Longest pause before the second attempt, in milliseconds: that of the SDKs. */
const maxPauseMs = 100

/** Statuses of S3 for an object or a version that it does not have; 405 is for the version id of a delete marker. */
const missingStatuses: ReadonlySet<number> = new Set([404, 405])

/** Statuses after which a second attempt may help: S3 is busy, or has an error of its own. */
const isTemporary = (status: number) => status === 429 || status >= 500

/**
 * Looks at the objects of one bucket by HeadObject, in at most 3 s, without the SDK (docs/decisions/0027-issuing-cost.md). The
 * role needs `s3:GetObject`, `s3:GetObjectVersion` and `s3:ListBucket`: without the last one S3 responds to a missing key
 * with 403, so that each look at it rejects. An endpoint of `config` names the bucket in the path.
 */
export function s3Objects(bucket: string, config: ClientConfig): Objects {
  const head = headsOf(bucket, config)
  return {
    async look({ key, versionId }) {
      const deadline = systemClock.now() + lookMs
      const response = await head({ key, versionId }, deadline)
      const { status } = response
      if (status === 200) return foundObject(response)
      if (missingStatuses.has(status)) return 'missing'
      // S3 responds with 400 to text that is no id of its versions, but also to, say, expired credentials.
      if (versionId === undefined || status !== 400) throw unexpected(status)
      const latest = await head({ key }, deadline)
      if (latest.status !== 200 && !missingStatuses.has(latest.status)) throw unexpected(latest.status)
      return 'missing'
    },
  }
}

/** A response to HEAD has no body, so only its status says what is wrong. */
function unexpected(status: number): Error {
  return Object.assign(new Error(`HeadObject: status ${status}`), { name: `HeadObject${status}` })
}

interface ObjectVersion {
  readonly key: ObjectKey
  readonly versionId?: VersionId | undefined
}

/**
 * Returns a function that sends a HEAD, and a second one if there is no response to the first, or a temporary error. It
 * rejects if there is no time left for an attempt.
 */
function headsOf(bucket: string, { region, credentials, endpoint }: ClientConfig) {
  const { origin, folder } =
    endpoint === undefined ? addressOf(bucket, region) : { origin: endpoint, folder: `/${bucket}` }
  const url = new URL(origin)
  const pool = createConnectionPool(url, systemClock.now)
  const sign = createHeadSigner({ region, service: 's3', host: url.host }, credentials)
  return async (object: ObjectVersion, deadline: number): Promise<HttpResponse> => {
    const target = folder + resourcePath(object)
    for (let attempt = 1; ; attempt += 1) {
      const now = systemClock.now()
      const timeoutMs = Math.min(attemptMs, deadline - now)
      if (timeoutMs < minAttemptMs) throw new Error('HeadObject: no time left')
      const request = `HEAD ${target} HTTP/1.1\r\n${sign(target, now)}\r\n`
      try {
        const response = await pool.send(request, timeoutMs, parseHeadResponse)
        if (attempt === maxAttempts || !isTemporary(response.status)) return response
      } catch (error) {
        if (attempt === maxAttempts) throw error
      }
      await systemClock.pause(Math.random() * maxPauseMs)
    }
  }
}

/** Names of buckets that can be part of a host name under AWS's certificates, which cover no dots. */
const hostable = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/

/** Returns AWS's endpoint for a bucket (AWS, "Virtual hosting of general purpose buckets"). */
function addressOf(bucket: string, region: string): { readonly origin: string; readonly folder: string } {
  const host = `s3.${region}.amazonaws.com`
  return hostable.test(bucket)
    ? { origin: `https://${bucket}.${host}`, folder: '' }
    : { origin: `https://${host}`, folder: `/${bucket}` }
}

/** An uploader chooses the media type: only one that is short and of printable ASCII is kept, so that an item stays small. */
const mediaType = /^[\x20-\x7e]{1,255}$/

/** An ETag of S3 is an MD5, or of an upload in parts `"MD5-PARTS"`. */
const entityTag = /^"[\x21\x23-\x7e]{1,64}"$/

const findVersion = headerFinder('x-amz-version-id')
const findLength = headerFinder('content-length')
const findEtag = headerFinder('etag')
const findContentType = headerFinder('content-type')
const findUploader = headerFinder(`x-amz-meta-${uploaderMetadata}`)

function foundObject({ head = '' }: HttpResponse): FoundObject {
  const [version, length, etag, contentType] = [findVersion, findLength, findEtag, findContentType].map(find =>
    find(head),
  )
  const uploader = findUploader(head)
  const versionId = version === undefined ? undefined : parseVersionId(version)
  return {
    ...(versionId !== undefined && { versionId }),
    ...(length !== undefined && { size: Number(length) }),
    ...(etag !== undefined && entityTag.test(etag) && { etag }),
    ...(contentType !== undefined && mediaType.test(contentType) && { contentType }),
    ...(uploader !== undefined && { uploader }),
  }
}
