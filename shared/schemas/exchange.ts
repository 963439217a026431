import { maxLength, passphraseRule } from '../options/passphrase.ts'
import { objectOf, timeField } from '../schema-fields.ts'

/**
 * The body of `POST /exchange`. The schema accepts any text as nonce; invalid ones are refused as `malformed` or `forged`, as
 * at the edge. Since the nonce is `writeOnly`, errors repeat nothing of a body that may contain it.
 */
export const exchangeRequest = objectOf({
  title: 'ExchangeRequest',
  description: 'The nonce to exchange, with its passphrase if the link has one.',
  required: ['nonce'],
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
})

/** The response of `POST /exchange`. */
export const exchangeResponse = objectOf({
  title: 'ExchangeResponse',
  description: 'The URL of the object.',
  required: ['url', 'expiresAt'],
  properties: {
    url: { type: 'string', format: 'uri', description: 'A presigned S3 URL. It is bound to no address.' },
    expiresAt: { ...timeField, description: 'When the URL ends.' },
  },
})
