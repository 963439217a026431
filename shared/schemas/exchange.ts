import { timeField } from './fields.ts'

/**
 * The body of `POST /exchange`. The nonce is any text: what is none of ours is `malformed` or `forged`, as at the edge, and
 * being `writeOnly`, it is never repeated by an error: nor is anything else of a body that has it.
 */
export const exchangeRequest = {
  type: 'object',
  title: 'ExchangeRequest',
  description: 'What to trade for a URL.',
  required: ['nonce'],
  additionalProperties: false,
  properties: {
    nonce: {
      type: 'string',
      writeOnly: true,
      description: 'The 43 characters behind `/d/` in a link.',
      'x-allowed': 'the 43 characters behind /d/ in a link',
    },
  },
} as const

/** The answer of `POST /exchange`. */
export const exchangeResponse = {
  type: 'object',
  title: 'ExchangeResponse',
  description: 'What a nonce was traded for.',
  required: ['url', 'expiresAt'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', format: 'uri', description: 'A presigned URL of S3. It works from any address.' },
    expiresAt: { ...timeField, description: 'When the URL ends.' },
  },
} as const
