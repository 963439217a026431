import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import { systemClock } from '../../../edge/adapters/process.ts'
import { folderOrigin } from '../../../emulator/s3/origin.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import { plusSeconds } from '../../../shared/time.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { secondsFromNoon } from '../../support/links.ts'
import { missingPython } from '../../support/python.ts'
import { serveHere } from '../../support/serve.ts'
import { caller } from '../../support/signed-front.ts'
import { allRight, askPythonOfEach } from './ask-python.ts'
import { anyFilename, anyKey, anyVersionId } from './generated.ts'
import { runScript } from './run-script.ts'

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

describe.skipIf(missingPython !== undefined)('boto3, as a client of the emulated S3,', () => {
  const key = `a folder/ü+%25 (1).txt`

  async function boto3(secretAccessKey?: string) {
    const folder = temporaryFolder()
    mkdirSync(dirname(join(folder, key)))
    writeFileSync(join(folder, key), 'what it says')
    const bucket = makeBucket('us-east-1')
    const { origin } = await serveHere(serveS3(bucket, { origin: folderOrigin(folder), now: systemClock.now }))
    const by = { ...bucket.credentials, ...(secretAccessKey && { secretAccessKey }) }
    return (await runScript('presign.py', [origin, key], { by })) as { url: string; status: number; size: number }
  }

  test('presigns a URL that gives the object, and looks at the object', async () => {
    const { url, status, size } = await boto3()
    expect({ status, size }).toEqual({ status: 200, size: 12 })
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="x y+z.txt"')
    expect(await response.text()).toBe('what it says')
    for (const changed of [
      url.replace('x%20y', 'x%20x'),
      `${url}&versionId=1`,
      url.replace('Expires=60', 'Expires=61'),
    ]) {
      expect(changed).not.toBe(url)
      expect((await fetch(changed)).status, changed.split('X-Amz')[0]).toBe(403)
    }
  })

  test('is refused with another secret', async () => {
    const { url, status } = await boto3('another')
    expect(status).toBe(403)
    expect((await fetch(url)).status).toBe(403)
  })
})
