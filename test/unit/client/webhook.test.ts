import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { verifyWebhook, WebhookError } from '../../../client/client.ts'
import { signedHeaders } from '../../../jobs/webhooks/notify.ts'
import { webhookExamples } from '../../../tools/openapi/webhooks.ts'
import { secondsOf } from '../../../shared/time.ts'
import { noon } from '../../support/table/links.ts'
import { bytesOf, testWebhookSecret } from '../../support/webhooks/events.ts'

const example = webhookExamples['link.redeemed']
const body = JSON.stringify(example)
const headers = signedHeaders({ id: 'event-1', timestamp: secondsOf(noon), body }, [bytesOf(testWebhookSecret)])

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: noon }))
afterEach(() => void vi.useRealTimers())

describe('verifyWebhook', () => {
  test('takes headers as fetch and as Node.js have them, and a body as text or bytes', async () => {
    const capitals = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
    for (const each of [headers, capitals, new Headers(headers)]) {
      for (const raw of [body, new TextEncoder().encode(body), Buffer.from(body)]) {
        expect(await verifyWebhook(testWebhookSecret, each, raw)).toEqual({ id: 'event-1', event: example })
      }
    }
  })

  test.each([
    ['5 minutes old', 300_000, true],
    ['a second older', 301_000, false],
    ['5 minutes ahead', -300_000, true],
    ['a second more', -301_000, false],
  ])('of a webhook that is %s', async (_, ms, isAccepted) => {
    vi.setSystemTime(noon + ms)
    const verified = verifyWebhook(testWebhookSecret, headers, body)
    if (isAccepted) await expect(verified).resolves.toMatchObject({ id: 'event-1' })
    else await expect(verified).rejects.toThrow(WebhookError)
  })

  test.each(['', 'whsec_', 'whsec_AAAA', 'whsec_!!!!', testWebhookSecret.slice(6), `whsec_${'A'.repeat(400)}`])(
    'names a secret of another form, and does not repeat it: %j',
    async secret => {
      const error = await verifyWebhook(secret, headers, body).catch((each: Error) => each)
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message).toBe('secret: got another form, allowed: whsec_ and 24 to 64 bytes in Base64')
    },
  )

  test('without a secret accepts nothing', async () => {
    await expect(verifyWebhook([], headers, body)).rejects.toThrow(WebhookError)
  })

  test.each(['[]', 'null', 'x', '{"type":1}'])('rejects a signed body that is no event: %s', async raw => {
    const signed = signedHeaders({ id: 'event-1', timestamp: secondsOf(noon), body: raw }, [bytesOf(testWebhookSecret)])
    await expect(verifyWebhook(testWebhookSecret, signed, raw)).rejects.toThrow(
      'body: got something else, allowed: JSON with type, timestamp and data',
    )
  })

  test('no error has a signature, a secret or the body', async () => {
    for (const name of Object.keys(headers)) {
      if (name === 'content-type') continue
      const error = await verifyWebhook(testWebhookSecret, { ...headers, [name]: 'x' }, body).catch(
        (each: Error) => each,
      )
      expect(error).toBeInstanceOf(WebhookError)
      expect((error as Error).message).not.toContain(testWebhookSecret.slice(6))
    }
  })
})
