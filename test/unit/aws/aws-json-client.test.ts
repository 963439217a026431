import { expect, test } from 'vitest'
import { createAwsJsonClient } from '../../../shared/aws/aws-json-client.ts'
import { secretSource } from '../../../shared/aws/secrets-manager.ts'
import { rootErrorName } from '../../../shared/errors.ts'
import { effectOf } from '../../../shared/table/effect-of-error.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { startFaultServer } from '../../support/edge/fault-server.ts'
import { serveHere } from '../../support/machine/serve.ts'

const protocol = { service: 'dynamodb', jsonVersion: '1.0', targetPrefix: 'DynamoDB_20120810' } as const
const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' }
const configFor = (endpoint: string) => ({ region: 'eu-west-1', credentials, endpoint })
const noon = () => Date.UTC(2026, 10, 24, 12) as EpochMs

test('an operation is one signed POST with its input as JSON, in any script', async () => {
  const seen: unknown[] = []
  const { origin } = await serveHere((request, response) => {
    request.setEncoding('utf8').once('data', body => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body })
      response.end('{"Item":{"id":{"S":"ü"}}}')
    })
  })
  const client = createAwsJsonClient(protocol, { ...configFor(origin), now: noon })
  const input = { TableName: 'links', Key: { id: { S: 'größer 大' } } }
  expect(await client.call('GetItem', input, 2000)).toEqual({ Item: { id: { S: 'ü' } } })
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=AKID\/20261124\/eu-west-1\/dynamodb\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/
  expect(seen).toEqual([
    {
      method: 'POST',
      url: '/',
      body: JSON.stringify(input),
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'content-length': String(Buffer.byteLength(JSON.stringify(input))),
        host: origin.replace('http://', ''),
        'x-amz-date': '20261124T120000Z',
        'x-amz-security-token': 'token',
        'x-amz-target': 'DynamoDB_20120810.GetItem',
        authorization: expect.stringMatching(authorization),
      },
    },
  ])
})

/** Returns the error that a response with this status and body causes. */
async function errorAt(status: number, body: string): Promise<Error> {
  const { endpoint } = await startFaultServer({ status, body })
  const call = createAwsJsonClient(protocol, configFor(endpoint)).call('DeleteItem', {}, 2000)
  return call.then(
    () => new Error('no error'),
    (error: Error) => error,
  )
}

test('an error has the name in the response, with or without a prefix, and its item but not its text', async () => {
  for (const prefix of ['', 'com.amazonaws.dynamodb.v20120810#']) {
    const body = {
      __type: `${prefix}ConditionalCheckFailedException`,
      message: 'secret text',
      Item: { id: { S: 'x' } },
    }
    const error = await errorAt(400, JSON.stringify(body))
    expect(error).toMatchObject({ name: 'ConditionalCheckFailedException', Item: { id: { S: 'x' } } })
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret text')
  }
})

test.each<[string, readonly [number, string], string]>([
  ['a client error with a name', [400, '{"__type":"x#ValidationException"}'], 'none-not-retryable'],
  ['an error without a name', [403, '{"message":"Forbidden"}'], 'unknown'],
  ['a name that is not text', [400, '{"__type":7}'], 'unknown'],
  ['a redirect', [302, '{}'], 'unknown'],
  ['no JSON', [200, '<html>'], 'unknown'],
  ['JSON that is not an object', [200, 'null'], 'unknown'],
])('%s: the effect of the call is as known as the response says', async (_, response, effect) => {
  expect(effectOf(await errorAt(...response))).toBe(effect)
})

test('a timeout has the name that the SDK gives it, which is all that a log shows of an error', async () => {
  const { endpoint } = await startFaultServer('black hole')
  const call = createAwsJsonClient(protocol, configFor(endpoint)).call('DeleteItem', {}, 100)
  expect(rootErrorName(await call.catch((error: unknown) => error))).toBe('TimeoutError')
})

test.each([
  ['without text', '{"SecretBinary":"AAAA"}', 'secret once-keys in eu-west-1: no text'],
  ['refused', '{"__type":"x#AccessDeniedException"}', 'GetSecretValue: AccessDeniedException'],
])('a secret %s is an error that contains nothing of it', async (_, body, message) => {
  const status = message.startsWith('secret') ? 200 : 400
  const { endpoint } = await startFaultServer({ status, body })
  await expect(secretSource('once-keys', configFor(endpoint))()).rejects.toThrow(message)
})
