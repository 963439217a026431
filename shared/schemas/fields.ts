import { endpointIdPattern, endpointIdRule } from '../endpoints.ts'
import { urlSecondsRange } from '../limits.ts'
import { binds } from '../link.ts'
import { filenameRule, objectKeyRule, versionIdRule } from '../object-key.ts'
import { maxText, messageRule, senderRule } from '../plain-text.ts'
import { regions } from '../regions.ts'

/**
 * A time. The schemas here are shared by several bodies, in JSON Schema 2020-12, the dialect of OpenAPI 3.1. `x-allowed` is
 * the text of `allowed` in errors. Text of each unregistered `format` is parsed in api/schema-reader.ts.
 */
export const timeField = {
  type: 'string',
  format: 'date-time',
  description: 'RFC 3339 in UTC with whole seconds, as in `2026-11-24T15:00:00Z`. No other format is allowed.',
  'x-allowed': 'a time such as 2026-11-24T15:00:00Z (RFC 3339, UTC, whole seconds)',
} as const

/** The key of an object. */
export const keyField = {
  type: 'string',
  format: 'object-key',
  minLength: 1,
  maxLength: 1024,
  description: `The object: ${objectKeyRule}.`,
  'x-allowed': objectKeyRule,
} as const

/** The name under which a browser saves the file. */
export const filenameField = {
  type: 'string',
  format: 'file-name',
  minLength: 1,
  maxLength: 255,
  description: `The name under which a browser saves the file: ${filenameRule}. By default, the name in the key.`,
  'x-allowed': filenameRule,
} as const

/** Who sends the file. */
export const senderField = {
  type: 'string',
  format: 'sender',
  minLength: 1,
  maxLength: maxText.sender,
  description: `Who sends the file, as pages show it to the viewer: ${senderRule}. Pages say that it was not checked. With issuers in the settings, by default the issuer's \`sender\`, and only an issuer with \`ownSender\` may name another.`,
  'x-allowed': senderRule,
} as const

/** The issuer's words to the viewer. */
export const messageField = {
  type: 'string',
  format: 'message',
  minLength: 1,
  maxLength: maxText.message,
  description: `Words to the viewer, as pages show them: ${messageRule}. Always shown as text: addresses in it do not become links. A deployment may have messages off. Viewers see it before they use the link.`,
  'x-allowed': messageRule,
} as const

/** The version of an object. */
export const versionIdField = {
  type: 'string',
  format: 'version-id',
  minLength: 1,
  maxLength: 1024,
  'x-allowed': versionIdRule,
} as const

/** What S3 said of the object when the link was issued, and whether the link delivers that version alone. */
export const objectFields = {
  pinned: {
    type: 'boolean',
    description:
      'Whether the link delivers the version in `versionId`, whatever is written under its key later. Otherwise it delivers what its key names when it is opened: the bucket has no versions, the API can not reach it, the object did not exist yet, or the link is for a folder.',
  },
  versionId: { ...versionIdField, description: 'The version of the object that the link was issued for.' },
  size: { type: 'integer', format: 'int64', minimum: 0, description: 'Size of the object, in bytes.' },
  etag: { type: 'string', description: 'ETag of the object, as S3 sends it.' },
  contentType: { type: 'string', description: 'Media type of the object.' },
} as const

/** How long the signed URL of a link works, and for whom. */
export const capabilityFields = {
  urlSeconds: {
    type: 'integer',
    minimum: urlSecondsRange.min,
    description: 'How long the signed URL works, in seconds from the moment when the link is opened.',
  },
  bind: {
    type: 'string',
    enum: binds,
    description:
      'To what the signed URL is bound: the address of the viewer who opens the link, its network, the browser or program that opens it, or nothing.',
  },
} as const

/** A Region that a nonce of this version can name. */
export const regionField = {
  type: 'string',
  enum: regions,
  description: 'The home Region of the link: in mode `home`, the only Region that may consume it.',
  'x-allowed': `one of ${regions.join(', ')}`,
} as const

/** The public name of a link. */
export const linkIdField = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{22}$',
  description: 'Public name of the link; not a secret.',
  'x-allowed': 'the 22 characters that name a link',
} as const

/**
 * The issuer's own name for a link, as it is found and shown: links that exist may have any. `well-formed`: no half of a surrogate
 * pair, which UTF-8 can't encode. It is the key of an index, for which DynamoDB allows 2,048 bytes.
 */
export const referenceField = {
  type: 'string',
  format: 'well-formed',
  minLength: 1,
  maxLength: maxText.reference,
  description:
    'Your own name for the link, for lists. Viewers never see it. Several links may have the same one; together, they are issued and redeemed at most 1,000 times a second.',
  'x-allowed': `1 to ${maxText.reference} characters`,
} as const

/** The endpoint that is notified of a link's events. */
export const notifyField = {
  type: 'string',
  pattern: endpointIdPattern,
  description:
    'The id of an endpoint of the deployment, which gets a webhook when the link is used, refused after its use, locked, expired, revoked or delivered.',
  'x-allowed': `the id of an endpoint: ${endpointIdRule}`,
} as const

/** True or false. */
export const flagField = { type: 'boolean', 'x-allowed': 'true or false' } as const
