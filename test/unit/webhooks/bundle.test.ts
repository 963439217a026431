import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { secretsManager } from '../../../jobs/webhooks/adapters/aws.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { loadBundle } from '../../support/edge/load-bundle.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { bytesOf, redeemedEvent, testEndpoint, testWebhookSecret } from '../../support/webhooks/events.ts'
import { recordOfMessage } from '../../support/webhooks/queue.ts'

const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const queueUrl = (origin: string, name: string) => `${origin}/111122223333/once-${name}`

/** Answers calls of AWS's JSON protocol; `asked` has the operation and the body of each. Ends with the test. */
async function awsHere(answer: (operation: string, body: Readonly<Record<string, unknown>>) => object | Error) {
  const asked: (readonly [string, Readonly<Record<string, unknown>>])[] = []
  const { origin } = await serveHere((request: IncomingMessage, response) => {
    void (async () => {
      const body = (await json(request)) as Readonly<Record<string, unknown>>
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      asked.push([operation, body])
      const answered = answer(operation, body)
      const isError = answered instanceof Error
      response.writeHead(isError ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(isError ? { __type: answered.message } : answered))
    })()
  })
  return { origin, asked }
}

beforeEach(() => {
  for (const [name, value] of Object.entries({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  }))
    vi.stubEnv(name, value)
  return () => void vi.unstubAllEnvs()
})

describe('the bundled function that sends webhooks', () => {
  const load = async (deadLetterUrl: string | undefined) => {
    vi.stubEnv('DEAD_LETTER_URL', deadLetterUrl)
    const endpoints = [{ ...testEndpoint, url: 'https://hooks.example.invalid/' }]
    const bundle = await bundleFunction('jobs/webhooks/main.ts', testDeployment({ endpoints }))
    const { handler } = (await loadBundle(bundle)) as unknown as {
      handler: (event: SQSEvent) => Promise<SQSBatchResponse>
    }
    return { handler, bundle }
  }

  test('asks for the secret, and tells the queues what becomes of a message', async () => {
    const { origin, asked } = await awsHere((operation, { MessageBody }) =>
      operation === 'GetSecretValue'
        ? { SecretString: testWebhookSecret, CreatedDate: 1 }
        : { MD5OfMessageBody: hash('md5', String(MessageBody)) },
    )
    vi.stubEnv('AWS_ENDPOINT_URL', origin)
    const { handler } = await load(queueUrl(origin, 'dead-webhooks'))
    const message = { messageId: 'm', body: redeemedEvent(), receives: 1, visibleAt: 0 }
    const records = [message, { ...message, messageId: 'last', receives: 8 }].map(recordOfMessage)
    // No DNS knows the endpoint (RFC 2606).
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] })
    const calls = new Map(asked)
    expect(calls.get('GetSecretValue')).toEqual({ SecretId: 'webhooks/orders', VersionStage: 'AWSCURRENT' })
    expect(calls.get('ChangeMessageVisibility')).toEqual({
      QueueUrl: queueUrl(origin, 'webhooks-orders'),
      ReceiptHandle: 'handle-of-m',
      VisibilityTimeout: expect.any(Number) as number,
    })
    expect(calls.get('SendMessage')).toEqual({ QueueUrl: queueUrl(origin, 'dead-webhooks'), MessageBody: message.body })
  })

  test('does not load without the dead-letter queue', async () => {
    await expect(load(undefined)).rejects.toThrow('set DEAD_LETTER_URL')
  })
})

describe('the secret of an endpoint', () => {
  /** Secrets Manager with these values, and when the current one was put. */
  async function secretsWith(current: string, { previous, changedAt }: { previous?: string; changedAt: number }) {
    const state = { down: false }
    const { origin, asked } = await awsHere((_, { VersionStage }) => {
      if (state.down) return new Error('InvalidRequestException')
      const value = VersionStage === 'AWSCURRENT' ? current : previous
      return value === undefined
        ? new Error('ResourceNotFoundException')
        : { SecretString: value, CreatedDate: changedAt / 1000 }
    })
    vi.stubEnv('AWS_ENDPOINT_URL', origin)
    const clock = manualClock()
    return { secrets: secretsManager(clock), clock, asked, state }
  }
  const hours = 3_600_000

  test('signs alone if it has not changed for two days, and is asked for every five minutes', async () => {
    const changedAt = manualClock().now() - 49 * hours
    const { secrets, clock, asked } = await secretsWith(testWebhookSecret, { previous: other, changedAt })
    expect(await secrets.keysOf('s')).toEqual([bytesOf(testWebhookSecret)])
    clock.advance(299_000)
    await secrets.keysOf('s')
    expect(asked).toHaveLength(1)
    clock.advance(1000)
    await secrets.keysOf('s')
    expect(asked).toHaveLength(2)
  })

  test('signs together with the one before for two days after a change', async () => {
    const changedAt = manualClock().now() - 47 * hours
    const { secrets } = await secretsWith(testWebhookSecret, { previous: other, changedAt })
    expect(await secrets.keysOf('s')).toEqual([bytesOf(testWebhookSecret), bytesOf(other)])
  })

  test('signs alone if there was none before', async () => {
    const { secrets } = await secretsWith(testWebhookSecret, { changedAt: manualClock().now() })
    expect(await secrets.keysOf('s')).toEqual([bytesOf(testWebhookSecret)])
  })

  test('is used for up to an hour while Secrets Manager fails, and no longer', async () => {
    const { secrets, clock, state } = await secretsWith(testWebhookSecret, { changedAt: 0 })
    await secrets.keysOf('s')
    state.down = true
    clock.advance(59 * 60_000)
    expect(await secrets.keysOf('s')).toEqual([bytesOf(testWebhookSecret)])
    clock.advance(60_000)
    await expect(secrets.keysOf('s')).rejects.toMatchObject({ name: 'InvalidRequestException' })
  })

  test.each([
    '',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_AAAA',
    '{"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}',
  ])('of another form signs nothing, and no error repeats it: %j', async text => {
    const { secrets } = await secretsWith(text, { changedAt: 0 })
    const error = await secrets.keysOf('s').catch((each: Error) => each)
    expect(error).toMatchObject({ name: 'secret-malformed', message: 'a secret of webhooks has another form' })
  })
})
