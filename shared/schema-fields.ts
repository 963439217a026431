import { objectKeyRule } from './object-key.ts'

/**
 * A time. The schemas here are shared by several bodies, in JSON Schema 2020-12, the dialect of OpenAPI 3.1. `x-allowed` is
 * the text of `allowed` in errors.
 */
export const timeField = {
  type: 'string',
  format: 'date-time',
  description: 'RFC 3339 in UTC, as in `2026-11-24T15:00:00Z`. No other format is allowed.',
  'x-allowed': 'a time such as 2026-11-24T15:00:00Z (RFC 3339, UTC; a fraction of a second is cut off)',
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

/** The public name of a link. */
export const linkIdField = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{22}$',
  description: 'Public name of the link; not a secret.',
  'x-allowed': 'the 22 characters that name a link',
} as const

/**
 * Makes the schema of an object that has no other members than `properties`. Bundles leave out those that they do not use, if the call
 * is marked as pure.
 */
export function objectOf<const S extends { readonly properties: object }>({ properties, ...about }: S) {
  const schema = { type: 'object', ...about, additionalProperties: false, properties } as const
  return schema as Pick<typeof schema, 'type' | 'additionalProperties'> & S
}
