import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPinnedVersion } from '../../../emulator/cloudfront/pinned-version.ts'
import { loadFunction } from '../../../emulator/cloudfront/function-runtime.ts'
import { contentHeaders, removedContentHeaders } from '../../../shared/http.ts'
import {
  attachmentNamed,
  downloadPath,
  parseFilename,
  parseObjectKey,
  parseVersionId,
} from '../../../shared/object-key.ts'
import {
  pinnedVersion,
  pinnedVersionCases,
  pinnedVersionCode,
  eventOf,
  s3Response,
} from '../../support/gate/pinned-version.ts'
import { gateRequest } from '../../support/gate/gate.ts'

const deliver = (url: string, response = s3Response()) => pinnedVersion(gateRequest({ url }), response, 'request-1')

test.each(pinnedVersionCases)('for %s, a viewer gets the file as the link says, or nothing', (...each) => {
  const [, viewer, response, result] = each
  const delivered = pinnedVersion(gateRequest(viewer), response, 'request-1')
  const disposition = delivered.kind === 'deliver' ? delivered.headers['content-disposition'] : delivered.kind
  expect(disposition).toBe(result)
})

test('every key, name and version that the edge can sign is delivered under that name, and as no other version', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  const keys = text.map(parseObjectKey).filter(key => key !== undefined)
  const names = text.map(parseFilename).filter(name => name !== undefined)
  const versions = fc
    .stringMatching(/^[\w.~-]{1,40}$/)
    .map(parseVersionId)
    .filter(version => version !== undefined)
  fc.assert(
    fc.property(keys, names, versions, (key, filename, versionId) => {
      const url = downloadPath({ key, filename, versionId })
      expect(deliver(url, s3Response(200, { 'x-amz-version-id': versionId }))).toMatchObject({
        headers: { 'content-disposition': attachmentNamed(filename) },
      })
      expect(deliver(url, s3Response(200, { 'x-amz-version-id': `${versionId}.` })).kind).toBe('error')
    }),
  )
})

describe('a delivered file', () => {
  const own = Object.fromEntries([...removedContentHeaders, 'x-amz-meta-note', 'expires'].map(name => [name, 'x']))
  const needed = { 'content-type': 'video/mp4', 'content-length': '9', 'accept-ranges': 'bytes', etag: '"e"' }
  const more = { 'last-modified': 'today', 'cache-control': 'public', 'content-security-policy': 'none' }
  const delivered = deliver('/f', { status: 200, headers: { ...own, ...needed, ...more } })

  test('has the headers of our response headers policy, whatever its object says', () => {
    expect(delivered).toMatchObject({ kind: 'deliver', headers: contentHeaders })
  })

  test('says no more of S3 than viewers need', () => {
    const expected = { ...needed, 'last-modified': 'today', ...contentHeaders, 'content-disposition': 'attachment' }
    expect(delivered).toEqual({ kind: 'deliver', headers: expected })
  })
})

describe('fails closed', () => {
  const [, viewer, response] = pinnedVersionCases.find(([name]) => name === 'another version') ?? []
  const event = eventOf(viewer ?? { url: '' }, response ?? s3Response())
  const run = loadFunction(pinnedVersionCode)

  test.each([
    'request',
    'request.querystring',
    'request.headers',
    'response',
    'response.headers',
    'response.statusCode',
  ])('an event without %s is an error', path => {
    const broken = structuredClone(event)
    const names = path.split('.')
    const last = names.pop() ?? ''
    const parent = names.reduce<Record<string, unknown>>((value, name) => value[name] as typeof value, { ...broken })
    delete (names.length === 0 ? (broken as unknown as Record<string, unknown>) : parent)[last]
    expect(() => run(broken)).toThrow()
  })

  test.each([
    ['another status', 'event.response.statusCode = 404'],
    ['a body', 'event.response.body = "x"'],
    ['nothing', 'event.response = null'],
    ['a header that CloudFront forbids', 'event.response.headers["x-edge-a"] = { value: "x" }'],
    ['a read-only header', 'event.response.headers["content-length"] = { value: "1" }'],
    ['no read-only header', 'delete event.response.headers["content-length"]'],
  ])('CloudFront refuses a function that returns %s', (_, change) => {
    const broken = createPinnedVersion(`function handler(event) { ${change}; return event.response }`)
    const result = broken(gateRequest({ url: '/f' }), s3Response(200, { 'content-length': '9' }), 'request-1')
    expect(result).toMatchObject({ kind: 'error', status: 502 })
  })
})
