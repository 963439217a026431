import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { systemClock } from '../../../shared/aws/process.ts'
import { folderOrigin } from '../../../emulator/s3/origin.ts'
import { checkSignedRequest } from '../../../emulator/s3/signed-request.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { serveHere } from '../../support/serve.ts'

const bucket = makeBucket('eu-west-1')

/** Starts an emulated S3 with one object, and makes a client of AWS's SDK for it. */
async function client(more: object = {}): Promise<S3Client> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a b&c.txt'), 'content')
  const { origin } = await serveHere(serveS3(bucket, { origin: folderOrigin(folder), now: systemClock.now }))
  return new S3Client({ ...bucket, endpoint: origin, forcePathStyle: true, maxAttempts: 1, ...more })
}

const object = { Bucket: bucket.name, Key: 'a b&c.txt' }

test('requests of the SDK, signed in their headers, look at objects and read them', async () => {
  const s3 = await client()
  const { VersionId, ContentLength, ContentType } = await s3.send(new HeadObjectCommand(object))
  expect({ ContentLength, ContentType }).toEqual({ ContentLength: 7, ContentType: 'text/plain; charset=utf-8' })
  const { Body } = await s3.send(new GetObjectCommand({ ...object, VersionId }))
  expect(await Body?.transformToString()).toBe('content')
})

test('what is missing is 404, in any form', async () => {
  const s3 = await client()
  const names = { NotFound: { ...object, Key: 'none' }, NoSuchVersion: { ...object, VersionId: 'none' } }
  await expect(s3.send(new HeadObjectCommand(names.NotFound))).rejects.toMatchObject({ name: 'NotFound' })
  await expect(s3.send(new GetObjectCommand(names.NoSuchVersion))).rejects.toMatchObject({ name: 'NoSuchVersion' })
})

test.each<[string, object]>([
  ['another key id', { credentials: { ...bucket.credentials, accessKeyId: 'guessed' } }],
  ['another secret', { credentials: { ...bucket.credentials, secretAccessKey: 'guessed' } }],
  ['another session token', { credentials: { ...bucket.credentials, sessionToken: 'guessed' } }],
  ['no session token', { credentials: { accessKeyId: bucket.credentials.accessKeyId, secretAccessKey: 'x' } }],
  ['another Region', { region: 'us-east-1' }],
  ['a clock that is an hour late', { systemClockOffset: -3_600_000 }],
])('a request that is signed with %s is refused', async (_, more) => {
  const s3 = await client(more)
  await expect(s3.send(new GetObjectCommand(object))).rejects.toMatchObject({
    $metadata: { httpStatusCode: expect.toSatisfy(status => status === 403 || status === 400) },
  })
})

test('a write is refused', async () => {
  const s3 = await client()
  await expect(s3.send(new PutObjectCommand({ ...object, Body: 'x' }))).rejects.toMatchObject({
    name: 'MethodNotAllowed',
  })
})

test('a signed request that was changed afterwards is refused', async () => {
  const s3 = await client()
  let sent: { method: string; path: string; query: object; headers: Record<string, string> } | undefined
  s3.middlewareStack.add(
    next => async args => {
      sent = args.request as typeof sent
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await s3.send(new HeadObjectCommand({ ...object, VersionId: 'v' })).catch(() => undefined)
  const { path = '', headers = {} } = sent ?? {}
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const request = { method: 'HEAD', target: `${path}?versionId=v`, headers: lower, now: systemClock.now() }
  const codeOf = async (change: object) => (await checkSignedRequest({ ...request, ...change }, bucket))?.code
  expect(await codeOf({})).toBeUndefined()
  expect(await codeOf({ method: 'GET' })).toBe('SignatureDoesNotMatch')
  expect(await codeOf({ target: `${path}x?versionId=v` })).toBe('SignatureDoesNotMatch')
  expect(await codeOf({ target: `${path}?versionId=w` })).toBe('SignatureDoesNotMatch')
  expect(await codeOf({ target: `${path}?versionId=v&x=y` })).toBe('SignatureDoesNotMatch')
  expect(await codeOf({ headers: { ...lower, host: 'other' } })).toBe('SignatureDoesNotMatch')
  expect(await codeOf({ headers: { ...lower, 'x-amz-more': 'x' } })).toBe('AccessDenied')
  expect(await codeOf({ headers: { ...lower, authorization: 'AWS4-HMAC-SHA256 x' } })).toBe(
    'AuthorizationHeaderMalformed',
  )
  expect(await codeOf({ now: (systemClock.now() + 16 * 60_000) as EpochMs })).toBe('RequestTimeTooSkewed')
})
