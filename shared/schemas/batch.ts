import { maxBatch } from '../limits.ts'
import { objectOf } from '../schema-fields.ts'
import { issuedLink, issueLink } from './issue-link.ts'
import { problemDocument } from './problem.ts'

/** Seconds after the request's arrival in which a link of a batch must begin. */
export const batchSeconds = 12

/** The body of `POST /links/batch`. */
export const batchRequest = objectOf({
  title: 'BatchRequest',
  description: 'Links to issue.',
  required: ['links'],
  properties: {
    links: {
      type: 'array',
      minItems: 1,
      maxItems: maxBatch,
      items: issueLink,
      description: 'Each is issued as by `POST /links`. The response has one result for each, in the same order.',
      'x-allowed': `a list of 1 to ${maxBatch} links, each as in POST /links`,
    },
  },
})

/** Result of a link of a batch that was issued. */
export const issuedItem = /* @__PURE__ */ objectOf({
  title: 'IssuedItem',
  description: 'A link of a batch that was issued.',
  required: ['status', 'link'],
  properties: { status: { const: 201, description: 'The link was issued.' }, link: issuedLink },
})

/** Result of a link of a batch that was not issued. */
export const refusedItem = /* @__PURE__ */ objectOf({
  title: 'RefusedItem',
  description: 'A link of a batch that was not issued, with the problem that `POST /links` would have returned.',
  required: ['status', 'problem'],
  properties: {
    status: {
      type: 'integer',
      minimum: 400,
      maximum: 599,
      description: 'The status that `POST /links` would have returned.',
    },
    problem: problemDocument,
    retryAfterSeconds: {
      type: 'integer',
      minimum: 1,
      description: 'Its Retry-After, if it has one: seconds to wait before sending the batch again.',
    },
  },
})

/** The response of `POST /links/batch`. */
export const batchResponse = /* @__PURE__ */ objectOf({
  title: 'BatchResponse',
  description: 'The results of a batch.',
  required: ['results'],
  properties: {
    results: {
      type: 'array',
      minItems: 1,
      maxItems: maxBatch,
      description: 'One result for each link, in the order of the request.',
      items: { oneOf: [issuedItem, refusedItem] },
    },
  },
})
