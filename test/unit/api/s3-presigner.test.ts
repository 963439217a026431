import fc from 'fast-check'
import { expect, test } from 'vitest'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import { checkPresignedUrl } from '../../../emulator/s3/presigned-url.ts'
import type { Signatory } from '../../../emulator/s3/signer.ts'
import { type ObjectKey, parseFilename, parseObjectKey, resourcePath } from '../../../shared/object-key.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { noon, secondsFromNoon } from '../../support/links.ts'

const by: Signatory = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'a+b/c==' },
}
const life = { from: secondsFromNoon(0), until: secondsFromNoon(30) }
const key = 'report.pdf' as ObjectKey

/** Returns the error message of S3 for a URL, or `granted`. */
async function verdictOn(url: string, now = noon as number, method = 'GET'): Promise<string> {
  const { host, origin } = new URL(url)
  const target = url.slice(origin.length)
  return (await checkPresignedUrl({ method, headers: { host }, target, now: now as EpochMs }, by))?.message ?? 'granted'
}

test('for any key and file name, S3 accepts the URL, and its path and name are those for CloudFront', async () => {
  const presign = await s3Presigner('content', by).ready()
  const anyKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map(parseObjectKey)
  const anyName = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map(parseFilename)
  const inputs = fc.tuple(anyKey, fc.option(anyName, { nil: undefined })).filter(([each]) => each !== undefined)
  await fc.assert(
    fc.asyncProperty(inputs, async ([object = key, filename]) => {
      const url = await presign({ key: object, ...(filename !== undefined && { filename }) }, life)
      expect(await verdictOn(url)).toBe('granted')
      const [path, query = ''] = resourcePath({ key: object, filename }).split('?')
      expect(url.slice(new URL(url).origin.length).split('?')[0]).toBe(path)
      const name = 'response-content-disposition'
      expect(new URL(url).searchParams.get(name)).toBe(new URLSearchParams(query).get(name))
    }),
    { numRuns: 500 },
  )
})

test('without credentials, ready rejects', async () => {
  const credentials = () => Promise.reject(new Error('no role'))
  await expect(s3Presigner('content', { region: 'eu-west-1', credentials }).ready()).rejects.toThrow('no role')
})

test('without a bucket, ready rejects, and without a Region no presigner is made', async () => {
  expect(() => s3Presigner('content', { ...by, region: '' })).toThrow('Region is missing')
  await expect(s3Presigner('', by).ready()).rejects.toThrow()
})

test('after ready, credentials are not requested again, even if they have expired', async () => {
  let isReady = false
  const credentials = async () => {
    if (isReady) throw new Error('requested again')
    return { ...by.credentials, expiration: new Date(0) }
  }
  const presign = await s3Presigner('content', { region: by.region, credentials }).ready()
  isReady = true
  expect(await verdictOn(await presign({ key }, life))).toBe('granted')
})

test('renewed credentials are used from then on', async () => {
  let token = 'of the morning'
  const credentials = async () => ({ ...by.credentials, sessionToken: token, expiration: new Date(0) })
  const presigner = s3Presigner('content', { region: by.region, credentials })
  const tokenIn = async () =>
    new URL(await (await presigner.ready())({ key }, life)).searchParams.get('X-Amz-Security-Token')
  expect(await tokenIn()).toBe('of the morning')
  token = 'of the evening'
  expect(await tokenIn()).toBe('of the evening')
})
