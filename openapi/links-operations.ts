import { batchSeconds, maxBatch } from '../shared/schemas/batch.ts'
import { exampleBatch, exampleIssued, exampleLinks, exampleNonce, exampleUsed, exampleView } from './examples.ts'
import type { Operation } from './operation.ts'

const quota = ['RateLimit', 'RateLimit-Policy'] as const

/** What issuing is refused for first, one link or many. */
const ofIssuing = [
  'too-many-requests',
  'not-json',
  'body-too-large',
  'invalid-json',
  'invalid-fields',
  'idempotency-key-reused',
] as const

const issue: Operation = {
  id: 'issueLink',
  method: 'post',
  path: '/links',
  tag: 'links',
  summary: 'Issue a link',
  description:
    'Makes a link that works once. The answer is the only one that ever holds its secret. With an `Idempotency-Key` the same request of the same caller gets the same answer for a day.',
  parameters: ['IdempotencyKey'],
  body: { schema: 'IssueLink', examples: exampleLinks },
  successes: [
    {
      status: 201,
      description: 'The link.',
      schema: 'IssuedLink',
      headers: ['Location', ...quota],
      examples: { issued: { summary: 'Hand out the `url`', value: exampleIssued } },
    },
  ],
  apiReasons: [...ofIssuing, 'idempotency-key-in-use', 'idempotency-key-retired', 'unavailable'],
  reasons: [],
}

const batch: Operation = {
  id: 'issueLinks',
  method: 'post',
  path: '/links/batch',
  tag: 'links',
  summary: `Issue up to ${maxBatch} links`,
  description: [
    'Issues each as if it were asked for alone, several at a time and in no order; one that is refused spoils no other. Costs as many requests of the quota as it has links, whatever becomes of them.',
    `A link that could not be written, or whose turn did not come within ${batchSeconds} seconds, is \`503\` in its place; if that is all of them, it is the answer.`,
    'With an `Idempotency-Key` the same batch sent again gets the same links again, and tries those that were not issued. A key stands for one batch: another under it, or the same with a link changed, added or left out, is `422` as a whole and issues nothing; where none could be read it stands for nothing yet. To mend the wrong ones of a batch, send those alone under another key.',
  ].join(' '),
  parameters: ['IdempotencyKey'],
  body: {
    schema: 'BatchRequest',
    examples: { batch: { summary: 'Two links, one of them wrong', value: exampleBatch.request } },
  },
  successes: [
    {
      status: 200,
      description: 'What became of each, in the order in which they were asked for.',
      schema: 'BatchResponse',
      headers: quota,
      examples: { batch: { summary: 'One was issued, one was not', value: exampleBatch.response } },
    },
  ],
  apiReasons: [...ofIssuing, 'unavailable'],
  reasons: [],
}

const list: Operation = {
  id: 'listLinks',
  method: 'get',
  path: '/links',
  tag: 'links',
  summary: 'List links',
  description:
    'Shows links without their secrets, page by page: go on with `next` until there is none. A link that is there all the while is on exactly one page. What is shown may be a second old; `GET /links/{id}` is not. Costs a request of the quota for each page of the table that is read: one as a rule, up to ten with `state`. A page ends early when the quota does.',
  parameters: ['reference', 'state', 'limit', 'cursor'],
  successes: [
    {
      status: 200,
      description: 'A page.',
      schema: 'LinkPage',
      headers: quota,
      examples: { page: { summary: 'The last page', value: { links: [exampleView] } } },
    },
  ],
  apiReasons: ['too-many-requests', 'invalid-fields', 'unavailable'],
  reasons: [],
}

const show: Operation = {
  id: 'showLink',
  method: 'get',
  path: '/links/{id}',
  tag: 'links',
  summary: 'Show a link',
  description:
    'What has become of a link. Without a receipt nothing is left of one that was used: `404`. With one, it says when, where and by whom.',
  parameters: ['id'],
  successes: [
    {
      status: 200,
      description: 'The link as it stands.',
      schema: 'LinkView',
      headers: quota,
      examples: {
        live: { summary: 'Not used yet', value: exampleView },
        used: { summary: 'Used, with a receipt', value: exampleUsed },
      },
    },
  ],
  apiReasons: ['too-many-requests', 'no-such-link', 'unavailable'],
  reasons: [],
}

const revoke: Operation = {
  id: 'revokeLink',
  method: 'delete',
  path: '/links/{id}',
  tag: 'links',
  summary: 'Revoke a link',
  description:
    'Withdraws a link that nobody has used. May be repeated. Whatever the answer is but `503`, the link opens for nobody any more.',
  parameters: ['id'],
  successes: [{ status: 204, description: 'It is withdrawn, now or before.', headers: quota }],
  apiReasons: ['too-many-requests', 'no-such-link', 'already-used', 'unavailable'],
  reasons: [],
}

/** What can be done with `/links`. */
export const linksOperations: readonly Operation[] = [issue, list, batch, show, revoke]

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
