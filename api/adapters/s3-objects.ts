import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { headerFinder, type HttpResponse } from '../../shared/aws/http-response.ts'
import { filenameMetadata, isReceived, parseMetadata } from '../../shared/received.ts'
import { uploaderMetadata } from '../../shared/options/delete-file.ts'
import { type EpochMs, secondsOf } from '../../shared/time.ts'
import type { WithIssuers } from '../local-deployment.ts'
import type { FoundObject, Objects, StoredObjects } from '../ports.ts'
import { scannedObjects } from '../scanned-objects.ts'
import { findVersion, s3Requests, type S3Requests } from './s3-requests.ts'
import { s3ScanResults } from './s3-scan-results.ts'

/** Looks at the objects of one bucket for links: where a deployment scans them, only at those with a right result. */
export function objectsIn(bucket: string, config: ClientConfig, deployment: WithIssuers): Objects {
  const requests = s3Requests(bucket, config)
  const objects = s3Objects(requests)
  return deployment.scan === undefined ? objects : scannedObjects(objects, s3ScanResults(requests), deployment)
}

/**
 * Looks at the objects of one bucket by HeadObject: see `S3Requests`. The role needs `s3:GetObject`, `s3:GetObjectVersion` and
 * `s3:ListBucket`: without the last one S3 responds to a missing key with 403, so that each look at it rejects.
 */
export function s3Objects(requests: S3Requests): StoredObjects {
  return {
    async look(object) {
      const response = await requests.find(isReceived(object.key) ? 'HeadReceived' : 'HeadObject', object)
      return response === 'missing' ? response : foundObject(response)
    },
  }
}

/** An uploader chooses the media type: only one that is short and of printable ASCII is kept, so that an item stays small. */
const mediaType = /^[\x20-\x7e]{1,255}$/

/** An ETag of S3 is an MD5, or of an upload in parts `"MD5-PARTS"`. */
const entityTag = /^"[\x21\x23-\x7e]{1,64}"$/

const findLength = headerFinder('content-length')
const findEtag = headerFinder('etag')
const findContentType = headerFinder('content-type')
const findUploader = headerFinder(`x-amz-meta-${uploaderMetadata}`)
const findFilename = headerFinder(`x-amz-meta-${filenameMetadata}`)
const findChecksum = headerFinder('x-amz-checksum-sha256')
const findTime = headerFinder('last-modified')

function foundObject(response: HttpResponse): FoundObject {
  const { head = '' } = response
  const [length, etag, contentType] = [findLength, findEtag, findContentType].map(find => find(head))
  const uploader = findUploader(head)
  const versionId = findVersion(response)
  const received = receivedIn(head)
  return {
    ...(versionId !== undefined && { versionId }),
    ...(length !== undefined && { size: Number(length) }),
    ...(etag !== undefined && entityTag.test(etag) && { etag }),
    ...(contentType !== undefined && mediaType.test(contentType) && { contentType }),
    ...(uploader !== undefined && { uploader }),
    ...(received && { received }),
  }
}

/** Of several parts, S3 says the checksum over those of the parts, with their number: `BASE64-2`. */
function receivedIn(head: string): FoundObject['received'] {
  const filename = parseMetadata(findFilename(head) ?? '')
  if (filename === undefined) return undefined
  const [, sha256] = /^([A-Za-z0-9+/]{43}=)(?:-\d+)?$/.exec(findChecksum(head) ?? '') ?? []
  const time = Date.parse(findTime(head) ?? '') as EpochMs
  return { filename, ...(sha256 !== undefined && { sha256 }), ...(time > 0 && { at: secondsOf(time) }) }
}
