import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { type ObjectKey, percentEncode } from '../../shared/object-key.ts'
import { scanTag } from '../../shared/scan.ts'
import type { WithIssuers } from '../local-deployment.ts'
import type { Objects, ScanResults } from '../ports.ts'
import { scannedObjects } from '../scanned-objects.ts'
import { s3Objects } from './s3-objects.ts'
import { findVersion, s3Requests } from './s3-requests.ts'

/** Most objects of one list: S3's own limit (S3, "ListObjectsV2"). */
const maxListed = 1000

/** Looks at the objects of one bucket for links: where a deployment scans them, only at those with a right result. */
export function objectsIn(bucket: string, config: ClientConfig, deployment: WithIssuers): Objects {
  const objects = s3Objects(bucket, config)
  return deployment.scan === undefined ? objects : scannedObjects(objects, s3ScanResults(bucket, config), deployment)
}

/**
 * Reads the results of scans in the tags of one bucket: see `S3Requests`. The role needs `s3:GetObjectTagging`,
 * `s3:GetObjectVersionTagging` and `s3:ListBucket`.
 */
export function s3ScanResults(bucket: string, config: ClientConfig): ScanResults {
  const requests = s3Requests(bucket, config)
  return {
    async find(object) {
      const response = await requests.find('GetObjectTagging', object)
      if (response === 'missing') return response
      return { result: resultIn(response.body), versionId: findVersion(response) }
    },
    async keysIn(folder) {
      const parameters = [
        'encoding-type=url',
        'list-type=2',
        `max-keys=${maxListed}`,
        `prefix=${percentEncode(folder)}`,
      ]
      const { body } = await requests.list(parameters)
      if (/<IsTruncated>true</.test(body)) return undefined
      // Otherwise a folder could pass for one without files.
      if (!/<IsTruncated>false<[^]*<\/ListBucketResult>\s*$/.test(body)) throw new Error('ListObjectsV2: no list')
      const keys = [...body.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => decoded(key))
      // One whose name ends in a slash only stands for a folder.
      return keys.filter((key): key is ObjectKey => !key.endsWith('/'))
    },
  }
}

const tag = new RegExp(`<Key>${scanTag}</Key>\\s*<Value>(\\w+)</Value>`)

/** Returns the result in a set of tags; undefined if it has no such tag. */
function resultIn(tagging: string): string | undefined {
  return tag.exec(tagging)?.[1]
}

/** S3 encodes keys as forms do. */
function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '))
}
