import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type ListPartsCommandInput,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { assert } from '../../shared/errors.ts'
import { parseVersionId } from '../../shared/object-key.ts'
import { uploaderMetadata } from '../../shared/options/delete-file.ts'
import { filenameMetadata, metadataOf } from '../../shared/received.ts'
import { partChecksumHeader } from '../../shared/schemas/upload.ts'
import type { ArrivedPart, S3Upload, UploadBucket } from '../uploads/ports.ts'

/** Timeouts in milliseconds, with all attempts and pages. One of a thousand parts each, up to ten; S3 takes seconds to put them together. */
const callMs = 5000
const listMs = 7000
const completeMs = 12_000

/** Attempts of each call but that to complete. */
const maxAttempts = 2

/** Headers that the SDK must sign as headers. */
const unhoistableHeaders = new Set([partChecksumHeader])

/** Multipart uploads into one bucket, by the SDK. `config` names the bucket's Region. */
export function s3Uploads(bucket: string, config: S3ClientConfig): UploadBucket {
  // Otherwise the SDK adds a checksum of its own, of a body that it doesn't have.
  const client = new S3Client({ ...config, maxAttempts, requestChecksumCalculation: 'WHEN_REQUIRED' })
  const { requestHandler } = client.config
  const once = new S3Client({ ...config, maxAttempts: 1, requestChecksumCalculation: 'WHEN_REQUIRED', requestHandler })
  const named = ({ key, uploadId }: S3Upload) => ({ Bucket: bucket, Key: key, UploadId: uploadId })
  return {
    async begin({ key, type, uploader, filename }) {
      const command = new CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        ContentType: type,
        ChecksumAlgorithm: 'SHA256',
        Metadata: {
          ...(uploader !== undefined && { [uploaderMetadata]: uploader }),
          ...(filename !== undefined && { [filenameMetadata]: metadataOf(filename) }),
        },
      })
      const { UploadId } = await client.send(command, within(callMs))
      assert(UploadId, 'S3 names the upload')
      return UploadId
    },
    async sign(upload, { number, bytes, sha256 }, { from, until }) {
      const part = { ...named(upload), PartNumber: number, ContentLength: bytes, ChecksumSHA256: sha256 }
      const life = { signingDate: new Date(from * 1000), expiresIn: until - from }
      const url = await getSignedUrl(client, new UploadPartCommand(part), { ...life, unhoistableHeaders })
      return { url, headers: { [partChecksumHeader]: sha256 } }
    },
    arrived: upload => unless('NoSuchUpload', 'gone', listParts(client, named(upload))),
    async complete(upload, parts, replace) {
      const command = new CompleteMultipartUploadCommand({
        ...named(upload),
        ...(!replace && { IfNoneMatch: '*' }),
        MultipartUpload: {
          Parts: parts.map(({ number, etag, sha256 }) => ({
            PartNumber: number,
            ETag: etag,
            ChecksumSHA256: sha256 === '' ? undefined : sha256, // of another S3, which lists none and takes none
          })),
        },
      })
      const made = once.send(command, within(completeMs)).then(({ VersionId = '' }) => {
        const versionId = parseVersionId(VersionId)
        return versionId === undefined ? {} : { versionId }
      })
      // Any 409 is an error: the object that S3 makes at that moment may be the one of this upload (S3, "Conditional writes").
      const known = unless('InvalidPart', 'changed', unless('NoSuchUpload', 'gone', made))
      return unless('PreconditionFailed', 'exists', known)
    },
    async abort(upload) {
      const command = new AbortMultipartUploadCommand(named(upload))
      await unless('NoSuchUpload', undefined, client.send(command, within(callMs)))
    },
  }
}

const within = (ms: number) => ({ abortSignal: AbortSignal.timeout(ms) })

/** Returns `value` if S3 refuses a call with this code, and throws any other error. */
async function unless<T, const V>(code: string, value: V, call: Promise<T>): Promise<T | V> {
  try {
    return await call
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === code) return value
    throw error
  }
}

/** Lists all parts. Not by the SDK's paginator: it goes on as long as a page names a last part, which S3's last page does, too. */
async function listParts(client: S3Client, upload: ListPartsCommandInput): Promise<readonly ArrivedPart[]> {
  const found: ArrivedPart[] = []
  const deadline = within(listMs)
  for (let after: string | undefined, isLast = false; !isLast;) {
    const page = await client.send(new ListPartsCommand({ ...upload, PartNumberMarker: after }), deadline)
    for (const { PartNumber = 0, Size = 0, ChecksumSHA256 = '', ETag = '' } of page.Parts ?? []) {
      found.push({ number: PartNumber, bytes: Size, sha256: ChecksumSHA256, etag: ETag })
    }
    after = page.NextPartNumberMarker
    isLast = page.IsTruncated !== true
  }
  return found
}
