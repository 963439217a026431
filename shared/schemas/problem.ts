import { type ApiReason, apiRefusals } from '../api-refusal.ts'
import { reasons, uniformRefusal } from '../refusal.ts'

/** Every `reason` that there is: of the api, of links, of links that all say the same, and of API Gateway. */
const knownReasons = [
  ...new Set([...(Object.keys(apiRefusals) as ApiReason[]), ...reasons, uniformRefusal.reason, 'gateway']),
]

/** Any answer from 400 on: a problem document, RFC 9457. */
export const problemDocument = {
  type: 'object',
  title: 'ProblemDocument',
  description: 'A problem document (RFC 9457). `reason` is for programs, `title` and `detail` are for people.',
  required: ['type', 'title', 'status', 'detail', 'reason', 'requestId'],
  additionalProperties: false,
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      description: 'A name, not an address: `urn:once-at-edge:problem:` and the reason.',
    },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What happened, and what to do next.' },
    reason: {
      anyOf: [{ type: 'string', enum: knownReasons }, { type: 'string' }],
      description: 'One of those that are listed for the answer; there may be others in later versions.',
    },
    requestId: { type: 'string', description: 'The request as the logs know it.' },
    errors: {
      type: 'array',
      description: 'With `invalid-fields`: every field that is wrong.',
      minItems: 1,
      items: {
        type: 'object',
        required: ['field', 'got', 'allowed'],
        additionalProperties: false,
        properties: {
          field: { type: 'string', description: 'Its name, with dots between those of nested ones.' },
          got: { type: 'string' },
          allowed: { type: 'string' },
        },
      },
    },
  },
} as const
