import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, test } from 'vitest'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import { s3Origin } from '../../../emulator/s3/origin.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import { attachmentNamed, type ObjectKey, parseVersionId, type VersionId } from '../../../shared/object-key.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { onSwift } from '../../support/content/swift-s3.ts'

/** An S3 with the credentials that may sign for it. */
interface S3 {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** What it says of an object that does not exist: 404 only to a signer who may list the bucket, which the role of the exchange may not. */
  readonly missing: { readonly status: number; readonly code: string }
}

const bucket = 'content'
const objects = ['plain.txt', 'with space.txt', 'a+b&c=d;e.txt', `100%25 "it's" (here)!.txt`, 'folder/😀/日本語.txt']
const contents = new Map(objects.map(key => [key, randomBytes(1000).toString('hex')]))

/** Signs a URL for an object as of `age` seconds ago, valid for ten seconds. */
async function urlFor(s3: S3, key: string, { filename, age = 0 }: { filename?: string; age?: number } = {}) {
  const presign = await s3Presigner(bucket, s3).ready()
  const from = plusSeconds(secondsOf(systemClock.now()), -age)
  const object = { key: key as ObjectKey, ...(filename !== undefined && { filename }) }
  return presign(object, { from, until: plusSeconds(from, 10) })
}

async function get(url: string, init?: RequestInit) {
  const response = await fetch(url, init)
  return { status: response.status, body: await response.text(), name: response.headers.get('content-disposition') }
}

/** How S3 responds to presigned URLs. */
const contract: Readonly<Record<string, (s3: S3) => Promise<void>>> = {
  async 'serves each object whole, with any key and any file name'(s3) {
    for (const [key, content] of contents) {
      const filename = `name of ${key.replaceAll('/', '_')}`
      expect(await get(await urlFor(s3, key, { filename }))).toEqual({
        status: 200,
        body: content,
        name: attachmentNamed(filename),
      })
    }
  },
  async 'serves a range of an object'(s3) {
    const { status, body } = await get(await urlFor(s3, 'plain.txt'), { headers: { range: 'bytes=2-4' } })
    expect({ status, body }).toEqual({ status: 206, body: contents.get('plain.txt')?.slice(2, 5) })
  },
  async 'refuses a URL that was changed'(s3) {
    const url = await urlFor(s3, 'plain.txt', { filename: 'a' })
    const changed = [
      url.replace('plain.txt', 'with%20space.txt'),
      url.replace('X-Amz-Expires=10', 'X-Amz-Expires=20'),
      url.replace(/Signature=./, match => `Signature=${match.endsWith('0') ? '1' : '0'}`),
      url.replace('x-id=GetObject', 'x-id=PutObject'),
      `${url}&response-content-type=text%2Fhtml`,
    ]
    for (const each of changed) {
      expect(await get(each)).toMatchObject({ status: 403, body: expect.stringContaining('SignatureDoesNotMatch') })
    }
    expect((await get(url, { method: 'HEAD' })).status).toBe(403)
  },
  async 'refuses an expired URL'(s3) {
    const url = await urlFor(s3, 'plain.txt', { age: 11 })
    expect(await get(url)).toMatchObject({ status: 403, body: expect.stringContaining('Request has expired') })
  },
  async 'refuses a URL that was signed with another key'(s3) {
    const credentials = { ...s3.credentials, secretAccessKey: 'guessed' }
    expect((await get(await urlFor({ ...s3, credentials }, 'plain.txt'))).status).toBe(403)
  },
  async 'refuses a URL without a signature'(s3) {
    expect((await get(`${s3.endpoint}/${bucket}/plain.txt`)).status).toBeGreaterThanOrEqual(400)
  },
  async 'responds as to its signer if the object does not exist'(s3) {
    const { status, code } = s3.missing
    const body = expect.stringContaining(`<Code>${code}</Code>`)
    expect(await get(await urlFor(s3, 'none'))).toMatchObject({ status, body })
  },
}

describe('the emulated S3', () => {
  test.each(Object.entries(contract))('%s', async (_, check) => {
    const folder = temporaryFolder()
    for (const [key, content] of contents) {
      mkdirSync(dirname(join(folder, key)), { recursive: true })
      writeFileSync(join(folder, key), content)
    }
    const s3 = makeBucket('us-east-1')
    const { origin } = await serveHere(serveS3(s3, { origin: s3Origin(folderObjects(folder)), now: systemClock.now }))
    await check({ ...s3, endpoint: origin, missing: { status: 403, code: 'AccessDenied' } })
  })
})

onSwift(s3 => {
  beforeAll(async () => {
    const client = new S3Client(s3())
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    for (const [key, content] of contents) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }))
    }
    client.destroy()
  })
  test.each(Object.entries(contract))('%s', async (_, check) =>
    check({ ...s3(), missing: { status: 404, code: 'NoSuchKey' } }),
  )

  test('serves the version that the URL names, after an overwrite and a delete marker, and no deleted one', async () => {
    const client = new S3Client(s3())
    const at = { Bucket: 'versions', Key: 'report.pdf' }
    await client.send(new CreateBucketCommand(at))
    await client.send(new PutBucketVersioningCommand({ ...at, VersioningConfiguration: { Status: 'Enabled' } }))
    const write = async (Body: string) =>
      parseVersionId((await client.send(new PutObjectCommand({ ...at, Body }))).VersionId!)
    const [first, second] = [await write('first'), await write('second')]
    const presign = await s3Presigner('versions', s3()).ready()
    const from = secondsOf(systemClock.now())
    const read = async (versionId: VersionId | undefined) =>
      get(
        await presign(
          { key: at.Key as ObjectKey, filename: 'a', ...(versionId && { versionId }) },
          { from, until: plusSeconds(from, 30) },
        ),
      )
    expect(await read(first)).toMatchObject({ status: 200, body: 'first', name: attachmentNamed('a') })
    expect(await read(undefined)).toMatchObject({ status: 200, body: 'second' })
    await client.send(new DeleteObjectCommand(at))
    expect(await read(first)).toMatchObject({ status: 200, body: 'first' })
    expect(await read(undefined)).toMatchObject({ status: 404 })
    await client.send(new DeleteObjectCommand({ ...at, VersionId: first }))
    expect(await read(first)).toMatchObject({ status: 404 })
    expect(await read(second)).toMatchObject({ status: 200, body: 'second' })
    client.destroy()
  })
})
