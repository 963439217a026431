import { maxMediaSeconds } from '../shared/limits.ts'
import { idempotencyKeyRule } from '../shared/http.ts'
import { batchRequest, batchResponse, issuedItem, refusedItem } from '../shared/schemas/batch.ts'
import { exchangeRequest, exchangeResponse } from '../shared/schemas/exchange.ts'
import { linkIdField, timeField } from '../shared/schemas/fields.ts'
import { issuedLink, issueLink } from '../shared/schemas/issue-link.ts'
import { linkPage, linkView, listQuery } from '../shared/schemas/link-view.ts'
import { problemDocument } from '../shared/schemas/problem.ts'
import { exampleId, exampleNonce } from './examples.ts'

/** What a viewer that asks for JSON gets. */
const capability = {
  type: 'object',
  title: 'Capability',
  description: 'What a viewer gets that asks for JSON.',
  required: ['url', 'expiresAt'],
  properties: {
    url: { type: 'string', format: 'uri', description: 'The signed URL: for the address that asked, for its seconds.' },
    expiresAt: { ...timeField, description: 'When the URL ends.' },
    cookies: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Of a folder: what to send with every request for what is in it, by name.',
    },
  },
} as const

/** Bodies of requests: what they don't name is refused. */
export const requestSchemas = {
  IssueLink: issueLink,
  BatchRequest: batchRequest,
  ExchangeRequest: exchangeRequest,
} as const

/** Bodies of answers: a later version may have more in them, so the document leaves them open. */
export const answerSchemas = {
  IssuedLink: issuedLink,
  BatchResponse: batchResponse,
  IssuedItem: issuedItem,
  RefusedItem: refusedItem,
  LinkView: linkView,
  LinkPage: linkPage,
  ExchangeResponse: exchangeResponse,
  Capability: capability,
  ProblemDocument: problemDocument,
} as const

/** A parameter of a path, a query or a header. */
export interface Parameter {
  readonly name: string
  readonly in: 'header' | 'path' | 'query'
  readonly description: string
  readonly required?: true
  readonly schema: object
  readonly example?: string
}

/** A header of an answer. */
export interface Header {
  readonly description: string
  readonly schema: object
  readonly example: string | number
}

/** The parameters that operations name. Those of `GET /links` are the fields of its query. */
export const parameters: Readonly<Record<string, Parameter>> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: `Names the request, so that a repeat of it is known for one: ${idempotencyKeyRule}. Two callers never share a key.`,
    schema: { type: 'string', pattern: '^[\\x20-\\x7e]{1,255}$' },
    example: 'order-4711',
  },
  id: {
    name: 'id',
    in: 'path',
    required: true,
    description: 'The `id` of the link.',
    schema: linkIdField,
    example: exampleId,
  },
  nonce: {
    name: 'nonce',
    in: 'path',
    required: true,
    description: 'The secret in the link.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
    example: exampleNonce,
  },
  ...Object.fromEntries(
    Object.entries(listQuery.properties).map(([name, { description, ...schema }]) => [
      name,
      { name, in: 'query' as const, description, schema },
    ]),
  ),
}

const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example })

/** The headers that answers name. */
export const headers: Readonly<Record<string, Header>> = {
  Location: text('Where the link is shown, relative to the address of the API.', `links/${exampleId}`),
  RateLimit: text(
    'What is left of the quota of this caller (`r`) and the seconds until it is whole again (`t`): draft-ietf-httpapi-ratelimit-headers-11. Without `t` beside a Retry-After that is about something else. Not there when it could not be counted.',
    '"caller";r=2999;t=42',
  ),
  'RateLimit-Policy': text('The quota of a caller (`q`) in so many seconds (`w`).', '"caller";q=3000;w=60'),
  'Retry-After': {
    description: 'Seconds to wait before the request is sent again.',
    schema: { type: 'integer', minimum: 1 },
    example: 5,
  },
  SignedUrl: text(
    'The signed URL, relative to the host that was asked. In answers it is called `Location`.',
    '/hello.txt?Policy=_',
  ),
  Allow: text('What may be asked.', 'GET, HEAD, OPTIONS, POST'),
  'Set-Cookie': text(
    'What a browser sends along: of a folder, the signature for all that is in it; of a link that may be asked for again, the id of this client.',
    `__Host-once=_; Path=/; Max-Age=${maxMediaSeconds}; Secure; HttpOnly; SameSite=Lax`,
  ),
  'Content-Language': text('The language of a page.', 'en'),
  'Content-Security-Policy': text('Of a page: nothing is loaded but what it needs.', "default-src 'none'"),
}
