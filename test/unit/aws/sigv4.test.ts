import { join } from 'node:path'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createSigner, type Credentials, type SigningScope, type UnsignedRequest } from '../../../shared/aws/sigv4.ts'
import { Sha256 } from '../../../emulator/s3/signer.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'

/** Returns the headers of the same request, signed by the SDK. */
async function signedBySdk(
  scope: SigningScope,
  credentials: Credentials,
  { request, now }: { request: UnsignedRequest; now: EpochMs },
): Promise<Record<string, string>> {
  const { region, service, host } = scope
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const by = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  // The header x-amz-content-sha256 is S3's alone.
  const signer = new SignatureV4({ region, service, sha256: Sha256, credentials: by, applyChecksum: false })
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
const day = 86_400_000
const offsets = fc.array(fc.constantFrom(-2 * day, -day, -1, 0, 1, day, 400 * day), { minLength: 2, maxLength: 8 })
const anyCase = fc.record({ scope: anyScope, credentials: anyCredentials, request: anyRequest, offsets })

/** A signer keeps the key of a day: it signs any requests as the SDK does, when the day changes as well, forwards and back. */
const signsAsTheSdk = (create: typeof createSigner) =>
  fc.asyncProperty(anyCase, async ({ scope, credentials, request, offsets }) => {
    const sign = create(scope, credentials)
    for (const offset of offsets) {
      const now = (Date.UTC(2026, 10, 25) + offset) as EpochMs
      expect(headersOf(sign(request, now))).toEqual(await signedBySdk(scope, credentials, { request, now }))
    }
  })

test('one signer signs any requests of several days as the SDK does, byte for byte', async () => {
  await fc.assert(signsAsTheSdk(createSigner), { numRuns: 500 })
})

test('this test notices a signer that keeps the key of another day', async () => {
  const file = 'shared/aws/sigv4.ts'
  const root = await brokenCopy('signer', [{ file, find: 'cached?.day !== day', replace: 'cached === undefined' }])
  onTestFinished(() => removeCopy(root))
  const broken = (await import(join(root, file))) as { createSigner: typeof createSigner }
  const { failed } = await fc.check(signsAsTheSdk(broken.createSigner), { numRuns: 1000, endOnFailure: true })
  expect(failed).toBe(true)
})
