import { maxCapabilitySeconds } from '../../shared/limits.ts'
import { idempotencyKeyRule } from '../../shared/http.ts'
import { batchRequest, batchResponse, issuedItem, refusedItem } from '../../shared/schemas/batch.ts'
import { exchangeRequest, exchangeResponse } from '../../shared/schemas/exchange.ts'
import { linkIdField, timeField } from '../../shared/schema-fields.ts'
import { issuedLink, issueLink } from '../../shared/schemas/issue-link.ts'
import { linkPage, linkView, listQuery, revokedLink } from '../../shared/schemas/link-view.ts'
import { problemDocument } from '../../shared/schemas/problem.ts'
import { receivedRequest, receivedState } from '../../shared/schemas/received.ts'
import {
  completeRequest,
  partsRequest,
  signedParts,
  uploadedFile,
  uploadRequest,
  uploadState,
} from '../../shared/schemas/upload.ts'
import { webhooks } from '../../shared/schemas/webhook.ts'
import { exampleId, exampleNonce, exampleState } from './examples.ts'

/** Body of the response to a viewer that accepts JSON. */
const capability = {
  type: 'object',
  title: 'Capability',
  description: 'What a viewer gets with `Accept: application/json`.',
  required: ['url', 'expiresAt'],
  properties: {
    url: {
      type: 'string',
      format: 'uri',
      description:
        'The signed URL. It works until `expiresAt`, as often as needed and also for ranges, for the client or the addresses that the `bind` of the link names. Others get `403`, with the reason `other-address` or `other-client`, or a page.',
    },
    expiresAt: { ...timeField, description: 'When the URL ends.' },
    token: {
      type: 'string',
      description:
        'Only of a link that takes a file: `url` is that of `GET /received`, and this is what to send in `Once-Upload`.',
    },
    cookies: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description:
        'Cookies, by name, to send with every request for the file, or for the files of a folder. Only for a folder, and for a link that is bound to the client if the request had no `Once-Client`.',
    },
  },
} as const

/** Returns schemas by their titles, which are their names in the document. */
function byTitle<T extends { readonly title: string }>(schemas: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(schemas.map(schema => [schema.title, schema]))
}

/** Bodies of requests: unknown fields are refused. */
export const requestSchemas = byTitle([
  issueLink,
  batchRequest,
  uploadRequest,
  partsRequest,
  completeRequest,
  receivedRequest,
  exchangeRequest,
])

/** Bodies of responses and webhooks: a later version may add fields, so the document allows unknown ones. */
export const responseSchemas = byTitle([
  issuedLink,
  batchResponse,
  issuedItem,
  refusedItem,
  linkView,
  linkPage,
  revokedLink,
  uploadState,
  signedParts,
  uploadedFile,
  receivedState,
  exchangeResponse,
  capability,
  problemDocument,
  ...Object.values(webhooks),
])

const inHeader = (name: string, about: object) => ({ name, in: 'header', ...about })
const inPath = (name: string, about: object) => ({ name, in: 'path', required: true, ...about })

/** Parameters by the name that operations use. Those of `GET /links` are the fields of its query. */
export const parameters = {
  IdempotencyKey: inHeader('Idempotency-Key', {
    description: `Names the request, so that sending it again is recognized: ${idempotencyKeyRule}. Two callers never share a key; a caller is a user, or a role with all its sessions.`,
    schema: { type: 'string', pattern: '^[\\x20-\\x7e]{1,255}$' },
    example: 'order-4711',
  }),
  RequiredIdempotencyKey: inHeader('Idempotency-Key', {
    required: true,
    description: `Names the request, so that only sending it again goes on after a failure: ${idempotencyKeyRule}.`,
    schema: { type: 'string', pattern: '^[\\x20-\\x7e]{1,255}$' },
    example: 'replace-4711',
  }),
  OnceClient: inHeader('Once-Client', {
    description:
      'A secret of this client: 32 random bytes in base64url. If the link is bound to the client, the signed URL then works for requests with the same header, without cookies. With a receipt, the same header opens the link again and gets the same URL while that lives. With `POST`, it also confirms.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
    example: 'q3J0sQh1mN0c2u8yZJY4mXb6w5tq9C1rVf0aGk7eT2s',
  }),
  OncePassphrase: inHeader('Once-Passphrase', {
    description:
      'The passphrase of the link, if it has one, in UTF-8, percent-encoded but for letters, digits and - . _ ~. Other links ignore it. A browser sends it in the form of the page that asks for it.',
    schema: { type: 'string' },
    example: '4821-0937-5526',
  }),
  id: inPath('id', { description: 'The `id` of the link.', schema: linkIdField, example: exampleId }),
  uploadId: inPath('id', {
    description: 'The `id` of the upload.',
    schema: uploadState.properties.id,
    example: exampleState.id,
  }),
  nonce: inPath('nonce', {
    description: 'The nonce, the secret in the link.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
    example: exampleNonce,
  }),
  ...Object.fromEntries(
    Object.entries(listQuery.properties).map(([name, { description, ...schema }]) => [
      name,
      { name, in: 'query', description, schema },
    ]),
  ),
}

const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example })

/** Headers of responses, by the name that operations use. */
export const headers = {
  Location: text('URL that shows the link, relative to the URL of the API.', `links/${exampleId}`),
  RateLimit: text(
    'Requests left in the quota of this caller (`r`), without the latest ones that other instances of the API counted, and seconds until the quota is full again (`t`): draft-ietf-httpapi-ratelimit-headers-11. If a Retry-After is about something else, there is no `t`. Absent if the request could not be counted.',
    '"caller";r=2999;t=42',
  ),
  'RateLimit-Policy': text('The quota of a caller: `q` requests in `w` seconds.', '"caller";q=3000;w=60'),
  'Retry-After': {
    description: 'Seconds to wait before sending the request again.',
    schema: { type: 'integer', minimum: 1 },
    example: 5,
  },
  'WWW-Authenticate': text(
    'The scheme, and whether a token was refused or is missing (RFC 6750).',
    'Bearer error="invalid_token"',
  ),
  SignedUrl: text(
    'The signed URL, relative to the host of the request. In responses, the header is `Location`.',
    '/hello.txt?Policy=_',
  ),
  Allow: text('The allowed methods.', 'GET, HEAD, OPTIONS, POST'),
  'Set-Cookie': text(
    'For a folder, the signature for everything in it. For a file that is bound to the client, the secret of this client. If the link keeps a receipt, the id of this client, with which it opens the link again.',
    `__Host-once=_; Path=/; Max-Age=${maxCapabilitySeconds}; Secure; HttpOnly; SameSite=Lax`,
  ),
  Refresh: text('Only of the page after the button: it leads to the signed URL.', '0;url=/hello.txt?Policy=_'),
  'Content-Language': text('Language of the page.', 'en'),
  'Content-Security-Policy': text('Only of a page: it loads nothing but what it needs.', "default-src 'none'"),
}
