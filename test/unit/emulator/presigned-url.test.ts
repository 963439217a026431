import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, test } from 'vitest'
import { folderOrigin } from '../../../emulator/s3/origin.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import { manualClock } from '../../support/clock.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { noon } from '../../support/links.ts'
import { serveHere } from '../../support/serve.ts'

/** An emulated S3 with two objects at noon, and a function that signs for it, also with wrong credentials. */
async function s3() {
  const folder = temporaryFolder()
  for (const name of ['f', 'g']) writeFileSync(join(folder, name), `content of ${name}`)
  const clock = manualClock()
  const bucket = makeBucket('us-east-1')
  const { origin } = await serveHere(serveS3(bucket, { origin: folderOrigin(folder), now: clock.now }))
  async function sign(fields: { key?: string; expiresIn?: number; bucket?: string; signer?: object } = {}) {
    const { key = 'f', expiresIn = 30, bucket: name = bucket.name, signer = {} } = fields
    const client = new S3Client({ region: bucket.region, credentials: bucket.credentials, endpoint: origin, ...signer })
    const command = new GetObjectCommand({
      Bucket: name,
      Key: key,
      ResponseContentDisposition: 'attachment; filename="x y"',
    })
    return getSignedUrl(client, command, { signingDate: new Date(noon), expiresIn })
  }
  return { clock, origin, bucket, sign }
}

/** Status, with the error code or the body, of a response. */
async function responseTo(url: string, method = 'GET'): Promise<string> {
  const { status, body } = await ask(url, { method })
  return `${status} ${/<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? body}`
}

test('a signature is valid for one object, one file name and GET only', async () => {
  const { sign } = await s3()
  const url = await sign()
  const mismatch = '403 SignatureDoesNotMatch'
  expect(await responseTo(url.replace('/f?', '/%66?'))).toBe(mismatch)
  expect(await responseTo(`${url}&response-content-type=text%2Fhtml`)).toBe(mismatch)
  expect((await ask(url, { method: 'HEAD' })).status).toBe(403)
  for (const method of ['PUT', 'POST', 'DELETE']) expect(await responseTo(url, method)).toBe('405 MethodNotAllowed')
})

test('a URL signed with other credentials, for another Region or for too long is refused', async () => {
  const { bucket, sign } = await s3()
  const other = (fields: object) => ({ signer: { credentials: { ...bucket.credentials, ...fields } } })
  expect(await responseTo(await sign(other({ accessKeyId: 'OTHER' })))).toBe('403 InvalidAccessKeyId')
  expect(await responseTo(await sign(other({ secretAccessKey: 'other' })))).toBe('403 SignatureDoesNotMatch')
  expect(await responseTo(await sign(other({ sessionToken: 'other' })))).toBe('403 InvalidToken')
  expect(await responseTo(await sign({ signer: { region: 'eu-west-1' } }))).toBe(
    '400 AuthorizationQueryParametersError',
  )
  const url = await sign()
  expect(await responseTo(url.replace('Expires=30', 'Expires=604801'))).toBe('400 AuthorizationQueryParametersError')
  expect(await responseTo(url.replace('Expires=30', 'Expires=0'))).toBe('400 AuthorizationQueryParametersError')
  expect(await responseTo(`${url}&X-Amz-Expires=30`)).toBe('400 AuthorizationQueryParametersError')
})

test('a URL signed in the future is refused, unless the clocks differ by 15 minutes at most', async () => {
  const { clock, sign } = await s3()
  const url = await sign()
  clock.advance(-15 * 60_000)
  expect(await responseTo(url)).toBe('200 content of f')
  clock.advance(-1)
  expect(await responseTo(url)).toBe('403 AccessDenied')
})

test('an object that does not exist is refused, as the exchange may not list the bucket; another bucket is not found', async () => {
  const { sign } = await s3()
  expect(await responseTo(await sign({ key: 'none' }))).toBe('403 AccessDenied')
  expect(await responseTo(await sign({ bucket: 'other' }))).toBe('404 NoSuchBucket')
  expect(await responseTo(await sign({ key: '..%2f..%2fetc/hostname' }))).toBe('403 AccessDenied')
})
