import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { uploads } from '../../../cli/adapters/uploads.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { awsOf } from '../../support/cli/fake-aws.ts'
import { deployed, once, preparedAccount, settings } from '../../support/cli/fake-deployment.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { serveHere } from '../../support/serve.ts'
import { type Caller, caller, signedFront } from '../../support/signed-front.ts'
import { onSwift } from '../../support/swift-s3.ts'

afterEach(() => vi.unstubAllEnvs())

function asCaller(): void {
  const { accessKeyId, secretAccessKey, sessionToken } = caller.credentials
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken)
}

/** Starts an API that looks for its objects in this folder, and requires the signatures of one caller. */
async function front(by: Caller = caller, bucket: string = temporaryFolder()) {
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  const { api } = await emulatorHere({ bucket })
  return signedFront(api, by)
}

test('every request to a deployed API is signed with the credentials of the environment', async () => {
  const { origin, seen } = await front()
  asCaller()
  const at = ['--api', origin, '--region', 'eu-west-1']
  const issued = await onceHere(['issue', '--key', 'report.txt', '--reference', 'a b/c&d=é', ...at, '--json'])
  const { id, url } = JSON.parse(issued.said) as { id: string; url: string }
  expect(await onceHere(['status', url, ...at])).toMatchObject({ code: 0 })
  expect(await onceHere(['list', '--reference', 'a b/c&d=é', ...at])).toMatchObject({
    code: 0,
    said: expect.stringContaining(id) as string,
  })
  expect(await onceHere(['revoke', id, ...at])).toMatchObject({ code: 0 })
  expect(seen).toHaveLength(4)
  expect(seen.filter(({ right }) => !right)).toEqual([])
})

test('with the wrong credentials it ends with 3, and shows the message of AWS', async () => {
  const { origin } = await front()
  asCaller()
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another')
  const outcome = await onceHere(['list', '--api', origin, '--region', 'eu-west-1'])
  expect(outcome).toMatchObject({
    code: 3,
    noted: expect.stringContaining('The request signature we calculated') as string,
  })
})

test('the API of a deployment is found by its name, in the first Region that has one', async () => {
  const homes = 'homeRegions=eu-west-1,us-east-1'
  const called: string[] = []
  const apiAt: typeof apis.deployed = (origin, region) => {
    called.push(`${origin} ${region}`)
    return apis.local('http://127.0.0.1:1')
  }
  await once(await deployed(homes), ['list', ...settings(homes)], { apis: { ...apis, deployed: apiAt } })
  expect(called).toEqual(['https://api-eu-west-1.execute-api.eu-west-1.amazonaws.com/v1 eu-west-1'])
})

test.each(['issue', 'status', 'list', 'revoke'])('once %s: without a deployment it says so', async name => {
  const operands = { issue: ['--key', 'a'], status: ['A'.repeat(22)], revoke: ['A'.repeat(22)], list: [] }[name] ?? []
  const outcome = await once(preparedAccount(), [name, ...operands])
  expect(outcome).toMatchObject({
    code: 2,
    noted: expect.stringContaining('no API named once in us-east-1') as string,
  })
})

function ignoreIfOurs(error: Error): void {
  if (error.name !== 'BucketAlreadyOwnedByYou') throw error
}

onSwift(s3 => {
  /** Runs `once issue` for one file with swift as S3; returns the outcome and the stored object. */
  async function issueOnSwift(content: Buffer, name: string) {
    const { endpoint, region, credentials } = s3()
    const account = preparedAccount()
    vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
    const objects = temporaryFolder()
    mkdirSync(join(objects, '2026/11'), { recursive: true })
    writeFileSync(join(objects, '2026/11', name), content)
    const { origin, seen } = await front({ region, credentials }, objects)
    const Bucket = physicalNames('once', account.id).contentBucket(region)
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    await client.send(new CreateBucketCommand({ Bucket })).catch(ignoreIfOurs)
    const file = join(temporaryFolder(), name)
    writeFileSync(file, content)
    const at = ['--api', origin, '--region', region, '-c', 'name=once', '-c', `homeRegions=${region}`]
    // Swift's s3api has no conditional writes.
    const args = ['issue', file, '--key', '2026/11/', '--replace', ...at]
    const outcome = await onceHere(args, { aws: awsOf(account) })
    const object = await client.send(new GetObjectCommand({ Bucket, Key: `2026/11/${name}` }))
    return {
      outcome,
      seen,
      type: object.ContentType,
      etag: object.ETag ?? '',
      body: await buffer(object.Body as Readable),
    }
  }

  test.each([
    ['of a few bytes', { bytes: 5, name: 'Rechnung (März) 100%.pdf', type: 'application/pdf', inParts: false }],
    ['of 21 MB, in parts', { bytes: 21_000_000, name: 'film.mp4', type: 'video/mp4', inParts: true }],
    ['that is empty', { bytes: 0, name: 'empty.bin', type: 'application/octet-stream', inParts: false }],
  ])('once issue: the bucket of the deployment gets the whole file %s', async (_, { bytes, name, type, inParts }) => {
    const content = randomBytes(bytes)
    const { outcome, seen, ...object } = await issueOnSwift(content, name)
    expect(outcome).toMatchObject({ code: 0, said: expect.stringMatching(/\/d\/[\w-]{43}$/) as string })
    expect(outcome.noted).toMatch(`2026/11/${name}: `)
    expect(object.type).toBe(type)
    expect(object.body.equals(content)).toBe(true)
    // S3's ETag of an object uploaded in parts ends in their number.
    expect(/-\d+"$/.test(object.etag)).toBe(inParts)
    // The first one checks the fields.
    const request = { line: 'POST /v1/links', right: true }
    expect(seen).toEqual([request, request])
    expect(outcome.metered.at(-2) ?? '').toContain('100 %')
  })
})

/** Serves S3 for one upload; returns its requests: method, path without values, and the headers that guard the upload. */
async function watchedS3(status = 200) {
  const seen: Record<string, string | undefined>[] = []
  const { origin } = await serveHere((request, response) => {
    const { method, url = '', headers } = request
    const action = `${method} ${url.replace(/^[^?]*/, '').replace(/=[^&]*/g, '')}`
    const { 'if-none-match': condition, 'x-amz-expected-bucket-owner': owner } = headers
    const checksum = headers['x-amz-checksum-sha256'] === undefined ? undefined : 'sha256'
    seen.push({ action, condition, owner: String(owner), checksum })
    request.resume().on('end', () => {
      const hash = { etag: '"e"', 'x-amz-checksum-sha256': String(headers['x-amz-checksum-sha256'] ?? '') }
      if (method === 'POST' && url.includes('?uploads')) {
        return void response.end(
          '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
        )
      }
      if (url.includes('partNumber')) return void response.writeHead(200, hash).end()
      if (status === 200) response.writeHead(200, { ...hash, 'x-amz-version-id': 'v.1' })
      else response.writeHead(status, { 'content-type': 'application/xml' })
      response.end(
        status === 200
          ? '<CompleteMultipartUploadResult/>'
          : `<Error><Code>${status === 412 ? 'PreconditionFailed' : 'ConditionalRequestConflict'}</Code></Error>`,
      )
    })
  })
  return { origin, seen }
}

describe('an upload to S3', () => {
  async function upload(bytes: number, { status = 200, replace = false } = {}) {
    const { origin, seen } = await watchedS3(status)
    asCaller()
    vi.stubEnv('AWS_ENDPOINT_URL_S3', origin)
    const file = join(temporaryFolder(), 'a')
    writeFileSync(file, Buffer.alloc(bytes))
    const { signal } = new AbortController()
    const request = { file, key: 'a/b' as ObjectKey, replace, type: 'text/plain', onProgress: () => undefined, signal }
    const result = await uploads().toBucket(request, { name: 'bucket', region: 'eu-west-1', owner: '123456789012' })
    return { result, seen }
  }
  const owner = '123456789012'

  test('names the owner of the bucket, its checksum, and the condition that there is no object', async () => {
    const { result, seen } = await upload(5)
    expect(result).toEqual({ kind: 'stored', versionId: 'v.1' })
    expect(seen).toMatchObject([{ condition: '*', owner, checksum: 'sha256' }])
  })

  test('in parts, has the condition in the last request, which makes the object', async () => {
    const { result, seen } = await upload(9_000_000)
    expect(result).toEqual({ kind: 'stored', versionId: 'v.1' })
    expect(seen.map(({ owner: named }) => named)).toEqual(Array(4).fill(owner))
    expect(seen.at(-1)).toMatchObject({ action: 'POST ?uploadId', condition: '*' })
    expect(seen.slice(1, 3)).toMatchObject([
      { checksum: 'sha256', condition: undefined },
      { checksum: 'sha256', condition: undefined },
    ])
  })

  test.each([412, 409])('reports that the key has an object, or soon will: %i', async status => {
    for (const bytes of [5, 9_000_000])
      expect(await upload(bytes, { status })).toMatchObject({ result: { kind: 'exists' } })
  })

  test('that may replace an object has no condition', async () => {
    for (const bytes of [5, 9_000_000]) {
      const { seen } = await upload(bytes, { replace: true })
      expect(seen.map(({ condition }) => condition)).toEqual(seen.map(() => undefined))
    }
  })
})

test('without a deployment no file is uploaded', async () => {
  const account = preparedAccount()
  const file = join(temporaryFolder(), 'a.txt')
  writeFileSync(file, 'x')
  expect(await once(account, ['issue', file])).toMatchObject({ code: 2, said: '' })
  expect(account.changes).toEqual([])
})
