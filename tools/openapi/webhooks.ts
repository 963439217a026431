import { webhooks } from '../../shared/schemas/webhook.ts'
import type { WebhookType } from '../../shared/webhook.ts'
import { webhookExamples } from './webhook-examples.ts'

/** Headers of every webhook (Standard Webhooks, "Webhook headers"). */
const parameters = [
  header('webhook-id', 'The same in every attempt for an event: ignore an event whose id you have.'),
  header(
    'webhook-timestamp',
    'When this attempt was made, in seconds since 1970. Refuse one that is over 5 minutes off.',
  ),
  header(
    'webhook-signature',
    'Signatures, separated by spaces, of which one must fit: `v1,` and the Base64 of the HMAC-SHA256 of `webhook-id.webhook-timestamp.body`.',
  ),
]

function header(name: string, description: string): object {
  return { name, in: 'header', required: true, description, schema: { type: 'string' } }
}

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
