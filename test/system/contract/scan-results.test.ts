import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { GetObjectCommand, GetObjectTaggingCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, test } from 'vitest'
import { s3ScanResults } from '../../../api/adapters/s3-scan-results.ts'
import { s3Requests } from '../../../api/adapters/s3-requests.ts'
import { folderObjects } from '../../../emulator/s3/folder-objects.ts'
import { multipart } from '../../../emulator/s3/multipart.ts'
import { s3Origin } from '../../../emulator/s3/origin.ts'
import { makeBucket, serveS3 } from '../../../emulator/s3/s3.ts'
import { createScanner, type ScanOptions } from '../../../emulator/s3/scanner.ts'
import { versionedObjects } from '../../../emulator/s3/versioned-objects.ts'
import type { Issuer } from '../../../shared/callers/issuers.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import type { ObjectKey, VersionId } from '../../../shared/object-key.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { malwareTestText } from '../../../shared/scan.ts'

const testFile = malwareTestText()

const clean = { result: 'NO_THREATS_FOUND' }
const key = 'a b/ü+&%.pdf' as ObjectKey

/** Starts a bucket of the emulator whose uploads are scanned, with the SDK as authority on what it responds. */
async function scannedBucket(scan: ScanOptions = {}, issuers?: readonly Issuer[]) {
  let passedMs = 0
  const clock = { ...systemClock, now: () => (systemClock.now() + passedMs) as EpochMs }
  const folder = temporaryFolder()
  const objects = versionedObjects(temporaryFolder(), folderObjects(folder), clock.now)
  const { mayRead, reads } = createScanner(objects, scan, { deployment: { issuers, scanUnsupported: 'refuse' }, clock })
  const bucket = makeBucket('eu-west-1')
  const content = { origin: s3Origin(objects, mayRead), multipart: multipart(objects), reads, now: clock.now }
  const { origin: endpoint } = await serveHere(serveS3(bucket, content))
  const { name, ...config } = { ...bucket, endpoint, forcePathStyle: true }
  const client = new S3Client({ ...config, maxAttempts: 1 })
  const named = (of: string, VersionId?: string) => ({ Bucket: name, Key: of, VersionId })
  return {
    folder,
    objects,
    results: s3ScanResults(s3Requests(name, config)),
    pass: (ms: number) => void (passedMs += ms),
    async write(of: string, content: string): Promise<VersionId> {
      const draft = await objects.receive(Readable.from([Buffer.from(content)]), Infinity)
      const versionId = await objects.put(of, [draft!], { etag: '"e"', contentType: 'text/plain', mustBeNew: false })
      return versionId!
    },
    tags: async (of: string, version?: string) => client.send(new GetObjectTaggingCommand(named(of, version))),
    read: async (of: string, version?: string) =>
      (await client.send(new GetObjectCommand(named(of, version)))).Body?.transformToString(),
    named,
    presigned: async (command: GetObjectCommand | GetObjectTaggingCommand | ListObjectsV2Command) =>
      fetch(await getSignedUrl(client, command as GetObjectCommand)),
    list: async (prefix: string, MaxKeys?: number) =>
      client.send(new ListObjectsV2Command({ Bucket: name, Prefix: prefix, MaxKeys, EncodingType: 'url' })),
  }
}

test('a version has no result, and S3 gives it to no one, until its scan has ended', async () => {
  const { results, write, read, tags, presigned, named, pass } = await scannedBucket()
  const versionId = await write(key, 'x')
  expect(await results.find({ key })).toEqual({ versionId, result: undefined })
  expect(await tags(key)).toMatchObject({ TagSet: [], VersionId: versionId })
  await expect(read(key)).rejects.toThrow('Access Denied')
  await expect(read(key, versionId)).rejects.toThrow('Access Denied')
  expect((await presigned(new GetObjectCommand(named(key)))).status).toBe(403)
  pass(2000)
  expect(await results.find({ key })).toEqual({ versionId, ...clean })
  expect(await results.find({ key, versionId })).toEqual({ versionId, ...clean })
  expect((await tags(key, versionId)).TagSet).toEqual([
    { Key: 'GuardDutyMalwareScanStatus', Value: 'NO_THREATS_FOUND' },
  ])
  expect(await read(key)).toBe('x')
  expect((await presigned(new GetObjectCommand(named(key)))).status).toBe(200)
})

test('the result is that of the version that is named', async () => {
  const { results, write, pass, read } = await scannedBucket()
  const bad = await write(key, testFile)
  pass(2000)
  const latest = await write(key, 'x')
  expect(await results.find({ key })).toEqual({ versionId: latest, result: undefined })
  expect(await results.find({ key, versionId: bad })).toEqual({ versionId: bad, result: 'THREATS_FOUND' })
  await expect(read(key, bad)).rejects.toThrow('Access Denied')
})

test.each([
  ['EICAR’s text', testFile, 'THREATS_FOUND'],
  ['the text with white space after it, up to 128 bytes', `${testFile}${' \t\r\n\u001A'.repeat(12)}`, 'THREATS_FOUND'],
  ['the text with white space after it, beyond 128 bytes', `${testFile}${' '.repeat(61)}`, 'NO_THREATS_FOUND'],
  ['the text after other bytes', ` ${testFile}`, 'NO_THREATS_FOUND'],
  ['the text before other bytes', `${testFile}x`, 'NO_THREATS_FOUND'],
  ['a part of the text', testFile.slice(0, -1), 'NO_THREATS_FOUND'],
  ['no bytes', '', 'NO_THREATS_FOUND'],
])('a file with %s has the result that EICAR says', async (_, content, result) => {
  const { results, write, pass } = await scannedBucket()
  await write(key, content)
  pass(2000)
  expect(await results.find({ key })).toMatchObject({ result })
})

test('a scan gives the result that its options say, at their time or never', async () => {
  const unsupported = await scannedBucket({ result: 'UNSUPPORTED', afterMs: 60_000 })
  await unsupported.write(key, 'x')
  unsupported.pass(59_000)
  expect(await unsupported.results.find({ key })).toMatchObject({ result: undefined })
  unsupported.pass(1000)
  expect(await unsupported.results.find({ key })).toMatchObject({ result: 'UNSUPPORTED' })
  await expect(unsupported.read(key)).rejects.toThrow('Access Denied')
  const never = await scannedBucket({ afterMs: Infinity })
  await never.write(key, 'x')
  never.pass(1e12)
  expect(await never.results.find({ key })).toMatchObject({ result: undefined })
})

test('only keys below the prefixes of issuers that may upload are scanned', async () => {
  const issuers = [
    { id: 'a', prefixes: ['in/'], verbs: ['issue', 'upload'] },
    { id: 'b', prefixes: ['out/'], verbs: ['issue'] },
  ] as unknown as readonly Issuer[]
  const { tags, write, read, pass } = await scannedBucket({}, issuers)
  await write('out/a', 'x')
  await write('in/a', 'x')
  expect(await read('out/a')).toBe('x')
  await expect(read('in/a')).rejects.toThrow('Access Denied')
  pass(2000)
  expect((await tags('out/a')).TagSet).toEqual([])
  expect((await tags('in/a')).TagSet).toHaveLength(1)
})

test('an object or version that S3 does not have is missing, and so is a delete marker', async () => {
  const { results, tags, write, objects } = await scannedBucket()
  const other = await write('other', 'x')
  expect(await results.find({ key })).toBe('missing')
  await expect(tags(key)).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }))
  const versionId = await write(key, 'x')
  expect(await results.find({ key, versionId: other })).toBe('missing')
  await expect(tags(key, other)).rejects.toThrow(expect.objectContaining({ name: 'NoSuchVersion' }))
  const marker = await objects.addDeleteMarker(key)
  expect(await results.find({ key })).toBe('missing')
  expect(await results.find({ key, versionId: marker })).toBe('missing')
  await expect(tags(key, marker)).rejects.toThrow(expect.objectContaining({ name: 'MethodNotAllowed' }))
  expect(await results.find({ key, versionId })).toMatchObject({ versionId })
})

test('a list has the keys of a folder, uploaded or not, but no deleted object', async () => {
  const { results, list, write, objects, folder } = await scannedBucket()
  const names = ['ü.ts', 'a b+c.ts', '&%=".ts', "(1)*!'~.ts", '😀/<x>.ts']
  for (const name of names) await write(`film/${name}`, 'x')
  await write('film/deleted.ts', 'x')
  await objects.addDeleteMarker('film/deleted.ts')
  await write('film 2/other.ts', 'x')
  writeFileSync(join(folder, 'film'), 'no folder')
  expect((await results.keysIn('film/'))?.toSorted()).toEqual(names.map(name => `film/${name}`).toSorted())
  expect(await results.keysIn('no such/')).toEqual([])
  const { Contents = [], IsTruncated, KeyCount } = await list('film/')
  expect({ IsTruncated, KeyCount, keys: Contents.length }).toEqual({ IsTruncated: false, KeyCount: 5, keys: 5 })
  expect(Contents.map(({ Key }) => Key)).toContain('film/a+b%2Bc.ts') // slashes as they are, S3 encodes all else
  expect(await list('film/', 4)).toMatchObject({ IsTruncated: true, KeyCount: 4 })
  expect(await list('film/', 5)).toMatchObject({ IsTruncated: false, KeyCount: 5 })
})

test('a list of the folder on disk has its files, but no hidden ones', async () => {
  const { results, write, folder } = await scannedBucket()
  for (const name of ['.hidden', 'b', 'a']) writeFileSync(join(folder, name), 'x')
  await write('a', 'another version')
  expect(await results.keysIn('')).toEqual(['a', 'b'])
})

test('more than a thousand objects are not listed at once', async () => {
  const { results, folder } = await scannedBucket()
  for (let number = 0; number < 1000; number += 1) writeFileSync(join(folder, `${number}`), '')
  expect(await results.keysIn('')).toHaveLength(1000)
  writeFileSync(join(folder, '1000'), '')
  expect(await results.keysIn('')).toBeUndefined()
})

test('a presigned URL reads neither tags nor lists', async () => {
  const { write, pass, presigned, named } = await scannedBucket()
  await write(key, 'x')
  pass(2000)
  expect((await presigned(new GetObjectCommand(named(key)))).status).toBe(200)
  expect((await presigned(new GetObjectTaggingCommand(named(key)))).status).toBe(403)
  expect((await presigned(new ListObjectsV2Command({ ...named(key), EncodingType: 'url' }))).status).toBe(403)
})
