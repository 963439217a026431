import { exampleNonce } from './examples.ts'
import type { Operation } from './operation.ts'

/** `POST /exchange`: redeeming where no browser is. */
export const exchangeOperation: Operation = {
  id: 'exchangeNonce',
  method: 'post',
  path: '/exchange',
  tag: 'exchange',
  summary: 'Trade a nonce for a presigned URL',
  description:
    'Redeems a link without a browser, once over all edges and this API. The answer is a presigned URL of S3, which works from any address for its seconds. With a receipt and an `Idempotency-Key` the same caller gets the same again. A link that asks for a confirmation needs none here; one for a player is `unsupported`. Not counted by the quota.',
  parameters: ['IdempotencyKey'],
  body: {
    schema: 'ExchangeRequest',
    examples: { nonce: { summary: 'What is behind /d/ in a link', value: { nonce: exampleNonce } } },
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
  apiReasons: ['not-json', 'body-too-large', 'invalid-json', 'invalid-fields'],
  reasons: [
    'idempotency-key-invalid',
    'malformed',
    'forged',
    'unsupported',
    'expired',
    'address-unsupported',
    'revoked',
    'spent',
    'not-yet-valid',
    'wrong-network',
    'outcome-unknown',
    'unavailable',
    'failed',
  ],
}
