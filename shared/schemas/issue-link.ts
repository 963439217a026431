import { optionSchemas, shownSchemas } from '../options/options.ts'
import { keyField, linkIdField, objectOf } from '../schema-fields.ts'

/** The body of `POST /links`, and each item of a batch: the key of an object, or `upload` in place of it, and the options of the link. */
export const issueLink = objectOf({
  title: 'IssueLink',
  description: 'The link to issue. Only `key` is required, or `upload` in place of it.',
  properties: { key: keyField, ...optionSchemas },
})

/** What S3 said of the object when the link was issued, and whether the link delivers that version alone. */
export const objectFields = {
  pinned: {
    type: 'boolean',
    description:
      'Whether the link delivers the version in `versionId`, whatever is written under its key later. Otherwise it delivers what its key names when it is opened: the bucket has no versions, the API can not reach it, the object did not exist yet, or the link is for a folder.',
  },
  versionId: { ...optionSchemas.versionId, description: 'The version of the object that the link was issued for.' },
  size: { type: 'integer', format: 'int64', minimum: 0, description: 'Size of the object, in bytes.' },
  etag: { type: 'string', description: 'ETag of the object, as S3 sends it.' },
  contentType: { type: 'string', description: 'Media type of the object.' },
} as const

/** The response of `POST /links`, which alone contains the secret. */
export const issuedLink = objectOf({
  title: 'IssuedLink',
  description: 'A link that was issued, with its secret, which no other body contains.',
  required: ['id', 'url', 'expiresAt', 'homeRegion', 'urlSeconds', 'bind', 'pinned'],
  properties: {
    id: linkIdField,
    url: {
      type: 'string',
      format: 'uri',
      description:
        'The link to send to the viewer. Its last 43 characters are the nonce, a secret that no other body contains.',
    },
    expiresAt: shownSchemas.expiresAt,
    homeRegion: shownSchemas.homeRegion,
    urlSeconds: shownSchemas.urlSeconds,
    bind: shownSchemas.bind,
    reference: shownSchemas.reference,
    ...objectFields,
    passphrase: {
      type: 'string',
      pattern: '^[0-9]{4}-[0-9]{4}-[0-9]{4}$',
      description:
        'The passphrase, if the API made it. No other response has it, but that to a repeat with the same key.',
    },
    advice: {
      type: 'string',
      description:
        'What you should know of this link, for people: its `bind` and `urlSeconds` may lose the download over a slow line. Absent if there is nothing to say. The text may change.',
    },
  },
})
