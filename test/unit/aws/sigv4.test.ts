import { join } from 'node:path'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import {
  createHeadSigner,
  createSigner,
  type Credentials,
  type SigningScope,
  type UnsignedRequest,
} from '../../../shared/aws/sigv4.ts'
import { Sha256 } from '../../../emulator/s3/signer.ts'
import { type Resource, resourcePath } from '../../../shared/object-key.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'

/** Makes the SDK's signer. */
function sdkSigner(
  { region, service }: SigningScope,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  options: { readonly applyChecksum: boolean; readonly uriEscapePath?: boolean },
): SignatureV4 {
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  return new SignatureV4({ region, service, sha256: Sha256, credentials, ...options })
}

/** Returns the headers of the same request, signed by the SDK. */
async function signedBySdk(
  scope: SigningScope,
  credentials: Credentials,
  { request, now }: { request: UnsignedRequest; now: EpochMs },
): Promise<Record<string, string>> {
  const { host } = scope
  // The header x-amz-content-sha256 is S3's alone.
  const signer = sdkSigner(scope, credentials, { applyChecksum: false })
  const { contentType, target, body } = request
  const unsigned = {
    method: 'POST',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: {},
    body,
    headers: { host, 'content-type': contentType, 'x-amz-target': target },
  }
  const signed = await signer.sign(unsigned, { signingDate: new Date(now) })
  return signed.headers
}

/** Parses header lines. Throws on a line that is not a header, and on a repeated one. */
function headersOf(lines: string): Record<string, string> {
  const pairs = lines.split('\r\n').map(line => /^([a-z0-9-]+):(.*)$/.exec(line))
  expect(pairs.pop(), 'the last line ends with CRLF').toBeNull()
  const headers = Object.fromEntries(pairs.map(pair => [pair?.[1] ?? 'no header', pair?.[2] ?? '']))
  expect(Object.keys(headers)).toHaveLength(pairs.length)
  return headers
}

const text = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength, maxLength })
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
const base64 = `${letters}ABCDEFGHIJKLMNOPQRSTUVWXYZ+/=`

const anyScope = fc.record({
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'ap-northeast-3'),
  service: fc.constantFrom('dynamodb', 'secretsmanager'),
  host: fc.oneof(
    fc.constantFrom('dynamodb.eu-central-1.amazonaws.com', '127.0.0.1:8000', 'localhost'),
    text(`${letters}.-`, 1, 60),
  ),
})
const anyCredentials: fc.Arbitrary<Credentials> = fc.record({
  accessKeyId: text(base64.toUpperCase(), 4, 24),
  secretAccessKey: fc.oneof(text(base64, 1, 80), fc.string({ minLength: 1, unit: 'grapheme' })),
  sessionToken: fc.option(text(base64, 1, 1500), { nil: undefined }),
})
const anyRequest = fc.record({
  contentType: fc.constantFrom('application/x-amz-json-1.0', 'application/x-amz-json-1.1'),
  target: text(`${letters}ABCD_.`, 1, 60),
  body: fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 300 }), fc.json()),
})
const anyCase = fc.record({ scope: anyScope, credentials: anyCredentials, request: anyRequest })
const day = 86_400_000
const anyTime = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map(ms => ms as EpochMs)

test('signs any request as the SDK does, byte for byte', async () => {
  const cases = fc.asyncProperty(anyCase, anyTime, async ({ scope, credentials, request }, now) => {
    const ours = headersOf(createSigner(scope, credentials)(request, now))
    expect(ours).toEqual(await signedBySdk(scope, credentials, { request, now }))
  })
  await fc.assert(cases, { numRuns: 2000 })
})

test('signs as the SDK does when the day changes, forwards and back', async () => {
  const steps = fc.array(fc.constantFrom(-2 * day, -day, -1, 0, 1, day, 400 * day), { minLength: 2, maxLength: 8 })
  const cases = fc.asyncProperty(anyScope, anyCredentials, steps, async (scope, credentials, offsets) => {
    const sign = createSigner(scope, credentials)
    const request = { contentType: 'application/x-amz-json-1.0', target: 'DynamoDB_20120810.DeleteItem', body: '{}' }
    for (const offset of offsets) {
      const now = (Date.UTC(2026, 10, 25) + offset) as EpochMs
      expect(headersOf(sign(request, now))).toEqual(await signedBySdk(scope, credentials, { request, now }))
    }
  })
  await fc.assert(cases, { numRuns: 200 })
})

/** Returns the headers of a HEAD to S3, signed by the SDK as its client for S3 does. */
async function headSignedBySdk(
  scope: SigningScope,
  credentials: Credentials,
  { target, now }: { target: string; now: EpochMs },
): Promise<Record<string, string>> {
  const { host } = scope
  // S3 alone has paths that are encoded once.
  const signer = sdkSigner(scope, credentials, { applyChecksum: true, uriEscapePath: false })
  const [path = '', query] = target.split('?')
  const unsigned = {
    method: 'HEAD',
    protocol: 'https:',
    hostname: host,
    path,
    query: Object.fromEntries(new URLSearchParams(query)),
    headers: { host },
  }
  return (await signer.sign(unsigned, { signingDate: new Date(now) })).headers
}

const anyName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(name => name.isWellFormed())
/** Paths of objects as the api sends them: any key, percent-encoded once, with or without a version. */
const anyTarget = fc
  .record({
    key: fc.array(anyName, { minLength: 1, maxLength: 4 }).map(names => names.join('/')),
    versionId: fc.option(text(`${base64.slice(0, -3)}._-~`, 1, 64), { nil: undefined }),
  })
  .map(object => resourcePath(object as Resource))

test('signs any HEAD to S3 as the SDK does, byte for byte', async () => {
  const cases = fc.asyncProperty(anyScope, anyCredentials, anyTarget, async (scope, credentials, target) => {
    const now = Date.UTC(2026, 10, 25) as EpochMs
    const s3 = { ...scope, service: 's3' }
    const ours = headersOf(createHeadSigner(s3, credentials)(target, now))
    expect(ours).toEqual(await headSignedBySdk(s3, credentials, { target, now }))
  })
  await fc.assert(cases, { numRuns: 1000 })
})

const file = 'shared/aws/sigv4.ts'

test.each<[string, Patch]>([
  ['keeps the key of another day', { file, find: 'cached?.day !== day', replace: 'cached === undefined' }],
  ['leaves the session token unsigned', { file, find: "tokenToSign && 'x-amz-security-token;'", replace: "''" }],
  [
    'hashes only the start of the body',
    { file, find: "hash('sha256', body, 'hex')", replace: "hash('sha256', body.slice(0, 64), 'hex')" },
  ],
])('these tests notice a signer that %s', async (_, patch) => {
  const root = await brokenCopy('signer', [patch])
  onTestFinished(() => removeCopy(root))
  const broken = (await import(join(root, file))) as { createSigner: typeof createSigner }
  const times = fc.array(anyTime, { minLength: 2, maxLength: 3 })
  const cases = fc.asyncProperty(anyCase, times, async ({ scope, credentials, request }, all) => {
    const sign = broken.createSigner(scope, credentials)
    for (const now of all) {
      const theirs = await signedBySdk(scope, credentials, { request, now })
      expect(headersOf(sign(request, now))).toEqual(theirs)
    }
  })
  expect((await fc.check(cases, { numRuns: 1000, endOnFailure: true })).failed).toBe(true)
})
