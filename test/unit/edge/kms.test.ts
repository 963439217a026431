import { json } from 'node:stream/consumers'
import { KMSClient, SignCommand } from '@aws-sdk/client-kms'
import { expect, test } from 'vitest'
import { kmsIn } from '../../../edge/adapters/aws.ts'
import { startFaultServer } from '../../support/fault-server.ts'
import { keyInKms, startKms } from '../../support/kms.ts'
import { serveHere } from '../../support/serve.ts'

const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' }
const policy = '{"Statement":[{"Resource":"https://files.example.com/report.pdf"}]}'
const attempt = { region: 'eu-west-1', timeoutMs: 2000 } as const
const p256 = keyInKms('ECDSA_SHA_256')
const kmsAt = (endpoint: string) => kmsIn(['eu-west-1', 'us-east-1'], { credentials, endpoint })

/** Returns the one request that `send` makes to an endpoint. */
async function requestOf(send: (endpoint: string) => Promise<unknown>): Promise<object> {
  const requests: object[] = []
  const { origin } = await serveHere((request, response) => {
    const { method, url, headers } = request
    const note = async () => {
      const body = await json(request)
      const { 'content-type': contentType, 'x-amz-target': target, authorization = '' } = headers
      const scope = /Credential=AKID\/\d{8}\/([^,]+),/.exec(authorization)?.[1]
      requests.push({ method, url, contentType, target, scope, body })
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"Signature":"AAAA"}')
    }
    void note()
  })
  await send(origin)
  expect(requests).toHaveLength(1)
  return requests[0] ?? {}
}

test.each(['ECDSA_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const)(
  'the request to sign with %s equals that of the official client',
  async kmsAlgorithm => {
    const { signing } = keyInKms(kmsAlgorithm)
    const ours = await requestOf(endpoint => kmsAt(endpoint).sign(policy, signing, attempt))
    const official = await requestOf(endpoint =>
      new KMSClient({ region: 'eu-west-1', credentials, endpoint }).send(
        new SignCommand({
          KeyId: signing.kmsKeyId,
          Message: Buffer.from(policy),
          MessageType: 'RAW',
          SigningAlgorithm: kmsAlgorithm,
        }),
      ),
    )
    expect(ours).toEqual(official)
    expect(ours).toMatchObject({ target: 'TrentService.Sign', scope: 'eu-west-1/kms/aws4_request' })
  },
)

test('the signature is that of KMS in the requested Region', async () => {
  const { endpoint, asked } = await startKms(p256, ['us-east-1'])
  const kms = kmsAt(endpoint)
  const signature = await kms.sign(policy, p256.signing, attempt)
  expect(Buffer.from(signature, 'base64')[0]).toBe(0x30) // a DER sequence
  await expect(kms.sign(policy, p256.signing, { ...attempt, region: 'us-east-1' })).rejects.toThrow(
    'KMSInternalException',
  )
  expect(asked).toEqual(['TrentService.Sign eu-west-1', 'TrentService.Sign us-east-1'])
})

test.each([
  ['no signature', '{}'],
  ['a signature that is not text', '{"Signature":7}'],
  ['an empty signature', '{"Signature":""}'],
  ['a signature that would change the URL', '{"Signature":"AAAA&Policy=x"}'],
])('a response with %s is an error that contains nothing of it', async (_, body) => {
  const { endpoint } = await startFaultServer({ status: 200, body })
  await expect(kmsAt(endpoint).sign(policy, p256.signing, attempt)).rejects.toThrow(/^Sign: no signature in response$/)
})
