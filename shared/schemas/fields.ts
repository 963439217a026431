import { filenameRule, objectKeyRule } from '../object-key.ts'
import { regions } from '../regions.ts'

/**
 * Schemas of the values that more than one body has. JSON Schema 2020-12, the dialect of OpenAPI 3.1. `x-allowed` is what
 * an error says is allowed; each `format` but the registered ones is read by the parser in api/schema-reader.ts.
 */
export const timeField = {
  type: 'string',
  format: 'date-time',
  description: 'RFC 3339 in UTC with whole seconds, as in `2026-11-24T15:00:00Z`: the one spelling of time here.',
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

/** The name that a file is saved under. */
export const filenameField = {
  type: 'string',
  format: 'file-name',
  minLength: 1,
  maxLength: 255,
  description: `The name the file is saved under: ${filenameRule}. Left out, it is that of the object.`,
  'x-allowed': filenameRule,
} as const

/** A Region that this version can name in a nonce. */
export const regionField = {
  type: 'string',
  enum: regions,
  description: 'The Region in which the link lives and is used up.',
  'x-allowed': `one of ${regions.join(', ')}`,
} as const

/** The public name of a link. */
export const linkIdField = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{22}$',
  description: 'Names the link; no secret.',
  'x-allowed': 'the 22 characters that name a link',
} as const

/** Most characters of an issuer's own name for a link. It is the key of an index, where DynamoDB takes 2,048 bytes. */
const maxReference = 200

/** An issuer's own name for a link. `well-formed`: no half of a surrogate pair, which UTF-8 can't hold. */
export const referenceField = {
  type: 'string',
  format: 'well-formed',
  minLength: 1,
  maxLength: maxReference,
  description: 'Your own name for the link, to list by; viewers never see it. Several links may share one.',
  'x-allowed': `1 to ${maxReference} characters`,
} as const

/** True or false. */
export const flagField = { type: 'boolean', 'x-allowed': 'true or false' } as const
