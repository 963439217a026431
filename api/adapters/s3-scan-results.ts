import { type ObjectKey, percentEncode } from '../../shared/object-key.ts'
import { scanTag } from '../../shared/scan.ts'
import type { ScanResults } from '../ports.ts'
import { findVersion, type S3Requests } from './s3-requests.ts'

/** Most objects of one list: S3's own limit (S3, "ListObjectsV2"). */
const maxListed = 1000

/**
 * Reads the results of scans in the tags of one bucket: see `S3Requests`. The role needs `s3:GetObjectTagging`,
 * `s3:GetObjectVersionTagging` and `s3:ListBucket`.
 */
export function s3ScanResults(requests: S3Requests): ScanResults {
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
