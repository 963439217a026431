import { writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { systemClock } from '../../../shared/aws/process.ts'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import type { ObjectStore } from '../../../emulator/s3/object-store.ts'
import { type Origin, s3Origin } from '../../../emulator/s3/origin.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import { versionedObjects } from '../../../emulator/s3/versioned-objects.ts'
import { assert } from '../../../shared/errors.ts'
import type { Clock } from '../../../shared/time.ts'
import { temporaryFolder } from '../machine/folder.ts'
import { serveHere } from '../machine/serve.ts'
import type { SwiftS3 } from './swift-s3.ts'

/** A bucket behind S3's API, and as CloudFront's origin. */
export interface TestBucket {
  readonly name: string
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; sessionToken?: string }
  readonly origin: Origin
}

/** A bucket that a test writes to. */
export interface Place extends TestBucket {
  write(key: string, content: string): Promise<void>
}

/** A bucket with versions that a test deletes from. */
export interface VersionedPlace extends Place {
  /** Deletes an object as S3 does without a version: adds a delete marker. */
  deleteObject(key: string): Promise<void>
  deleteVersion(key: string, versionId: string): Promise<void>
}

/** Starts the emulator's S3 on a folder, by default an empty one, whose files are written in place and replaced in turn. */
export async function folderPlace(folder = temporaryFolder()): Promise<Place> {
  let writes = 0
  async function write(key: string, content: string): Promise<void> {
    const [file, draft] = [join(folder, key), join(folder, `${key}.${(writes += 1)}`)]
    if (writes % 2 === 0) return writeFile(file, content)
    writeFileSync(draft, content)
    await rename(draft, file)
  }
  return { ...(await emulatedS3(folderObjects(folder))), write }
}

/** Starts the emulator's S3 on uploads. */
export async function uploadsPlace(clock: Clock = systemClock): Promise<VersionedPlace> {
  const objects = versionedObjects(temporaryFolder(), folderObjects(temporaryFolder()), clock.now)
  return {
    ...(await emulatedS3(objects, clock)),
    async write(key, content) {
      const draft = await objects.receive(Readable.from([Buffer.from(content)]), Infinity)
      assert(draft, 'no content is too long')
      await objects.put(key, [draft], { etag: `"${draft.md5}"`, contentType: 'text/plain', mustBeNew: false })
    },
    deleteObject: async key => void (await objects.addDeleteMarker(key)),
    deleteVersion: objects.deleteVersion,
  }
}

async function emulatedS3(objects: ObjectStore, clock: Clock = systemClock): Promise<TestBucket> {
  const [bucket, origin] = [makeBucket('us-east-1'), s3Origin(objects)]
  const { origin: endpoint } = await serveHere(serveS3(bucket, { origin, now: clock.now }))
  return { ...bucket, endpoint, origin }
}

/** Makes a bucket with versions in swift. CloudFront's origin is swift, too. */
export async function swiftPlace(s3: SwiftS3, name: string): Promise<VersionedPlace> {
  const client = new S3Client({ ...s3, forcePathStyle: true })
  const { endpoint, region, credentials } = s3
  await client.send(new CreateBucketCommand({ Bucket: name }))
  const versioning = { Status: 'Enabled' } as const
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: versioning }))
  const object = (key: string) => ({ Bucket: name, Key: key })
  return {
    name,
    endpoint,
    region,
    credentials,
    origin: remoteOrigin(client, name),
    async write(key, content) {
      await client.send(new PutObjectCommand({ ...object(key), Body: content }))
    },
    async deleteObject(key) {
      await client.send(new DeleteObjectCommand(object(key)))
    },
    async deleteVersion(key, VersionId) {
      await client.send(new DeleteObjectCommand({ ...object(key), VersionId }))
    },
  }
}

/** Passes requests on to an S3, signed, as CloudFront does with origin access control. */
function remoteOrigin(client: S3Client, bucket: string): Origin {
  return async ({ method, target, headers }) => {
    const { pathname, searchParams } = new URL(target, 'http://origin')
    const object = {
      Bucket: bucket,
      Key: decodeURIComponent(pathname.slice(1)),
      VersionId: searchParams.get('versionId') ?? undefined,
      ResponseContentDisposition: searchParams.get('response-content-disposition') ?? undefined,
    }
    const command = method === 'GET' ? new GetObjectCommand(object) : new HeadObjectCommand(object)
    const url = await getSignedUrl(client, command, { expiresIn: 60 })
    const sent = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const response = await fetch(url, { method, headers: Object.fromEntries(sent) })
    const { connection: _, 'transfer-encoding': __, ...received } = Object.fromEntries(response.headers)
    const body = response.body === null ? undefined : Readable.fromWeb(response.body as never)
    return { status: response.status, headers: received, ...(body && { body }) }
  }
}
