import { execFile } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  PutBucketVersioningCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { beforeAll, describe, expect, test } from 'vitest'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import { multipart } from '../../../emulator/s3/multipart.ts'
import { s3Origin } from '../../../emulator/s3/origin.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import { versionedObjects } from '../../../emulator/s3/versioned-objects.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { awsEnvironment, missingPython, python } from '../../support/machine/python.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { onSwift } from '../../support/content/swift-s3.ts'

const mebibyte = 1024 ** 2
const name = 'content'

const hash = (algorithm: 'md5' | 'sha256', body: Buffer | string) => createHash(algorithm).update(body).digest()
const sha256 = (body: Buffer | string) => hash('sha256', body).toString('base64')

/** An S3 with the credentials that may sign for it. */
interface S3 {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Whether it knows checksums of parts; if not, it only checks that they are as they were signed. @default true */
  readonly knowsChecksums?: boolean
  /** Seconds since URLs were signed. @default 0 */
  readonly age?: number
}

/** Has an S3 take uploads in parts to a fresh key, as the API and its callers do. */
function upload({ knowsChecksums = true, age = 0, ...config }: S3, key = `folder of ü/a+b & ${randomUUID()}.bin`) {
  const client = new S3Client({
    ...config,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const at = { Bucket: name, Key: key }
  return {
    at,
    client,
    async begin(more: object = { ChecksumAlgorithm: 'SHA256' }): Promise<string> {
      const { UploadId } = await client.send(
        new CreateMultipartUploadCommand({ ...at, ContentType: 'text/x-log', ...more }),
      )
      return UploadId!
    },
    /** Presigns one part for 900 s, as the API does. */
    async sign(UploadId: string, PartNumber: number, body: Buffer | string): Promise<string> {
      const part = { ...at, UploadId, PartNumber, ContentLength: body.length, ChecksumSHA256: sha256(body) }
      const unhoistableHeaders = new Set(['x-amz-checksum-sha256'])
      const signingDate = new Date(systemClock.now() - age * 1000)
      return getSignedUrl(client, new UploadPartCommand(part), { unhoistableHeaders, signingDate, expiresIn: 900 })
    },
    async send(UploadId: string, PartNumber: number, body: Buffer | string): Promise<CompletedPart> {
      const response = await put(await this.sign(UploadId, PartNumber, body), body)
      expect(response.status, response.text).toBe(200)
      return {
        PartNumber,
        ETag: response.headers.get('etag')!,
        ...(knowsChecksums && { ChecksumSHA256: sha256(body) }),
      }
    },
    complete: (UploadId: string, Parts: CompletedPart[], more: object = {}) =>
      client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts }, ...more })),
    list: (UploadId: string, more: object = {}) => client.send(new ListPartsCommand({ ...at, UploadId, ...more })),
    abort: (UploadId: string) => client.send(new AbortMultipartUploadCommand({ ...at, UploadId })),
    async read(VersionId?: string): Promise<Buffer> {
      const { Body } = await client.send(new GetObjectCommand({ ...at, VersionId }))
      return Buffer.from(await Body!.transformToByteArray())
    },
  }
}

/** Sends a part, by default with the headers that its signature names. */
async function put(url: string, body: Buffer | string, headers: object = { 'x-amz-checksum-sha256': sha256(body) }) {
  const response = await fetch(url, { method: 'PUT', body: body as string, headers: { ...headers } })
  const text = await response.text()
  const code = `${response.status} ${/<Code>(\w+)/.exec(text)?.[1] ?? ''}`.trim()
  return { status: response.status, headers: response.headers, text, code }
}

const missing = { name: 'NoSuchUpload' }

/** What the API relies on. */
const contract: Readonly<Record<string, (s3: S3) => Promise<void>>> = {
  async 'makes one object of parts that arrived in any order, the last of any size'(s3) {
    const { at, client, begin, read, ...file } = upload(s3)
    const [one, two] = [randomBytes(5 * mebibyte), randomBytes(1000)]
    const id = await begin()
    const last = await file.send(id, 2, two)
    const first = await file.send(id, 1, one)
    const { ETag, VersionId } = await file.complete(id, [first, last])
    expect(ETag).toBe(`"${hash('md5', Buffer.concat([hash('md5', one), hash('md5', two)])).toString('hex')}-2"`)
    expect((await read(VersionId)).equals(Buffer.concat([one, two]))).toBe(true)
    const across = await client.send(
      new GetObjectCommand({ ...at, Range: `bytes=${one.length - 5}-${one.length + 4}` }),
    )
    const bytes = Buffer.concat([one.subarray(-5), two.subarray(0, 5)])
    expect(await across.Body?.transformToByteArray()).toEqual(new Uint8Array(bytes))
    const head = { ContentType: 'text/x-log', ContentLength: one.length + two.length, ETag }
    expect(await client.send(new HeadObjectCommand(at))).toMatchObject(head)
  },
  async 'has one part at least, also without bytes'(s3) {
    const file = upload(s3)
    const id = await file.begin()
    await file.complete(id, [await file.send(id, 1, '')])
    expect(await file.read()).toHaveLength(0)
  },
  async 'goes on with what has arrived, and keeps the last of two parts with one number'(s3) {
    const file = upload(s3)
    const [old, one] = [randomBytes(5 * mebibyte), randomBytes(5 * mebibyte)]
    const id = await file.begin()
    await file.send(id, 1, old)
    await file.send(id, 1, one)
    const again = upload(s3, file.at.Key)
    const { Parts = [] } = await again.list(id)
    expect(Parts).toMatchObject([{ PartNumber: 1, Size: one.length, ETag: `"${hash('md5', one).toString('hex')}"` }])
    const first = Parts.map(({ PartNumber, ETag, ChecksumSHA256 }) => ({ PartNumber, ETag, ChecksumSHA256 }))
    const parts = [...first, await again.send(id, 2, 'two')]
    await again.complete(id, parts)
    expect((await again.read()).equals(Buffer.concat([one, Buffer.from('two')]))).toBe(true)
  },
  async 'refuses a part that is not as it was signed'(s3) {
    const file = upload(s3)
    const id = await file.begin()
    const url = await file.sign(id, 1, 'part')
    const other = await upload(s3).begin()
    const late = upload({ ...s3, age: 901 }, file.at.Key)
    const mismatch = '403 SignatureDoesNotMatch'
    expect((await put(url, 'part+')).code).toBe(mismatch)
    expect((await put(url, 'PART')).code).toBe(mismatch)
    expect((await put(url, 'part', {})).code).toBe(mismatch)
    expect((await put(url.replace('partNumber=1', 'partNumber=2'), 'part')).code).toBe(mismatch)
    expect((await put(url.replace(id, other), 'part')).code).toBe(mismatch)
    expect((await put(url.replace('.bin', '.exe'), 'part')).code).toBe(mismatch)
    expect((await put(url.replace('Expires=900', 'Expires=901'), 'part')).code).toBe(mismatch)
    expect((await put(await late.sign(id, 1, 'part'), 'part')).code).toBe('403 AccessDenied')
    expect((await fetch(url)).status).toBe(403)
    expect((await file.list(id)).Parts).toBeUndefined()
  },
  async 'is gone when it is aborted: nothing is listed, and nothing can be completed'(s3) {
    const file = upload(s3)
    const id = await file.begin()
    const part = await file.send(id, 1, 'part')
    await file.abort(id)
    await expect(file.list(id)).rejects.toMatchObject(missing)
    await expect(file.complete(id, [part])).rejects.toMatchObject(missing)
  },
  async 'refuses to complete with other parts, a wrong order, or a small part before the last'(s3) {
    const file = upload(s3)
    const id = await file.begin()
    const parts = [await file.send(id, 1, 'one'), await file.send(id, 2, 'two')]
    const [one, two] = parts as [CompletedPart, CompletedPart]
    const codeOf = async (list: CompletedPart[]) => file.complete(id, list).catch((error: Error) => error.name)
    expect(await codeOf([two, one])).toBe('InvalidPartOrder')
    expect(await codeOf([{ ...one, ETag: two.ETag }])).toBe('InvalidPart')
    expect(await codeOf([{ ...one, PartNumber: 3 }])).toBe('InvalidPart')
    expect(await codeOf([one, two])).toBe('EntityTooSmall')
    await file.complete(id, [two])
    expect((await file.read()).toString()).toBe('two')
  },
}

/** The emulated S3 above files of `folder`, with uploads in `data`. */
async function emulated(data = temporaryFolder()) {
  const folder = temporaryFolder()
  const objects = versionedObjects(data, folderObjects(folder), systemClock.now)
  const content = { origin: s3Origin(objects), multipart: multipart(objects), now: systemClock.now }
  const bucket = makeBucket('us-east-1')
  const { origin } = await serveHere(serveS3(bucket, content))
  return { ...bucket, endpoint: origin, folder, data, objects }
}

describe('the emulated S3', () => {
  test.each(Object.entries(contract))('%s', async (_, check) => check(await emulated()))

  test('refuses bytes that are not those of the checksum, and a checksum that is not signed', async () => {
    const file = upload(await emulated())
    const id = await file.begin()
    const url = await file.sign(id, 1, 'part')
    const checksum = { 'x-amz-checksum-sha256': sha256('part') }
    expect((await put(url, 'PART', checksum)).code).toBe('400 BadDigest')
    const unsigned = new UploadPartCommand({ ...file.at, UploadId: id, PartNumber: 1 })
    const open = await getSignedUrl(file.client, unsigned, { expiresIn: 900 })
    expect((await put(open, 'part', checksum)).text).toContain('headers present in the request which were not signed')
    // A checksum that the SDK has moved into the query is signed, but no checksum of the part (AWS, "Checking object integrity").
    const hoisted = new UploadPartCommand({ ...file.at, UploadId: id, PartNumber: 1, ChecksumSHA256: sha256('part') })
    const moved = await getSignedUrl(file.client, hoisted, { expiresIn: 900 })
    expect((await put(moved, 'other', {})).code).toBe('400 InvalidRequest')
    expect((await file.list(id)).Parts).toBeUndefined()
    const without = await file.begin({})
    expect((await put(await file.sign(without, 1, 'part'), 'part')).code).toBe('400 InvalidRequest')
  })

  test('has the checksums of parts and of the object, and requires those of parts', async () => {
    const file = upload(await emulated())
    const id = await file.begin()
    const part = await file.send(id, 1, 'part')
    expect((await file.list(id)).Parts).toMatchObject([{ ChecksumSHA256: sha256('part') }])
    const { ChecksumSHA256, ...without } = part
    await expect(file.complete(id, [without])).rejects.toMatchObject({ name: 'InvalidRequest' })
    const wrong = { ...part, ChecksumSHA256: sha256('other') }
    await expect(file.complete(id, [wrong])).rejects.toMatchObject({ name: 'InvalidPart' })
    const expected = `${sha256(Buffer.from(ChecksumSHA256!, 'base64'))}-1`
    const { VersionId, ...made } = await file.complete(id, [part])
    expect(made).toMatchObject({ ChecksumSHA256: expected })
    expect(await file.client.send(new HeadObjectCommand(file.at))).toMatchObject({ VersionId })
  })

  test('takes no part of an upload that is complete or aborted, or of another key', async () => {
    const s3 = await emulated()
    const file = upload(s3)
    const [aborted, complete] = [await file.begin(), await file.begin()]
    await file.abort(aborted)
    await file.complete(complete, [await file.send(complete, 1, 'part')])
    const other = await upload(s3).begin()
    for (const id of [aborted, complete, other]) {
      expect((await put(await file.sign(id, 1, 'part'), 'part')).code).toBe('404 NoSuchUpload')
      await expect(file.list(id)).rejects.toMatchObject(missing)
    }
  })

  test('refuses a request whose body is not the one that was signed', async () => {
    const file = upload(await emulated())
    const id = await file.begin({})
    const change = (text: string) => text.replace('<PartNumber>1<', '<PartNumber>2<').replace('part', 'PART')
    file.client.middlewareStack.add(
      next => async args => {
        const request = args.request as { body?: unknown }
        if (typeof request.body === 'string') request.body = change(request.body)
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    const wrong = { name: 'XAmzContentSHA256Mismatch' }
    const part = new UploadPartCommand({ ...file.at, UploadId: id, PartNumber: 1, Body: 'part' })
    await expect(file.client.send(part)).rejects.toMatchObject(wrong)
    await expect(file.complete(id, [{ PartNumber: 1, ETag: 'x' }])).rejects.toMatchObject(wrong)
  })

  test('with If-None-Match: * replaces no object, and keeps the upload', async () => {
    const s3 = await emulated()
    const file = upload(s3, 'k')
    writeFileSync(join(s3.folder, 'k'), 'from the start')
    const id = await file.begin()
    const parts = [await file.send(id, 1, 'new')]
    const isNew = { IfNoneMatch: '*' }
    await expect(file.complete(id, parts, isNew)).rejects.toMatchObject({ name: 'PreconditionFailed' })
    expect((await file.read()).toString()).toBe('from the start')
    await file.complete(id, parts)
    expect((await file.read()).toString()).toBe('new')
  })

  test('of many uploads that complete at once with If-None-Match: *, one is kept; of one that completes often, one version', async () => {
    const s3 = await emulated()
    const file = upload(s3)
    const bodies = Array.from({ length: 8 }, (_, index) => `upload ${index}`)
    const completing = bodies.map(async body => {
      const id = await file.begin()
      const parts = [await file.send(id, 1, body)]
      return () =>
        file.complete(id, parts, { IfNoneMatch: '*' }).then(
          () => body,
          (error: Error) => error.name,
        )
    })
    const ends = await Promise.all((await Promise.all(completing)).map(complete => complete()))
    const kept = ends.filter(end => end !== 'PreconditionFailed')
    expect(kept).toEqual([(await file.read()).toString()])
    const id = await file.begin()
    const parts = [await file.send(id, 1, randomBytes(5 * mebibyte)), await file.send(id, 2, 'end')]
    const again = bodies.map(() =>
      file.complete(id, parts).then(
        () => 'made',
        (error: Error) => error.name,
      ),
    )
    const others = (await Promise.all(again)).filter(end => end !== 'made')
    expect(others).toHaveLength(bodies.length - 1)
    for (const end of others) expect(end).toMatch(/^(NoSuchUpload|ConditionalRequestConflict)$/)
    // The other seven are open still, each with its part.
    expect(readdirSync(join(s3.data, 'incoming'))).toHaveLength(7)
  })

  test('lists many parts in pages', async () => {
    const file = upload(await emulated())
    const id = await file.begin()
    const numbers = Array.from({ length: 1001 }, (_, index) => 9 * index + 1)
    for (let sent = 0; sent < numbers.length; sent += 20) {
      await Promise.all(numbers.slice(sent, sent + 20).map(number => file.send(id, number, String(number))))
    }
    const pages: ListPartsCommandOutput[] = []
    // Not `paginateListParts`: S3's last page has a marker, too, and that of an empty one is 0, so that it begins again.
    do pages.push(await file.list(id, { PartNumberMarker: pages.at(-1)?.NextPartNumberMarker }))
    while (pages.at(-1)?.IsTruncated === true)
    expect(pages.map(({ Parts = [] }) => Parts.length)).toEqual([1000, 1])
    expect(pages.flatMap(({ Parts = [] }) => Parts.map(({ PartNumber }) => PartNumber))).toEqual(numbers)
    const page = await file.list(id, { PartNumberMarker: '8980', MaxParts: 2 })
    expect(page).toMatchObject({ IsTruncated: true, MaxParts: 2, NextPartNumberMarker: '8992' })
  })

  test('keeps an object over a restart, which ends what is not complete, and deletes all of its parts', async () => {
    const s3 = await emulated()
    const file = upload(s3, 'k')
    const [open, complete] = [await file.begin(), await file.begin()]
    for (const body of ['part', 'again']) await file.send(open, 1, body)
    const parts = [await file.send(complete, 1, randomBytes(5 * mebibyte)), await file.send(complete, 2, 'end')]
    const { VersionId } = await file.complete(complete, parts)
    const whole = await file.read()
    expect(readdirSync(join(s3.data, 'incoming'))).toHaveLength(1)
    const later = await emulated(s3.data)
    const again = upload(later, 'k')
    expect((await again.read(VersionId)).equals(whole)).toBe(true)
    await expect(again.list(open)).rejects.toMatchObject(missing)
    await later.objects.deleteVersion('k', VersionId!)
    expect(readdirSync(join(s3.data, 'versions'))).toEqual([])
  })

  test('refuses a number that no part has', async () => {
    const file = upload(await emulated())
    const id = await file.begin()
    for (const number of [0, 10_001]) {
      expect((await put(await file.sign(id, number, 'x'), 'x')).code).toBe('400 InvalidArgument')
    }
  })

  test('lets pages of any origin send parts, and read nothing else', async () => {
    const s3 = await emulated()
    const file = upload(s3)
    const url = await file.sign(await file.begin(), 1, 'part')
    const ask = async (method: string, names: string) => {
      const origin = { origin: 'https://desk.example' }
      const asked = { 'access-control-request-method': method, 'access-control-request-headers': names }
      return fetch(url, { method: 'OPTIONS', headers: { ...origin, ...(names === '' ? {} : asked) } })
    }
    const allowed = await ask('PUT', 'x-amz-checksum-sha256')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
    expect(allowed.headers.get('access-control-allow-headers')).toBe('x-amz-checksum-sha256')
    expect((await put(url, 'part')).headers.get('access-control-allow-origin')).toBe('*')
    for (const refused of [ask('GET', 'x-amz-checksum-sha256'), ask('PUT', 'authorization'), ask('', '')]) {
      expect((await refused).status).toBe(403)
    }
    expect((await fetch(url)).headers.get('access-control-allow-origin')).toBeNull()
  })

  test.skipIf(missingPython !== undefined)('takes what boto3 uploads in parts', async () => {
    const s3 = await emulated()
    const [file, body] = [join(temporaryFolder(), 'file'), randomBytes(20 * mebibyte)]
    writeFileSync(file, body)
    const script = [
      'import boto3, sys; from botocore.config import Config',
      'config = Config(request_checksum_calculation="when_required", s3={"addressing_style": "path"})',
      's3 = boto3.client("s3", region_name="us-east-1", endpoint_url=sys.argv[1], config=config)',
      's3.upload_file(sys.argv[2], "content", "from boto3")',
    ]
    const args = ['-c', script.join('\n'), s3.endpoint, file]
    await promisify(execFile)(python, args, { env: awsEnvironment(s3.credentials), timeout: 60_000 })
    expect((await upload(s3, 'from boto3').read()).equals(body)).toBe(true)
  })
})

onSwift(s3 => {
  beforeAll(async () => {
    const client = new S3Client({ ...s3(), forcePathStyle: true })
    await client.send(new CreateBucketCommand({ Bucket: name }))
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }))
  })
  test.each(Object.entries(contract))('%s', async (_, check) => check({ ...s3(), knowsChecksums: false }))
})
