import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import { s3Uploads } from '../../../api/adapters/s3-uploads.ts'
import { plusSeconds } from '../../../shared/time.ts'
import { secondsFromNoon } from '../../support/table/links.ts'
import { missingPython } from '../../support/machine/python.ts'
import { caller } from '../../support/content/signed-front.ts'
import { allRight, askPythonOfEach } from './ask-python.ts'
import { anyFilename, anyKey, anyVersionId } from './generated.ts'

const { credentials } = caller
const anyObject = fc.record({
  key: anyKey,
  filename: fc.option(anyFilename, { nil: undefined }),
  versionId: fc.option(anyVersionId, { nil: undefined }),
  seconds: fc.integer({ min: 1, max: 86_400 }),
})

const anyPart = fc.record({
  key: anyKey,
  seconds: fc.integer({ min: 1, max: 900 }),
  uploadId: fc.stringMatching(/^[\w.-]{1,100}$/),
  number: fc.integer({ min: 1, max: 10_000 }),
  bytes: fc.nat(),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})

describe.skipIf(missingPython !== undefined)('botocore, as the authority on presigned URLs of S3,', () => {
  test('makes those of 1,000 exchanges, parameter for parameter', async () => {
    const presign = await s3Presigner('content', { region: 'eu-west-1', credentials }).ready()
    const seed = randomInt(2 ** 31)
    const lines = await Promise.all(
      fc.sample(anyObject, { numRuns: 1000, seed }).map(async ({ key, filename, versionId, seconds }) => {
        const object = {
          key,
          ...(filename !== undefined && { filename }),
          ...(versionId !== undefined && { versionId }),
        }
        const from = secondsFromNoon(seconds)
        const url = await presign(object, { from, until: plusSeconds(from, seconds) })
        return { ...object, ...credentials, region: 'eu-west-1', url, seconds }
      }),
    )
    const changed = lines.map(line => ({ ...line, url: line.url.replace('x-id=GetObject', 'x-id=PutObject') }))
    const reports = await askPythonOfEach('presigned.py', [lines, changed])
    expect(reports, `seed ${seed}`).toMatchObject([allRight(lines), { wrong: 1000 }])
  })

  test('makes those of parts of 300 uploads, whose size and checksum are headers, and for no other part', async () => {
    const bucket = s3Uploads('content', { region: 'eu-west-1', credentials })
    const seed = randomInt(2 ** 31)
    const lines = await Promise.all(
      fc.sample(anyPart, { numRuns: 300, seed }).map(async ({ key, seconds, uploadId, number, bytes, hash }) => {
        const from = secondsFromNoon(seconds)
        const part = { number, bytes, sha256: Buffer.from(hash).toString('base64') }
        const { url, headers } = await bucket.sign({ key, uploadId }, part, { from, until: plusSeconds(from, seconds) })
        const query = new URL(url).searchParams
        expect(query.get('X-Amz-SignedHeaders')).toBe('content-length;host;x-amz-checksum-sha256')
        expect(headers).toEqual({ 'x-amz-checksum-sha256': part.sha256 })
        expect([...query.keys()].filter(name => /checksum|content-length/i.test(name))).toEqual([])
        const sent = { 'content-length': String(bytes), ...headers }
        return { key, ...credentials, region: 'eu-west-1', url, seconds, method: 'PUT', headers: sent }
      }),
    )
    type Line = (typeof lines)[number]
    const changed = (change: (line: Line) => object) => lines.map(line => ({ ...line, ...change(line) }))
    const withHeader = (name: string, value: string) =>
      changed(({ headers }) => ({ headers: { ...headers, [name]: value } }))
    const reports = await askPythonOfEach('presigned.py', [
      lines,
      changed(({ url, key }) => ({ url: url.replace('?', 'x?'), key: `${key}x` })),
      changed(({ url }) => ({ url: url.replace(/partNumber=/, 'partNumber=1') })),
      changed(({ url }) => ({ url: url.replace(/uploadId=/, 'uploadId=x') })),
      withHeader('content-length', '-1'),
      withHeader('x-amz-checksum-sha256', Buffer.alloc(32).toString('base64')),
      changed(() => ({ method: 'GET' })),
    ])
    expect(reports, `seed ${seed}`).toMatchObject([
      allRight(lines),
      ...Array.from({ length: 6 }, () => ({ wrong: 300 })),
    ])
  })
})
