import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHandler, delays } from '../../../jobs/webhooks/handler.ts'
import type { Transport, WebhookRequest, WebhookResponse } from '../../../jobs/webhooks/ports.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { redeemedEvent, testEndpoint, testWebhookSecret } from '../../support/webhooks/events.ts'
import { simulatedQueue } from '../../support/webhooks/queue.ts'

/** A receiver that answers each request in turn, the last one for ever; an error is a connection that failed. */
function receiver(...answers: readonly (number | WebhookResponse | Error)[]) {
  const requests: WebhookRequest[] = []
  const transport: Transport = {
    async post(request) {
      const answer = answers[Math.min(requests.length, answers.length - 1)]
      requests.push(request)
      if (answer instanceof Error) throw answer
      return typeof answer === 'object' ? answer : { status: answer ?? 200 }
    },
  }
  return { transport, requests }
}

type MakeHandler = typeof createHandler

/** Delivers one event until nothing is left of it, and returns what happened. */
async function deliver(
  transport: Transport,
  { make = createHandler, body = redeemedEvent() }: { make?: MakeHandler; body?: string } = {},
) {
  const queue = simulatedQueue(transport)
  const handler = make(queue.ports, [testEndpoint])
  queue.send(body)
  const startedAt = queue.clock.now()
  for (let turns = 0; turns < 50 && (await queue.turn(handler)); turns += 1);
  return { ...queue, body, hours: (queue.clock.now() - startedAt) / 3_600_000 }
}

const timedOut = Object.assign(new Error('https://hooks.example.com/secret-path-4711'), { name: 'timeout' })

describe('an endpoint that', () => {
  test('answers 2xx gets the event once', async () => {
    const { transport, requests } = receiver(204)
    const { dead, messages } = await deliver(transport)
    expect([requests.length, dead, messages]).toEqual([1, [], []])
  })

  test.each([
    ['fails with 500', 500],
    ['redirects', 302],
    ['hangs', timedOut],
    ['resolves to a private address', Object.assign(new Error('10.0.0.1'), { name: 'address-not-allowed' })],
    ['refuses connections', Object.assign(new Error('x'), { name: 'ECONNREFUSED' })],
  ])('%s gets the event with the same id until it answers', async (_, answer) => {
    const { transport, requests } = receiver(answer, answer, answer, 200)
    const { dead, messages } = await deliver(transport)
    expect(requests).toHaveLength(4)
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4)
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1)
    expect([dead, messages]).toEqual([[], []])
  })

  test('never answers: after eight attempts in about 28 hours the dead-letter queue has the event', async () => {
    const { transport, requests } = receiver(timedOut)
    const { dead, messages, hours, body } = await deliver(transport)
    expect(requests).toHaveLength(delays.length + 1)
    expect(hours).toBeCloseTo(27.6, 1)
    expect([dead, messages]).toEqual([[body], []])
  })

  test('answers 410 gets no further attempt, and the dead-letter queue has the event', async () => {
    const { transport, requests } = receiver(410)
    const { dead, body } = await deliver(transport)
    expect([requests.length, dead]).toEqual([1, [body]])
  })

  test.each([
    ['120', 120],
    ['1', 5],
  ])('demands Retry-After %s is asked again after %d seconds', async (retryAfter, seconds) => {
    const { transport } = receiver({ status: 503, retryAfter }, 200)
    const { hours } = await deliver(transport)
    expect(hours * 3600).toBeCloseTo(seconds, 3)
  })

  test('is no longer in the settings: the dead-letter queue has the event', async () => {
    const { transport, requests } = receiver(200)
    const body = redeemedEvent('removed')
    const { dead } = await deliver(transport, { body })
    expect([requests.length, dead]).toEqual([0, [body]])
  })

  test('is slow holds up no message of the same batch', async () => {
    const answered: string[] = []
    let open = () => {}
    const waiting = new Promise<void>(resolve => (open = resolve))
    const queue = simulatedQueue({
      async post({ body }) {
        if (answered.length === 0 && body.includes('first')) await waiting
        answered.push(body.includes('first') ? 'slow' : 'fast')
        open()
        return { status: 200 }
      },
    })
    queue.send(redeemedEvent().replace('"reference"', '"x"').replace('"orders"', '"orders","reference":"first"'))
    queue.send(redeemedEvent())
    await queue.turn(createHandler(queue.ports, [testEndpoint]))
    expect(answered).toEqual(['fast', 'slow'])
    expect(queue.messages).toEqual([])
  })
})

describe('nothing is lost', () => {
  test('if the queue accepts no delay: it shows the message again, and moves it at last', async () => {
    const { transport, requests } = receiver(500)
    const queue = simulatedQueue(transport)
    queue.failing.queue = true
    const handler = createHandler(queue.ports, [testEndpoint])
    queue.send(redeemedEvent())
    for (let turns = 0; turns < 50 && (await queue.turn(handler)); turns += 1);
    expect(requests.length).toBe(16)
    expect(queue.dead).toHaveLength(1)
    expect(queue.lines.every(({ error }) => error === 'Error')).toBe(true)
  })

  test('if a message is none of ours: the dead-letter queue has it', async () => {
    const { transport } = receiver(200)
    for (const body of [
      '',
      '{',
      '[]',
      '{"source":"once-at-edge","detail-type":"Link redeemed"}',
      redeemedEvent().replace('once-at-edge', 'aws.s3'),
    ]) {
      const { dead } = await deliver(transport, { body })
      expect(dead).toEqual([body])
    }
  })

  test('if the secret can’t be read', async () => {
    const { transport, requests } = receiver(200)
    const queue = simulatedQueue(transport)
    const broken = { ...queue.ports, secrets: { keysOf: async () => Promise.reject(new Error(testWebhookSecret)) } }
    queue.send(redeemedEvent())
    await queue.turn(createHandler(broken, [testEndpoint]))
    expect(requests).toEqual([])
    expect(queue.messages).toHaveLength(1)
    await queue.turn(createHandler(queue.ports, [testEndpoint]))
    expect([requests.length, queue.messages]).toEqual([1, []])
    expect(JSON.stringify(queue.lines)).not.toContain(testWebhookSecret)
  })
})

test('a log has no URL, payload, signature or secret', async () => {
  const { transport, requests } = receiver(500, timedOut, 302, 200)
  const { lines } = await deliver(transport)
  const text = JSON.stringify(lines)
  expect(lines.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['retried', 'status'],
    ['retried', 'timeout'],
    ['retried', 'redirect'],
    ['delivered', undefined],
  ])
  const { 'webhook-signature': signature = 'x' } = requests[0]?.headers ?? {}
  for (const secret of [
    'hooks.example.com',
    'secret-path',
    'token',
    'issuedAt',
    signature,
    testWebhookSecret.slice(6),
  ]) {
    expect(text).not.toContain(secret)
  }
})

test('if each attempt had an id of its own, the tests above would fail', async () => {
  const root = await brokenCopy(
    'webhook-ids',
    [
      {
        file: 'jobs/webhooks/notify.ts',
        find: '= signedHeaders({ id,',
        replace: '= signedHeaders({ id: `${id}-${clock.now()}`,',
      },
    ],
    ['jobs', 'shared'],
  )
  onTestFinished(async () => removeCopy(root))
  const { createHandler: make } = (await import(join(root, 'jobs/webhooks/handler.ts'))) as {
    createHandler: MakeHandler
  }
  const { transport, requests } = receiver(500, 500, 200)
  await deliver(transport, { make })
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(3)
})
