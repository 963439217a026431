import { maxLength, passphraseRule } from '../options/passphrase.ts'
import { timeField } from '../schema-fields.ts'

/**
 * The body of `POST /exchange`. The schema accepts any text as nonce; invalid ones are refused as `malformed` or `forged`, as
 * at the edge. Since the nonce is `writeOnly`, errors repeat nothing of a body that may contain it.
 */
export const exchangeRequest = {
  type: 'object',
  title: 'ExchangeRequest',
  description: 'The nonce to exchange, with its passphrase if the link has one.',
  required: ['nonce'],
  additionalProperties: false,
  properties: {
    nonce: {
      type: 'string',
      writeOnly: true,
      description: 'The 43 characters after `/d/` in a link.',
      'x-allowed': 'the 43 characters after /d/ in a link',
    },
    // Any text: one that can't be used is refused as at the edge.
    passphrase: {
      type: 'string',
      maxLength,
      writeOnly: true,
      description: 'The passphrase of the link, if it has one. Case, spaces and hyphens do not count.',
      'x-allowed': passphraseRule,
    },
  },
} as const

/** The response of `POST /exchange`. */
export const exchangeResponse = {
  type: 'object',
  title: 'ExchangeResponse',
  description: 'The URL of the object.',
  required: ['url', 'expiresAt'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', format: 'uri', description: 'A presigned S3 URL. It is bound to no address.' },
    expiresAt: { ...timeField, description: 'When the URL ends.' },
  },
} as const
