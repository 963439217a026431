import type { Endpoint } from '../../../shared/webhooks/endpoints.ts'
import { eventSource } from '../../../shared/webhooks/webhook.ts'
import { secondsOf } from '../../../shared/time.ts'
import { linkEventOf } from '../../../jobs/events/link-event.ts'
import { makeLink, noon } from '../table/links.ts'
import { recordOf, type Change } from '../table/stream-records.ts'

/** A secret of an endpoint, as its receiver has it: 24 bytes. */
export const testWebhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** Returns the bytes of a secret. */
export function bytesOf(secret: string): Uint8Array {
  return Buffer.from(secret.replace('whsec_', ''), 'base64')
}

/** An endpoint whose URL nothing may log. */
export const testEndpoint: Endpoint = {
  id: 'orders',
  url: 'https://hooks.example.com/secret-path-4711?token=xyz',
  secretName: 'webhooks/orders',
}

/** Returns what the bus sends to the queue for a change of a link; throws if the change has no event. */
function busEventOf(change: Change): string {
  const event = linkEventOf(recordOf(change), { deployment: 'once', mode: 'home', here: 'us-east-1' })
  if (event === undefined) throw new Error('this change has no event')
  return busEvent(event.type, event.detail)
}

/** Returns an event of the bus as a rule of EventBridge sends it to a queue ("Events"). */
export function busEvent(type: string, detail: object): string {
  return JSON.stringify({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': type,
    source: eventSource,
    account: '111122223333',
    time: new Date(secondsOf(noon) * 1000).toISOString(),
    region: 'us-east-1',
    resources: [],
    detail,
  })
}

/** Returns the event of a link that was used, and names an endpoint. */
export function redeemedEvent(notify = 'orders'): string {
  return busEventOf({ before: { ...makeLink().link, notify } })
}
