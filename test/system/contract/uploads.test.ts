import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../../client/client.ts'
import { s3Objects } from '../../../api/adapters/s3-objects.ts'
import { s3Requests } from '../../../api/adapters/s3-requests.ts'
import { s3Uploads } from '../../../api/adapters/s3-uploads.ts'
import type { Part, S3Upload, UploadBucket } from '../../../api/uploads/ports.ts'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import { multipart } from '../../../emulator/s3/multipart.ts'
import { s3Origin } from '../../../emulator/s3/origin.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import { versionedObjects } from '../../../emulator/s3/versioned-objects.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { testUploads } from '../../support/api/uploads.ts'
import { onSwift } from '../../support/content/swift-s3.ts'

/** An S3 on which files are uploaded. */
interface Place {
  readonly bucket: UploadBucket
  /** Returns the SHA-256 of an object, and how many versions it has: one where there are no versions. */
  look(key: ObjectKey): Promise<readonly [sha256: string, versions: number]>
}

const base64Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')
const partOf = (number: number, content: Uint8Array): Part => ({
  number,
  bytes: content.length,
  sha256: base64Of(content),
})
const contents = [randomBytes(5 * 1024 ** 2), randomBytes(1000)] as const
const whole = Buffer.concat(contents)

async function begin({ bucket }: Place, key = `folder of ü/${randomUUID()}` as ObjectKey): Promise<S3Upload> {
  return { key, uploadId: await bucket.begin({ key, type: 'text/plain' }) }
}

/** Signs a part as of `age` seconds ago, for a minute. */
function sign({ bucket }: Place, upload: S3Upload, { age = 0, ...part }: Part & { readonly age?: number }) {
  const from = plusSeconds(secondsOf(systemClock.now()), -age)
  return bucket.sign(upload, part, { from, until: plusSeconds(from, 60) })
}

async function put(url: string, headers: Readonly<Record<string, string>>, body: Uint8Array<ArrayBuffer>) {
  const response = await fetch(url, { method: 'PUT', headers, body })
  const [, code = ''] = /<Code>(\w+)</.exec(await response.text()) ?? []
  return `${response.status} ${code}`.trim()
}

async function send(place: Place, upload: S3Upload): Promise<void> {
  for (const [index, content] of contents.entries()) {
    const { url, headers } = await sign(place, upload, partOf(index + 1, content))
    assert.equal(await put(url, headers, content), '200')
  }
}

async function arrived({ bucket }: Place, upload: S3Upload) {
  const parts = await bucket.arrived(upload)
  assert.ok(parts !== 'gone')
  return parts
}

async function upload(place: Place, key?: ObjectKey, replace = false) {
  const begun = await begin(place, key)
  await send(place, begun)
  return { begun, made: await place.bucket.complete(begun, await arrived(place, begun), replace) }
}

type Contract = Readonly<Record<string, (place: Place) => Promise<void>>>

/** What uploads rely on in an S3, as far as swift keeps it, too. */
const contract: Contract = {
  async 'makes one object of the parts that were sent, in their order'(place) {
    const { begun, made } = await upload(place)
    assert.equal(typeof made, 'object')
    assert.deepEqual(await place.look(begun.key), [base64Of(whole), 1])
  },
  async 'says which parts have arrived, and takes one again'(place) {
    const begun = await begin(place)
    assert.deepEqual(await arrived(place, begun), [])
    await send(place, begun)
    await send(place, begun)
    const parts = await arrived(place, begun)
    assert.deepEqual(
      parts.map(({ number, bytes }) => [number, bytes]),
      contents.map(({ length }, index) => [index + 1, length]),
    )
  },
  async 'makes one object of two requests at once to complete it'(place) {
    const begun = await begin(place)
    await send(place, begun)
    const parts = await arrived(place, begun)
    const made = await Promise.allSettled([1, 2].map(async () => place.bucket.complete(begun, parts, false)))
    assert.ok(made.some(each => each.status === 'fulfilled' && typeof each.value === 'object'))
    assert.deepEqual(await place.look(begun.key), [base64Of(whole), 1])
  },
  async 'takes a signed part under no other key, number or upload, and with no other size, checksum or time'(place) {
    const [begun, other] = [await begin(place), await begin(place)]
    const [, content] = contents
    const { url, headers } = await sign(place, begun, partOf(2, content))
    const foreign = `uploadId=${encodeURIComponent(other.uploadId)}`
    const changed = {
      key: await put(url.replace(/%C3%BC\/[^?]*/, '%C3%BC/other'), headers, content),
      number: await put(url.replace('partNumber=2', 'partNumber=1'), headers, content),
      upload: await put(url.replace(/uploadId=[^&]*/, foreign), headers, content),
      size: await put(url, headers, content.subarray(1)),
      checksum: await put(url, { 'x-amz-checksum-sha256': base64Of(whole) }, content),
    }
    for (const [what, answer] of Object.entries(changed)) assert.equal(answer, '403 SignatureDoesNotMatch', what)
    assert.match(await put(url, {}, content), /^403 (SignatureDoesNotMatch|AccessDenied)$/)
    const expired = await sign(place, begun, { ...partOf(2, content), age: 61 })
    assert.equal(await put(expired.url, headers, content), '403 AccessDenied')
    assert.deepEqual(await arrived(place, begun), [])
    assert.equal(await put(url, headers, content), '200')
  },
  async 'takes nothing after an upload was aborted'(place) {
    const begun = await begin(place)
    const { url, headers } = await sign(place, begun, partOf(2, contents[1]))
    await place.bucket.abort(begun)
    assert.equal(await put(url, headers, contents[1]), '404 NoSuchUpload')
    assert.equal(await place.bucket.arrived(begun), 'gone')
    assert.equal(await place.bucket.complete(begun, [{ ...partOf(1, contents[1]), etag: '"0"' }], false), 'gone')
    await place.bucket.abort(begun)
  },
}

/**
 * What swift 2.30 does in another way: it takes parts for an upload that was completed, compares no part with its checksum, names no version, and
 * refuses to replace an object with another code.
 */
const onlyS3: Contract = {
  async 'takes nothing after an upload was completed'(place) {
    const { begun } = await upload(place)
    const { url, headers } = await sign(place, begun, partOf(2, contents[1]))
    assert.equal(await put(url, headers, contents[1]), '404 NoSuchUpload')
    assert.equal(await place.bucket.arrived(begun), 'gone')
    assert.equal(await place.bucket.complete(begun, [{ ...partOf(1, contents[1]), etag: '"0"' }], false), 'gone')
    await place.bucket.abort(begun)
    assert.deepEqual(await place.look(begun.key), [base64Of(whole), 1])
  },
  async 'takes no other bytes than those of the checksum, and lists it'(place) {
    const begun = await begin(place)
    const { url, headers } = await sign(place, begun, partOf(2, contents[1]))
    const otherBytes = contents[1].map(byte => byte ^ 1)
    assert.equal(await put(url, headers, otherBytes), '400 BadDigest')
    await send(place, begun)
    assert.deepEqual(
      (await arrived(place, begun)).map(({ sha256 }) => sha256),
      contents.map(base64Of),
    )
  },
  async 'makes nothing of a part that was sent again since it was listed'(place) {
    const begun = await begin(place)
    await send(place, begun)
    const parts = await arrived(place, begun)
    const content = Buffer.from('other')
    const { url, headers } = await sign(place, begun, partOf(2, content))
    assert.equal(await put(url, headers, content), '200')
    assert.equal(await place.bucket.complete(begun, parts, false), 'changed')
    assert.equal(typeof (await place.bucket.complete(begun, await arrived(place, begun), false)), 'object')
  },
  async 'replaces no object, unless it is asked to, and names the version'(place) {
    const { begun } = await upload(place)
    assert.equal((await upload(place, begun.key)).made, 'exists')
    assert.equal((await place.look(begun.key))[1], 1)
    const { made } = await upload(place, begun.key, true)
    assert.ok(typeof made === 'object' && made.versionId !== undefined)
    assert.equal((await place.look(begun.key))[1], 2)
  },
}

describe('the emulated S3', () => {
  /** With `before`, S3 waits for it each time before it makes an object. */
  async function emulated(before: () => Promise<unknown> = async () => undefined) {
    const data = temporaryFolder()
    const kept = versionedObjects(data, folderObjects(temporaryFolder()), systemClock.now)
    const objects = {
      ...kept,
      put: async (...args: Parameters<typeof kept.put>) => (await before(), kept.put(...args)),
    }
    const bucket = makeBucket('us-east-1')
    const content = { origin: s3Origin(objects), multipart: multipart(objects), now: systemClock.now }
    const { origin: endpoint } = await serveHere(serveS3(bucket, content))
    const s3 = { ...bucket, endpoint, forcePathStyle: true }
    const client = new S3Client(s3)
    async function look(key: ObjectKey): Promise<readonly [string, number]> {
      const files = globSync('versions/*.json', { cwd: data }).map(file => readFileSync(join(data, file), 'utf8'))
      const versions = files.filter(text => (JSON.parse(text) as { key: string }).key === key)
      return [await hashOf(client, { Bucket: 'content', Key: key }), versions.length]
    }
    return { bucket: s3Uploads('content', s3), look, objects: s3Objects(s3Requests('content', s3)) }
  }
  test.each(Object.entries({ ...contract, ...onlyS3 }))('%s', async (_, check) => check(await emulated()))

  test('takes longer to make an object than the API waits: the client goes on until it is there, and ends nothing', async () => {
    const [holds, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const place = await emulated(() => (holds.resolve(), released.promise))
    const late = holds.promise.then(() => Promise.reject(new Error('12 s have passed')))
    const completing: Promise<unknown>[] = []
    const api = testUploads({
      clock: systemClock,
      bucket: {
        ...place.bucket,
        async complete(...args) {
          const made = place.bucket.complete(...args)
          return completing.push(made) === 1 ? Promise.race([made, late]) : made
        },
      },
    })
    const answers: string[] = []
    const client = createClient({
      origin: 'https://api.example',
      token: () => 't',
      async fetch(url, { method = '', body, headers }) {
        const path = new URL(url).pathname
        const request = { headers: headers as Record<string, string>, ...(typeof body === 'string' && { body }) }
        const { status, ...answer } = await api.call(method, path, request)
        answers.push(`${method} ${path.split('/').at(-1)} ${status} ${answer.headers['retry-after'] ?? ''}`.trim())
        return new Response(status === 204 ? null : JSON.stringify(answer.body), { status, headers: answer.headers })
      },
      // Only after S3 has refused the second request.
      wait: async () => void (completing.length > 1 && (released.resolve(), await completing[0])),
    })
    const { key } = await client.upload(new Blob([whole]), { filename: 'a.bin' })
    expect(await place.look(key as ObjectKey)).toEqual([base64Of(whole), 1])
    expect(answers.slice(2)).toEqual(['POST complete 503 5', 'POST complete 503 5', 'POST complete 200'])
  })

  test('says of a file that a link took its name, and the checksum over those of its parts', async () => {
    const place = await emulated()
    const key = `r/received/${'a'.repeat(22)}/${'b'.repeat(22)}` as ObjectKey
    const begun = { key, uploadId: await place.bucket.begin({ key, filename: 'Röntgen 1.pdf' }) }
    await send(place, begun)
    await place.bucket.complete(begun, await arrived(place, begun), false)
    const found = await place.objects.look({ key })
    const sha256 = base64Of(Buffer.concat(contents.map(each => Buffer.from(base64Of(each), 'base64'))))
    assert.ok(found !== 'missing')
    expect(found.received).toMatchObject({ filename: 'Röntgen 1.pdf', sha256 })
  })

  test('lists more parts than are on one page', async () => {
    const place = await emulated()
    const begun = await begin(place)
    const content = randomBytes(1)
    for (let number = 1; number <= 1001; number += 1) {
      const { url, headers } = await sign(place, begun, partOf(number, content))
      await put(url, headers, content)
    }
    expect((await arrived(place, begun)).map(({ number }) => number)).toEqual(
      Array.from({ length: 1001 }, (_, index) => index + 1),
    )
  })
})

async function hashOf(client: S3Client, at: { readonly Bucket: string; readonly Key: string }): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand(at))
  return base64Of((await Body?.transformToByteArray()) ?? Buffer.of())
}

onSwift(s3 => {
  let place: Place
  beforeAll(async () => {
    const [config, at] = [{ ...s3(), forcePathStyle: true }, { Bucket: 'uploads' }]
    const client = new S3Client(config)
    await client.send(new CreateBucketCommand(at))
    const bucket = s3Uploads('uploads', config)
    place = { bucket, look: async key => [await hashOf(client, { ...at, Key: key }), 1] }
  })
  test.each(Object.entries(contract))('%s', async (_, check) => check(place))
})
