import { webhooks } from '../../shared/schemas/webhook.ts'
import type { WebhookType } from '../../shared/webhooks/webhook.ts'
import { exampleId } from './examples.ts'

/** The link of the examples, as every webhook has it. */
const link = {
  deployment: 'once',
  id: exampleId,
  reference: 'case 17',
  notify: 'orders',
  issuedAt: '2026-11-24T12:00:00Z',
  expiresAt: '2026-11-25T12:00:00Z',
} as const

const used = { ...link, redeemedAt: '2026-11-24T15:00:00Z', urlExpiresAt: '2026-11-24T15:00:30Z' } as const

/** A link that takes a file, for four hours. */
const taken = { ...used, urlExpiresAt: '2026-11-24T19:00:00Z' } as const

/** A body of each webhook. test/unit/webhooks/examples.test.ts compares them with what the functions make. */
export const webhookExamples = {
  'link.redeemed': { type: 'link.redeemed', timestamp: '2026-11-24T15:00:00Z', data: used },
  'link.refused': { type: 'link.refused', timestamp: '2026-11-24T16:20:00Z', data: used },
  'link.locked': { type: 'link.locked', timestamp: '2026-11-24T15:00:00Z', data: link },
  'link.expired': { type: 'link.expired', timestamp: '2026-11-25T13:05:00Z', data: link },
  'link.revoked': { type: 'link.revoked', timestamp: '2026-11-24T13:00:00Z', data: link },
  'link.requested': { type: 'link.requested', timestamp: '2026-11-25T14:00:00Z', data: link },
  'link.unopened': { type: 'link.unopened', timestamp: '2026-11-25T00:00:00Z', data: link },
  'link.received': { type: 'link.received', timestamp: '2026-11-24T15:08:00Z', data: { ...taken, bytes: 4_404_019 } },
  'link.delivered': {
    type: 'link.delivered',
    timestamp: '2026-11-24T15:00:02Z',
    data: {
      deployment: link.deployment,
      id: link.id,
      reference: link.reference,
      notify: link.notify,
      delivery: {
        state: 'complete',
        bytes: 4_404_019,
        size: 4_404_019,
        firstAt: '2026-11-24T15:00:01Z',
        lastAt: '2026-11-24T15:00:02Z',
        summary: '4.4 of 4.4 MB, complete, 2026-11-24 15:00 UTC',
      },
    },
  },
} as const satisfies Readonly<Record<WebhookType, object>>

/** Headers of every webhook (Standard Webhooks, "Webhook headers"). */
const parameters = Object.entries({
  'webhook-id': 'The same in every attempt for an event: ignore an event whose id you have.',
  'webhook-timestamp': 'When this attempt was made, in seconds since 1970. Refuse one that is over 5 minutes off.',
  'webhook-signature':
    'Signatures, separated by spaces, of which one must fit: `v1,` and the Base64 of the HMAC-SHA256 of `webhook-id.webhook-timestamp.body`.',
}).map(([name, description]) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } }))

/** The section `webhooks` of the document: one item for each type. */
export const webhookItems = Object.fromEntries(
  (Object.keys(webhooks) as WebhookType[]).map(type => [type, itemOf(type)]),
)

function itemOf(type: WebhookType): object {
  const { title, description } = webhooks[type]
  const schema = { $ref: `#/components/schemas/${title}` }
  const examples = { event: { summary: type, value: webhookExamples[type] } }
  return {
    post: {
      operationId: `on${title}`,
      tags: ['webhooks'],
      summary: type,
      description: description.split(' The body of')[0],
      security: [],
      parameters,
      requestBody: { required: true, content: { 'application/json': { schema, examples } } },
      responses: {
        '2XX': { description: 'The event has arrived. The body is not read.' },
        '410': { description: 'The endpoint wants no more webhooks: no further attempt for this event.' },
        default: { description: 'Any other status, a redirect too: there are further attempts, for about 28 hours.' },
      },
    },
  }
}
