import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type MultipartUpload,
  paginateListParts,
  type Part,
  ListMultipartUploadsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { PartUploads, UploadedPart } from '../ports/console.ts'
import type { UploadBucket } from '../ports/links.ts'
import { allOf, undefinedIfMissing } from './aws/client.ts'
import { storedBy, uploadClient } from './bucket-upload.ts'

/** Uploads into a bucket of S3 that must belong to the account, with a SHA-256 of each part. */
export function partUploads({ name, region, owner }: UploadBucket): PartUploads {
  const client = uploadClient(region)
  // A part is a stream, which can be sent once: the page sends it again.
  const once = uploadClient(region, 1)
  const bucket = { Bucket: name, ExpectedBucketOwner: owner }
  return {
    async unfinished(key) {
      const input = new ListMultipartUploadsCommand({ ...bucket, Prefix: key })
      const listed = await undefinedIfMissing(client.send(input), 'AccessDenied')
      return latestOf((listed?.Uploads ?? []).filter(({ Key }) => Key === key))
    },
    async start(key, type) {
      const input = { ...bucket, Key: key, ContentType: type, ChecksumAlgorithm: 'SHA256' as const }
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(input))
      if (UploadId === undefined) throw new Error('S3 gave the upload no id')
      return UploadId
    },
    async parts({ key, uploadId }) {
      const pages = paginateListParts({ client }, { ...bucket, Key: key, UploadId: uploadId })
      const found = allOf(pages, page => page.Parts)
      return (await undefinedIfMissing(found, 'NoSuchUpload'))?.map(toPart)
    },
    async put({ number, bytes, sha256, body, signal }, { key, uploadId }) {
      const part = { PartNumber: number, ContentLength: bytes, ChecksumSHA256: sha256, Body: body }
      const input = { ...bucket, Key: key, UploadId: uploadId, ...part }
      await once.send(new UploadPartCommand(input), { abortSignal: signal })
    },
    complete({ key, uploadId }, parts, { replace }) {
      const upload = { ...bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts: parts.map(fromPart) } }
      const input = { ...upload, ...(!replace && { IfNoneMatch: '*' }) }
      return storedBy(client.send(new CompleteMultipartUploadCommand(input)), replace)
    },
    async abort({ key, uploadId }) {
      const input = { ...bucket, Key: key, UploadId: uploadId }
      await undefinedIfMissing(client.send(new AbortMultipartUploadCommand(input)), 'NoSuchUpload')
    },
  }
}

function latestOf(uploads: readonly MultipartUpload[]): string | undefined {
  const at = ({ Initiated }: MultipartUpload) => Initiated?.getTime() ?? 0
  return uploads.toSorted((a, b) => at(b) - at(a))[0]?.UploadId
}

function toPart({ PartNumber = 0, Size = 0, ETag = '', ChecksumSHA256 }: Part): UploadedPart {
  return { number: PartNumber, bytes: Size, etag: ETag, sha256: ChecksumSHA256 }
}

function fromPart({ number, etag, sha256 }: UploadedPart): Part {
  return { PartNumber: number, ETag: etag, ...(sha256 !== undefined && { ChecksumSHA256: sha256 }) }
}
