import { exchangeRoutes, linkRoutes } from '../../shared/api/routes.ts'
import { maxBatch } from '../../shared/limits.ts'
import { reasons, refusalFor } from '../../shared/refusal.ts'
import { batchSeconds } from '../../shared/schemas/batch.ts'
import {
  exampleBatch,
  exampleIssued,
  exampleLinks,
  exampleNonce,
  exampleRevoked,
  exampleUsed,
  exampleView,
} from './examples.ts'
import { bodyReasons, type Operation, operationsOf, type ResponseLink, type RouteTexts } from './operation.ts'

/**
 * What to do next with a response. A nonce is a part of a `url`, which no runtime expression can cut out: so nothing here leads
 * to `exchangeNonce` or to a viewer's operations.
 */
const linkTo =
  (operationId: string, description: string) =>
  (id: string): ResponseLink => ({ operationId, description, parameters: { id } })
const show = linkTo('showLink', 'Shows the link.')
const revoke = linkTo('revokeLink', 'Revokes the link.')
const replace = linkTo('replaceLink', 'Issues another link in place of it.')

const linkTexts: RouteTexts<typeof linkRoutes> = {
  issueLink: {
    summary: 'Issue a link',
    description: [
      'Makes a link that works once. Only this response contains its secret. It also says how the signed URL will work: `urlSeconds` counts from the moment when the link is opened, and `bind` says for whom. By default the URL of a large file ends long before a slow line has it all; a download that breaks off then is lost, and `advice` says so. With `bind` `client` it can go on. With an `Idempotency-Key`, the same request of the same caller gets the same response for a day. An issuer may be limited to keys that start with certain prefixes.',
      'The API looks at the object. If the bucket has versions, the link delivers the version that it sees, or the one in `versionId`, and the response has `"pinned": true`. A missing object, or version, is refused as `object-missing`, and `errors` names it. If S3 does not respond, the response is `503`. If the deployment scans files (`scan`), an object without a result is `object-unchecked`, and one whose result is not right `object-refused`; of a folder, every object counts. After all these, nothing is issued, and the `Idempotency-Key` is free.',
    ].join('\n\n'),
    headers: ['IdempotencyKey'],
    examples: exampleLinks,
    responses: {
      201: {
        description: 'The link.',
        headers: ['Location'],
        examples: { issued: { summary: 'Send the `url` to the viewer', value: exampleIssued } },
        links: { show: show('$response.body#/id'), revoke: revoke('$response.body#/id') },
      },
    },
    apiReasons: [
      'key-not-allowed',
      'sender-fixed',
      'idempotency-key-reused',
      'idempotency-key-in-use',
      'idempotency-key-retired',
      'object-missing',
      'object-unchecked',
      'object-refused',
    ],
  },
  listLinks: {
    summary: 'List links',
    description:
      'Lists links without their secrets, page by page: repeat with `next` as `cursor` until there is no `next`. A link that exists from the first page to the last is on exactly one page. A list may be a second old; `GET /links/{id}` is current. A request costs one request of the quota for each page of the table that it reads: usually one, with `state` up to ten. If the quota runs out, the page ends early. If the deployment has issuers, the list has the links of the caller only, or with the verb `admin` those of all or of one `issuer`; then, too, a request may read up to ten pages and return few links.',
    responses: {
      200: {
        description: 'A page.',
        examples: { page: { summary: 'The last page', value: { links: [exampleView] } } },
        links: {
          nextPage: {
            operationId: 'listLinks',
            description: 'Gets the next page, if `next` is there.',
            parameters: {
              cursor: '$response.body#/next',
              reference: '$request.query.reference',
              state: '$request.query.state',
              issuer: '$request.query.issuer',
            },
          },
          showFirst: show('$response.body#/links/0/id'),
        },
      },
    },
    apiReasons: ['invalid-fields'],
  },
  issueLinks: {
    summary: `Issue up to ${maxBatch} links`,
    description: [
      'Issues each link as `POST /links` does, several at the same time, in no order. A refused link does not affect the others. A batch costs as many requests of the quota as it has links, also if some are refused.',
      `If a link can't be written, or does not begin within ${batchSeconds} seconds, its result is \`503\`. If this is so for every link, the response is \`503\`.`,
      'With an `Idempotency-Key`, the same batch sent again gets the same links again, and issues those that were not issued before. A key names one batch: another batch with this key, also one with a link changed, added or left out, gets `422` and issues nothing. If every link of a batch was invalid, its key is still free. To correct the invalid links of a batch, send them alone with another key.',
    ].join(' '),
    headers: ['IdempotencyKey'],
    examples: { batch: { summary: 'Two links, one of them wrong', value: exampleBatch.request } },
    responses: {
      200: {
        description: 'One result for each link, in the order of the request.',
        examples: { batch: { summary: 'One was issued, one was not', value: exampleBatch.response } },
        links: {
          showFirst: show('$response.body#/results/0/link/id'),
          revokeFirst: revoke('$response.body#/results/0/link/id'),
        },
      },
    },
    apiReasons: ['idempotency-key-reused'],
  },
  showLink: {
    summary: 'Show a link',
    description:
      'Shows the state of a link. A used link without a receipt no longer exists: `404`. With a receipt, the response shows when, where and by whom the link was used. A link of another issuer is `404`, as one that never existed.',
    responses: {
      200: {
        description: 'The link as it is now.',
        examples: {
          live: { summary: 'Not used yet', value: exampleView },
          used: { summary: 'Used, with a receipt', value: exampleUsed },
        },
        links: { revoke: revoke('$request.path.id'), replace: replace('$request.path.id') },
      },
    },
    apiReasons: ['no-such-link'],
  },
  revokeLink: {
    summary: 'Revoke a link',
    description:
      'Revokes a link, used or not. May be repeated. After `200`, `204` or `404`, the link hands out nothing more, not even a repeat to the client that used it; only a request that had used it before may still get its response, within seconds. After any other response, the link may still work. A link of another issuer is `404`, as one that never existed, and is not revoked.',
    responses: {
      200: {
        description:
          'The link is revoked, now or before, and was used before that. What was handed out works until `capabilityEndsAt`.',
        examples: { used: { summary: 'Used, then revoked', value: exampleRevoked } },
        links: { show: show('$request.path.id') },
      },
      204: {
        description:
          'The link is revoked, now or before, and nothing works that it handed out: it was never used, or takes a file, and no upload can be begun or completed any more.',
        links: { show: show('$request.path.id') },
      },
    },
    apiReasons: ['no-such-link'],
  },
  replaceLink: {
    summary: 'Replace a link',
    description: [
      'Revokes a link and issues another one with the same options, for the same version and as long a life: for a link that is lost, expired or locked, or was used with a receipt if its URL has ended. At no time both work. A link with a passphrase gets another one. All is checked anew, and the caller needs the rights to issue and to revoke. It takes no body.',
      'The same request with the same `Idempotency-Key` gets the same response for a day, and goes on after `503`. If the link was revoked, or replaced by another request, the response is `409` with `link-revoked`.',
    ].join('\n\n'),
    headers: ['RequiredIdempotencyKey'],
    responses: {
      201: {
        description: 'The link in place of the other one, which opens nothing more.',
        headers: ['Location'],
        examples: { replaced: { summary: 'Send the `url` to the viewer', value: exampleIssued } },
        links: { show: show('$response.body#/id'), revoke: revoke('$response.body#/id') },
      },
    },
    apiReasons: [
      ...bodyReasons,
      'idempotency-key-reused',
      'idempotency-key-in-use',
      'idempotency-key-retired',
      'object-missing',
      'object-unchecked',
      'object-refused',
      'no-such-link',
      'link-revoked',
      'capability-alive',
    ],
  },
}

const exchangeTexts: RouteTexts<typeof exchangeRoutes> = {
  exchangeNonce: {
    summary: 'Trade a nonce for a presigned URL',
    description:
      'Uses a link without a browser: once, over all edges and this API. The response is a presigned S3 URL. It is bound to no address: it works from any until it ends, and the `network` of the link limits only from where it may be exchanged. If the link keeps a receipt, the same caller with the same `Idempotency-Key` gets the same URL again until it ends. A link that requires a confirmation needs none here; a link for a player or for several clients, or one that is bound to the client, is refused as `unsupported`. The quota does not count exchanges. To an issuer that may use only its own links, a link of another one, one whose item is gone, because it was used without a receipt or expired, and one that never existed are all `no-such-link`, whatever else would refuse them; the link is not used.',
    headers: ['IdempotencyKey'],
    examples: { nonce: { summary: 'The 43 characters after /d/ in a link', value: { nonce: exampleNonce } } },
    responses: {
      200: {
        description: 'The link is used.',
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
    },
    apiReasons: ['no-such-link'],
    reasons: reasons.filter(reason => refusalFor(reason).viewersOnly !== true),
  },
}

/** Operations of `/links` and `/exchange`. */
export const apiOperations: readonly Operation[] = [
  ...operationsOf('links', linkRoutes, linkTexts),
  ...operationsOf('exchange', exchangeRoutes, exchangeTexts),
]
