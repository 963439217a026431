import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { describe, test } from 'vitest'
import { s3Objects } from '../../../api/adapters/s3-objects.ts'
import { s3Requests } from '../../../api/adapters/s3-requests.ts'
import type { StoredObjects } from '../../../api/ports.ts'
import { type ObjectKey, parseVersionId, type VersionId } from '../../../shared/object-key.ts'
import { memoryObjects } from '../../support/api/memory-objects.ts'
import { onSwift, type SwiftS3 } from '../../support/content/swift-s3.ts'

/** A bucket with versions whose objects a test may change. */
interface Bucket {
  readonly objects: StoredObjects
  /** Writes `size` bytes as `text/plain`; returns the version. */
  write(key: ObjectKey, size: number): Promise<VersionId>
  /** Adds a delete marker. */
  hide(key: ObjectKey): Promise<void>
  remove(key: ObjectKey, versionId: VersionId): Promise<void>
}

const newKey = () => `folder of ü/${randomUUID()}` as ObjectKey

/** What issuing relies on when it looks at objects. Every bucket runs all of it. */
const contract: Readonly<Record<string, (bucket: Bucket) => Promise<void>>> = {
  async 'without a version finds the latest one, with its size, ETag and media type'({ objects, write }) {
    const key = newKey()
    await write(key, 7)
    const versionId = await write(key, 8)
    const found = await objects.look({ key })
    assert.ok(found !== 'missing')
    assert.deepEqual(found, { versionId, size: 8, etag: found.etag, contentType: 'text/plain' })
    assert.match(found.etag ?? '', /^"[0-9a-f]{32}"$/)
  },
  async 'finds the version that is named, after another was written and after a delete marker'(bucket) {
    const key = newKey()
    const versionId = await bucket.write(key, 7)
    await bucket.write(key, 8)
    const expected = await bucket.objects.look({ key, versionId })
    assert.ok(expected !== 'missing')
    assert.equal(expected.size, 7)
    assert.equal(expected.versionId, versionId)
    await bucket.hide(key)
    assert.deepEqual(await bucket.objects.look({ key, versionId }), expected)
  },
  async 'finds nothing under a key with a delete marker'({ objects, write, hide }) {
    const key = newKey()
    await write(key, 7)
    await hide(key)
    assert.equal(await objects.look({ key }), 'missing')
  },
  async 'finds no version that was deleted, but those that remain'({ objects, write, remove }) {
    const key = newKey()
    const remaining = await write(key, 7)
    const deleted = await write(key, 8)
    await remove(key, deleted)
    assert.equal(await objects.look({ key, versionId: deleted }), 'missing')
    assert.notEqual(await objects.look({ key, versionId: remaining }), 'missing')
  },
  // Not every S3 responds in the same way to an id that it never makes: see test/unit/api/s3-objects.test.ts.
  async 'finds no version of another object'({ objects, write }) {
    const key = newKey()
    await write(key, 7)
    assert.equal(await objects.look({ key, versionId: await write(newKey(), 8) }), 'missing')
  },
}

const cases = Object.entries(contract)

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => {
    const objects = memoryObjects()
    await check({
      objects,
      async write(key, size) {
        const versionId = randomUUID() as string as VersionId
        objects.write(key, { versionId, size, etag: `"${'0'.repeat(32)}"`, contentType: 'text/plain' })
        return versionId
      },
      hide: async key => objects.hide(key),
      remove: async (key, versionId) => objects.remove(key, versionId),
    })
  })
})

/** Makes a bucket on an S3, with versions unless `versions` is false. */
async function bucketOn(s3: SwiftS3, { versions }: { versions: boolean }): Promise<Bucket> {
  const config = { ...s3, forcePathStyle: true }
  const client = new S3Client(config)
  const at = { Bucket: `bucket-${randomUUID()}` }
  await client.send(new CreateBucketCommand(at))
  if (versions) {
    await client.send(new PutBucketVersioningCommand({ ...at, VersioningConfiguration: { Status: 'Enabled' } }))
  }
  return {
    objects: s3Objects(s3Requests(at.Bucket, config)),
    async write(key, size) {
      const body = { Body: 'x'.repeat(size), ContentType: 'text/plain' }
      const { VersionId = '' } = await client.send(new PutObjectCommand({ ...at, Key: key, ...body }))
      return parseVersionId(VersionId)!
    },
    hide: async key => void (await client.send(new DeleteObjectCommand({ ...at, Key: key }))),
    remove: async (key, VersionId) => void (await client.send(new DeleteObjectCommand({ ...at, Key: key, VersionId }))),
  }
}

onSwift(s3 => {
  test.each(cases)('%s', async (_, check) => check(await bucketOn(s3(), { versions: true })))

  test('in a bucket without versions, an object has no version', async () => {
    const { objects, write } = await bucketOn(s3(), { versions: false })
    const key = newKey()
    await write(key, 7)
    const found = await objects.look({ key })
    assert.ok(found !== 'missing')
    assert.deepEqual(found, { size: 7, etag: found.etag, contentType: 'text/plain' })
  })
})
