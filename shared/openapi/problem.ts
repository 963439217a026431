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
    reason: { type: 'string', description: 'One of those that are listed for the answer.' },
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
