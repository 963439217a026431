import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import { plusSeconds } from '../../../shared/time.ts'
import { secondsFromNoon } from '../../support/links.ts'
import { missingPython } from '../../support/python.ts'
import { caller } from '../../support/signed-front.ts'
import { allRight, askPythonOfEach } from './ask-python.ts'
import { anyFilename, anyKey, anyVersionId } from './generated.ts'

const { credentials } = caller
const anyObject = fc.record({
  key: anyKey,
  filename: fc.option(anyFilename, { nil: undefined }),
  versionId: fc.option(anyVersionId, { nil: undefined }),
  seconds: fc.integer({ min: 1, max: 86_400 }),
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
})
