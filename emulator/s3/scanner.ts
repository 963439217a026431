import { uploadedWith } from '../../shared/callers/issuers.ts'
import { acceptedResults, cleanResult, malwareTestText, scanTag } from '../../shared/scan.ts'
import type { Clock } from '../../shared/time.ts'
import type { WithIssuers } from '../../api/local-deployment.ts'
import { type Multipart, type Operation, s3Result } from './multipart.ts'
import type { ListedObjects, OpenVersion } from './object-store.ts'
import { accessDenied, type MayRead, openTarget, xmlResponse } from './origin.ts'

/** How uploads are scanned. */
export interface ScanOptions {
  /** Milliseconds from when a version was written until its result; `Infinity`: it never gets one. @default 2000 */
  readonly afterMs?: number
  /** The result of every version. @default `THREATS_FOUND` for EICAR's test file, and `NO_THREATS_FOUND` for all others */
  readonly result?: string
}

/** Takes the place of the malware protection of GuardDuty, and of the bucket policy that requires its tag. */
export interface Scanner {
  /** Says which versions may be read: of what is uploaded, only those with a right result. What is missing has none, so it is refused, too. */
  readonly mayRead: MayRead
  /** Finds what responds as S3 does to GetObjectTagging and ListObjectsV2, of which it knows no second page. */
  readonly reads: Multipart
}

/** Longest file with EICAR's text, in bytes: after it only white space may follow, of these kinds. */
const maxTestFile = 128
const rest = /^[ \t\n\r]*$/
const controlZ = '\u001A'

/** Creates the scanner of a store. It has no timer: the result of a version is there from the time at which it is due. */
export function createScanner(
  store: ListedObjects,
  { afterMs = 2000, result }: ScanOptions,
  { deployment, clock }: { deployment: Pick<WithIssuers, 'issuers' | 'scanUnsupported' | 'uploadApi'>; clock: Clock },
): Scanner {
  const accepted = acceptedResults(deployment)
  const isScanned = uploadedWith(deployment)
  const results = new Map<string, string>()
  async function resultOf(key: string, version: OpenVersion): Promise<string | undefined> {
    if (!isScanned(key) || clock.now() < version.modifiedAt + afterMs) return undefined
    const known = result ?? results.get(version.versionId)
    if (known !== undefined) return known
    const found = await isTestFile(version).catch(() => undefined)
    if (found === undefined) return undefined // the file changes
    results.set(version.versionId, found ? 'THREATS_FOUND' : cleanResult)
    return results.get(version.versionId)
  }
  const tags: Operation = async ({ headers }, target) => {
    const opened = headers.authorization === undefined ? accessDenied() : await openTarget(target, store)
    if ('status' in opened) return opened
    const { key, version } = opened
    const value = await resultOf(key, version)
    await version.close()
    const tag = value === undefined ? '' : `<Tag><Key>${scanTag}</Key><Value>${value}</Value></Tag>`
    return s3Result('Tagging', `<TagSet>${tag}</TagSet>`, { 'x-amz-version-id': version.versionId })
  }
  return {
    async mayRead(key, found) {
      if (!isScanned(key)) return true
      return found.kind === 'version' && accepted.includes((await resultOf(key, found)) ?? '')
    },
    reads(method, query) {
      if (method !== 'GET') return undefined
      if (query.has('tagging')) return tags
      return query.get('list-type') === '2'
        ? async ({ headers }) => list(headers.authorization, query, store)
        : undefined
    },
  }
}

/** Only the function that signs in the header may list the bucket, and only with `encoding-type=url`, as it does. */
async function list(authorization: string | undefined, query: URLSearchParams, store: ListedObjects) {
  if (authorization === undefined) return accessDenied()
  if (query.get('encoding-type') !== 'url' || query.has('delimiter') || query.has('continuation-token')) {
    return xmlResponse(501, {
      code: 'NotImplemented',
      message: 'Only lists with encoding-type=url, and their first page',
    })
  }
  const most = Math.min(Number(query.get('max-keys') ?? 1000), 1000)
  const keys = await store.keys(query.get('prefix') ?? '')
  const found = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const listed = found.slice(0, most).map(key => `<Contents><Key>${encoded(key)}</Key></Contents>`)
  const counted = `<IsTruncated>${found.length > most}</IsTruncated><KeyCount>${listed.length}</KeyCount>`
  return s3Result('ListBucketResult', `<EncodingType>url</EncodingType>${counted}${listed.join('')}`)
}

/** Encodes a key as S3 does in lists: as forms do, but for slashes. */
function encoded(key: string): string {
  return new URLSearchParams([['', key]]).toString().slice(1).replaceAll('%2F', '/')
}

async function isTestFile(version: OpenVersion): Promise<boolean> {
  const { size } = version
  const testText = malwareTestText()
  if (size < testText.length || size > maxTestFile) return false
  let text = ''
  while (text.length < size) text += (await version.read(text.length, size - text.length)).toString('latin1')
  return text.startsWith(testText) && rest.test(text.slice(testText.length).replaceAll(controlZ, ' '))
}
