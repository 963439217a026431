import {
  createPinnedVersion,
  type DeliveredResponse,
  pinnedVersionEvent,
} from '../../../emulator/cloudfront/pinned-version.ts'
import { bundlePinnedVersion } from '../../../edge/gate/bundle.ts'
import { attachmentNamed } from '../../../shared/object-key.ts'
import { gateRequest, type GateViewer } from './gate.ts'

/** The pinned-version function as it is deployed. */
export const pinnedVersionCode = await bundlePinnedVersion()

/** The pinned-version function in the emulator's engine. */
export const pinnedVersion = createPinnedVersion(pinnedVersionCode)

/** A viewer, a response of S3, and what becomes of it: the Content-Disposition with which it is delivered, or `error`. */
export type PinnedVersionCase = readonly [name: string, viewer: GateViewer, response: DeliveredResponse, result: string]

/** A response of S3 with these headers beside those of every file. */
export function s3Response(status = 200, headers: Readonly<Record<string, string>> = {}): DeliveredResponse {
  const common = { 'content-type': 'application/pdf', etag: '"e"', server: 'AmazonS3', 'x-amz-request-id': 'R1' }
  return { status, headers: { ...common, 'x-amz-version-id': 'v1', ...headers } }
}

/** Makes the event of a case. */
export function eventOf(viewer: GateViewer, response: DeliveredResponse) {
  return pinnedVersionEvent(gateRequest(viewer), response, 'request-1')
}

const file = (query = '', ...headers: (readonly [string, string])[]): GateViewer => ({ url: `/f${query}`, headers })
const named = (name: string) => `?response-content-disposition=${encodeURIComponent(attachmentNamed(name))}`
const signed = '&l=AbC&a=4cb007107&Policy=p&Signature=s&Key-Pair-Id=k&Hash-Algorithm=SHA256'
const ranged = ['Range', 'bytes=0-3'] as const
const without = (name: string) => {
  const { status, headers } = s3Response()
  return { status, headers: Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name)) }
}

const deliveries: readonly PinnedVersionCase[] = [
  ['a file without a version', file(), s3Response(), 'attachment'],
  ['a file without a version in a bucket without versions', file(), without('x-amz-version-id'), 'attachment'],
  ['the version of the link', file('?versionId=v1'), s3Response(), 'attachment'],
  ['a file name', file(named('report.pdf') + signed), s3Response(), attachmentNamed('report.pdf')],
  [
    'a file name in Japanese',
    file(`${named('報告 (1).pdf')}&versionId=v1`),
    s3Response(),
    attachmentNamed('報告 (1).pdf'),
  ],
  ['a file name with quotes', file(named(`a"b'%41;c`)), s3Response(), attachmentNamed(`a"b'%41;c`)],
  [
    'the disposition of the object, if the query has none',
    file('?versionId=v1'),
    s3Response(200, { 'content-disposition': 'attachment; filename=a.pdf' }),
    'attachment; filename=a.pdf',
  ],
  [
    'the file name of the link rather than that of the object',
    file(named('b.pdf')),
    s3Response(200, { 'content-disposition': 'inline' }),
    attachmentNamed('b.pdf'),
  ],
  ['a range', file('?versionId=v1', ranged), s3Response(206, { 'content-range': 'bytes 0-3/9' }), 'attachment'],
  ['the whole file for a range', file('?versionId=v1', ranged), s3Response(), 'attachment'],
  ['nothing new', file('?versionId=v1', ['If-None-Match', '"e"']), s3Response(304), 'attachment'],
  [
    'nothing new, without a version',
    file('?versionId=v1', ['If-Modified-Since', 'x']),
    { status: 304, headers: {} },
    'attachment',
  ],
  // Only a viewer of a folder can send these; the edge signs no other than its own.
  ['another disposition', file('?response-content-disposition=inline'), s3Response(), 'attachment'],
  ['a header in a disposition', file('?response-content-disposition=a%0D%0Ab%3A%20c'), s3Response(), 'attachment'],
]

const mismatches: readonly PinnedVersionCase[] = [
  ['another version', file('?versionId=v2'), s3Response(), 'error'],
  ['another version, its name in lower case', file('?versionid=v2'), s3Response(), 'error'],
  ['the start of the version', file('?versionId=v1x'), s3Response(), 'error'],
  ['no version', file('?versionId=v1'), without('x-amz-version-id'), 'error'],
  ['an empty version', file('?versionId='), s3Response(), 'error'],
  ['nothing new of another version', file('?versionId=v2', ['If-None-Match', '"e"']), s3Response(304), 'error'],
  ['a part for a request for the whole', file('?versionId=v1'), s3Response(206), 'error'],
  ['nothing new for a request without conditions', file('?versionId=v1'), s3Response(304), 'error'],
  ['a redirect of S3', file(), s3Response(307, { location: 'https://bucket.example.com/f' }), 'error'],
  ['a malformed disposition', file('?response-content-disposition=%zz'), s3Response(), 'error'],
]

/** What becomes of each response. */
export const pinnedVersionCases: readonly PinnedVersionCase[] = [...deliveries, ...mismatches]
