import { reasons, refusalFor } from '../../shared/refusal.ts'
import { exampleNonce } from './examples.ts'
import { callerReasons } from './links-operations.ts'
import type { Operation } from './operation.ts'

/** `POST /exchange`. */
export const exchangeOperation: Operation = {
  id: 'exchangeNonce',
  method: 'post',
  path: '/exchange',
  tag: 'exchange',
  summary: 'Trade a nonce for a presigned URL',
  description:
    'Uses a link without a browser: once, over all edges and this API. The response is a presigned S3 URL. It is bound to no address: it works from any until it ends, and the `network` of the link limits only from where it may be exchanged. If the link keeps a receipt, the same caller with the same `Idempotency-Key` gets the same URL again until it ends. A link that requires a confirmation needs none here; a link for a player, or one that is bound to the client, is refused as `unsupported`. The quota does not count exchanges. To an issuer that may use only its own links, a link of another one, one whose item is gone, because it was used without a receipt or expired, and one that never existed are all `no-such-link`, whatever else would refuse them; the link is not used.',
  parameters: ['IdempotencyKey'],
  body: {
    schema: 'ExchangeRequest',
    examples: { nonce: { summary: 'The 43 characters after /d/ in a link', value: { nonce: exampleNonce } } },
  },
  successes: [
    {
      status: 200,
      description: 'The link is used.',
      schema: 'ExchangeResponse',
      examples: {
        url: {
          summary: 'Fetch it before it ends',
          value: {
            url: 'https://content.s3.us-east-1.amazonaws.com/hello.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=30',
            expiresAt: '2026-11-24T12:00:30Z',
          },
        },
      },
    },
  ],
  apiReasons: [...callerReasons, 'not-json', 'body-too-large', 'invalid-json', 'invalid-fields', 'no-such-link'],
  reasons: reasons.filter(reason => refusalFor(reason).viewersOnly !== true),
}
