import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createReadSigner, createSigner, type Credentials } from '../../../shared/aws/sigv4.ts'
import { type Resource, resourcePath, withParameters } from '../../../shared/object-key.ts'
import { regions } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { missingPython } from '../../support/machine/python.ts'
import { allRight, askPython, unnoticed } from './ask-python.ts'
import { anyText } from './generated.ts'

/** The signers of edge and api, those that ship or those of a copy. */
interface Signers {
  readonly createSigner: typeof createSigner
  readonly createReadSigner: typeof createReadSigner
}

/** A request as it is sent, and for whom and what it is signed: what sigv4.py reads. */
interface SignedLine extends Credentials {
  readonly service: string
  readonly region: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly now: EpochMs
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const text = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength, maxLength })

const base64 = `${letters}${letters.toLowerCase()}0189+/=`
const anyCredentials = fc.record({
  accessKeyId: text(letters, 16, 24),
  secretAccessKey: text(base64, 40, 40),
  sessionToken: fc.option(text(base64, 1, 1200), { nil: undefined }),
})
const anyTime = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map(ms => ms as EpochMs)
const anyRegion = fc.constantFrom(...regions)

const anyCall = fc.record({
  credentials: anyCredentials,
  now: anyTime,
  region: anyRegion,
  service: fc.constantFrom('dynamodb', 'secretsmanager', 'events'),
  request: fc.record({
    contentType: fc.constantFrom('application/x-amz-json-1.0', 'application/x-amz-json-1.1'),
    target: text(`${letters}_.`, 1, 60),
    body: fc.oneof(fc.constant(''), anyText(200), fc.json()),
  }),
})

const anyLook = fc.record({
  credentials: anyCredentials,
  now: anyTime,
  region: anyRegion,
  object: fc.record({
    key: fc.array(anyText(12), { minLength: 1, maxLength: 4 }).map(names => names.join('/')),
    versionId: fc.option(text(`${letters}0189._-~`, 1, 64), { nil: undefined }),
  }),
  isOfTags: fc.boolean(),
  withChecksum: fc.boolean(),
})

/** Returns the headers in header lines, by name. */
function headersOf(lines: string): Record<string, string> {
  return Object.fromEntries(
    lines
      .trimEnd()
      .split('\r\n')
      .map(line => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon), line.slice(colon + 1)]
      }),
  )
}

/** Has the signers sign generated requests, `count` to services with JSON and half as many to S3. */
function signedLines(count: number, seed: number, signers: Signers): readonly SignedLine[] {
  const calls = fc.sample(anyCall, { numRuns: count, seed }).map(({ credentials, now, region, service, request }) => {
    const host = `${service}.${region}.amazonaws.com`
    const headers = headersOf(signers.createSigner({ region, service, host }, credentials)(request, now))
    return {
      ...credentials,
      service,
      region,
      method: 'POST',
      url: `https://${host}/`,
      headers,
      body: request.body,
      now,
    }
  })
  const looks = fc
    .sample(anyLook, { numRuns: count / 2, seed })
    .map(({ credentials, now, region, object, isOfTags, withChecksum }) => {
      const host = `content.s3.${region}.amazonaws.com`
      const { key, versionId } = object as Resource
      const version = versionId === undefined ? [] : [`versionId=${versionId}`]
      const target = withParameters(resourcePath({ key }), [...(isOfTags ? ['tagging='] : []), ...version])
      const method = isOfTags ? 'GET' : 'HEAD'
      const sign = signers.createReadSigner({ region, service: 's3', host }, credentials, withChecksum)
      const headers = headersOf(sign(method, target, now))
      return { ...credentials, service: 's3', region, method, url: `https://${host}${target}`, headers, now }
    })
  return [...calls, ...looks]
}

describe.skipIf(missingPython !== undefined)('botocore, as the authority on signatures of requests', () => {
  test('signs 12,000 requests of edge and api as they do, header for header', async () => {
    const seed = randomInt(2 ** 31)
    const lines = signedLines(8000, seed, { createSigner, createReadSigner })
    expect(await askPython('sigv4.py', lines), `seed ${seed}`).toEqual(allRight(lines))
  })

  const file = 'shared/aws/sigv4.ts'
  const broken: readonly (readonly [string, Patch])[] = [
    ['leaves the session token unsigned', { file, find: "tokenToSign && 'x-amz-security-token;'", replace: "''" }],
    ['signs the query with the path', { file, find: 'target.split', replace: '[target].concat' }],
    ['hashes a part of the body', { file, find: "hash('sha256', body,", replace: "hash('sha256', body.slice(0, 64)," }],
    ['signs for another service', { file, find: '[day, region, service,', replace: "[day, region, 'sts'," }],
    [
      'has an hour of twelve',
      { file, find: 'time.slice(0, 2)', replace: "String(+time.slice(0, 2) % 12).padStart(2, '0')" },
    ],
  ]
  test(`notices each of ${broken.length} broken signers`, async () => {
    const lines = new Map<string, readonly object[]>()
    for (const [fault, patch] of broken) {
      const root = await brokenCopy('signer', [patch], ['shared'])
      onTestFinished(() => removeCopy(root))
      lines.set(fault, signedLines(100, 1, (await import(join(root, file))) as Signers))
    }
    expect(await unnoticed('sigv4.py', lines)).toEqual([])
  })
})
