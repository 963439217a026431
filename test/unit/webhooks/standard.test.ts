import { describe, expect, test } from 'vitest'
import { verifyWebhook } from '../../../client/client.ts'
import { signedHeaders } from '../../../jobs/webhooks/notify.ts'
import { webhookExamples } from '../../../tools/openapi/webhooks.ts'
import { type EpochMs, type EpochSeconds, secondsOf } from '../../../shared/time.ts'
import { bytesOf, testWebhookSecret } from '../../support/webhooks/events.ts'
import { missingReference, referenceWebhooks } from '../../support/webhooks/standard.ts'

const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const now = Date.now()
const timestamp = secondsOf(now as EpochMs)
const bodies = [
  ...Object.values(webhookExamples).map(each => JSON.stringify(each)),
  '{"type":"é","timestamp":"","data":{}}',
]

/** Signs as the function does. */
const sign = (body: string, secrets: readonly string[] = [testWebhookSecret], at: EpochSeconds = timestamp) =>
  signedHeaders({ id: 'event-1', timestamp: at, body }, secrets.map(bytesOf))

/** Changes of a request that a receiver must reject. */
const forgeries: Readonly<Record<string, (body: string) => readonly [string, Record<string, string>]>> = {
  'another body': body => [`${body} `, sign(body)],
  'another id': body => [body, { ...sign(body), 'webhook-id': 'event-2' }],
  'another time': body => [body, { ...sign(body), 'webhook-timestamp': String(timestamp + 1) }],
  'another secret': body => [body, sign(body, [other])],
  'a time over five minutes ago': body => [body, sign(body, [testWebhookSecret], (timestamp - 310) as EpochSeconds)],
  'a time over five minutes ahead': body => [body, sign(body, [testWebhookSecret], (timestamp + 310) as EpochSeconds)],
  'a time that is none': body => [body, { ...sign(body), 'webhook-timestamp': 'now' }],
  'a signature of another version': body => [
    body,
    { ...sign(body), 'webhook-signature': sign(body)['webhook-signature'].replace('v1,', 'v2,') },
  ],
  'half a signature': body => [
    body,
    { ...sign(body), 'webhook-signature': sign(body)['webhook-signature'].slice(0, 20) },
  ],
  'no signature': body => [body, { ...sign(body), 'webhook-signature': '' }],
  'no id': body => [body, { ...sign(body), 'webhook-id': '' }],
}

describe.skipIf(missingReference !== undefined)('the reference of Standard Webhooks', () => {
  const installed = referenceWebhooks()
  const reference = installed && new installed.Webhook(testWebhookSecret)

  test.each(bodies)('accepts what we sign, and we accept what it signs: %s', async body => {
    expect(reference?.verify(body, sign(body))).toEqual(JSON.parse(body))
    const signature = reference?.sign('event-1', new Date(now), body) ?? ''
    expect(signature).toBe(sign(body)['webhook-signature'])
    const headers = { ...sign(body), 'webhook-signature': signature }
    const { id, event } = await verifyWebhook(testWebhookSecret, headers, body)
    expect([id, event]).toEqual(['event-1', JSON.parse(body)])
  })

  test('accepts either of the two signatures of a secret that changes, as we do', async () => {
    const [body = ''] = bodies
    const headers = sign(body, [other, testWebhookSecret])
    expect(reference?.verify(body, headers)).toEqual(JSON.parse(body))
    for (const secret of [other, testWebhookSecret, [other, testWebhookSecret]]) {
      await expect(verifyWebhook(secret, headers, body)).resolves.toMatchObject({ id: 'event-1' })
    }
  })

  test.each(Object.entries(forgeries))('rejects %s, as we do', async (_, forge) => {
    const [body, headers] = forge(bodies[0] ?? '')
    expect(() => reference?.verify(body, headers)).toThrow()
    await expect(verifyWebhook(testWebhookSecret, headers, body)).rejects.toThrow(/^webhook-/)
  })
})
