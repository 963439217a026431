import { issuedLink, issueLink } from './issue-link.ts'
import { problemDocument } from './problem.ts'

/** Most links in a batch. */
export const maxBatch = 100

/** How long a batch may wait for the turn of its last link, in seconds. */
export const batchSeconds = 12

/** The body of `POST /links/batch`. */
export const batchRequest = {
  type: 'object',
  title: 'BatchRequest',
  description: 'Links to issue.',
  required: ['links'],
  additionalProperties: false,
  properties: {
    links: {
      type: 'array',
      minItems: 1,
      maxItems: maxBatch,
      items: issueLink,
      description: 'Each is issued as if it were asked for alone, and has its place in the answer.',
      'x-allowed': `a list of 1 to ${maxBatch} links, each as in POST /links`,
    },
  },
} as const

/** A link of a batch that was issued. */
export const issuedItem = {
  type: 'object',
  title: 'IssuedItem',
  description: 'A link of a batch that was issued.',
  required: ['status', 'link'],
  additionalProperties: false,
  properties: { status: { const: 201, description: 'It was issued.' }, link: issuedLink },
} as const

/** A link of a batch that was not issued. */
export const refusedItem = {
  type: 'object',
  title: 'RefusedItem',
  description: 'A link of a batch that was not issued, with what `POST /links` would have answered.',
  required: ['status', 'problem'],
  additionalProperties: false,
  properties: {
    status: { type: 'integer', minimum: 400, maximum: 599, description: 'The status of that answer.' },
    problem: problemDocument,
    retryAfterSeconds: {
      type: 'integer',
      minimum: 1,
      description: 'Its Retry-After: seconds to wait before the batch is sent again, where that may help.',
    },
  },
} as const

/** The answer of `POST /links/batch`. */
export const batchResponse = {
  type: 'object',
  title: 'BatchResponse',
  description: 'What became of the links of a batch.',
  required: ['results'],
  additionalProperties: false,
  properties: {
    results: {
      type: 'array',
      minItems: 1,
      maxItems: maxBatch,
      description: 'What became of each link, in the order in which they were asked for.',
      items: { oneOf: [issuedItem, refusedItem] },
    },
  },
} as const
