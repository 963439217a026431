import { expect, test } from 'vitest'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

const by = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'a+b/c==' },
}
const life = { from: secondsFromNoon(0), until: secondsFromNoon(30) }
const key = 'report.pdf' as ObjectKey

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
  expect(await presign({ key }, life)).toContain('X-Amz-Credential=AKID%2F')
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
