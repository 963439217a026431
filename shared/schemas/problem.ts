import { type ApiReason, apiRefusals } from '../api/refusal.ts'
import { reasons, uniformRefusal } from '../refusal.ts'
import { objectOf, timeField } from '../schema-fields.ts'
import { type TokenReason, tokenRefusals } from '../api/token-refusal.ts'

/** Every `reason`: of tokens, of the API, of links, of uniform refusals, and of API Gateway. */
const knownReasons = [
  ...new Set([
    ...(Object.keys(tokenRefusals) as TokenReason[]),
    ...(Object.keys(apiRefusals) as ApiReason[]),
    ...reasons,
    uniformRefusal.reason,
    'gateway',
  ]),
]

/** Body of every response with a status of 400 or more: a problem document, RFC 9457. */
export const problemDocument = /* @__PURE__ */ objectOf({
  title: 'ProblemDocument',
  description: 'A problem document (RFC 9457). `reason` is for programs, `title` and `detail` are for people.',
  required: ['type', 'title', 'status', 'detail', 'reason', 'requestId'],
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      description: '`urn:once-at-edge:problem:` and the reason. A name, not an address.',
    },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What happened, and what to do next.' },
    reason: {
      anyOf: [{ type: 'string', enum: knownReasons }, { type: 'string' }],
      description: 'One of the reasons listed for the response. Later versions may have others.',
    },
    requestId: { type: 'string', description: 'Id of the request in the logs.' },
    triesLeft: {
      type: 'integer',
      minimum: 1,
      description:
        'Only with `wrong-passphrase`: tries that are left, at most. After the last one, the reason is `locked`.',
    },
    capabilityEndsAt: { ...timeField, description: 'Only with `capability-alive`: until then the URL works.' },
    errors: {
      type: 'array',
      description:
        'With `invalid-fields`, every wrong field; with another reason, such as `object-missing` or `upload-limit`, what it is about.',
      minItems: 1,
      items: /* @__PURE__ */ objectOf({
        required: ['field', 'got', 'allowed'],
        properties: {
          field: { type: 'string', description: 'Name of the field; a dot separates the names of nested fields.' },
          got: { type: 'string' },
          allowed: { type: 'string' },
        },
      }),
    },
  },
})
