import { assert } from '../../shared/errors.ts'
import type { InvalidField, Parsed } from '../../shared/fields.ts'
import { objectKeyRule, parseObjectKey } from '../../shared/object-key.ts'
import {
  type IssueInput,
  optionFormats,
  type OptionName,
  optionNames,
  readOptions,
} from '../../shared/options/options.ts'
import { folderBelow } from '../../shared/received.ts'
import { parsePassphrase } from '../../shared/secrets/passphrase.ts'
import { issueLink } from '../../shared/schemas/issue-link.ts'
import { reader } from '../schema-reader.ts'

/** Parsers of the text in a request for a link, by the `format` of its schema. */
export const formats = { 'object-key': parseObjectKey, passphrase: parsePassphrase, ...optionFormats }

const readBody = reader(issueLink, formats)

/**
 * The order of the options in the fingerprint of an idempotency record (see `newRecord`). It never changes, since the same request may
 * come again after a deployment; options that are newer follow.
 */
const frozenOrder: readonly OptionName[] = [
  'versionId',
  'allowMissing',
  'expiresIn',
  'expiresAt',
  'notBefore',
  'urlSeconds',
  'bind',
  'network',
  'filename',
  'homeRegion',
  'reference',
  'confirm',
  'receipt',
  'media',
  'sender',
  'message',
  'notify',
  'passphrase',
  'maxTries',
]
const order = [...new Set([...frozenOrder, ...optionNames])]

/**
 * Parses the body of `POST /links`, or returns every field that breaks the schema. Options are in the order of `order`, and `false` is
 * left out where it means the same as nothing, so that equal requests have equal text. A link that takes a file and names no prefix has
 * `ownPrefix`, if there is one.
 */
export function parseIssueInput(body: unknown, ownPrefix?: string): Parsed<IssueInput> {
  const read = readBody(body)
  const invalid = [...checkObject(body), ...(read.ok ? [] : read.invalid)]
  if (!read.ok || invalid.length > 0) return { ok: false, invalid }
  const { key: named = '', upload } = read.value
  const { prefix = ownPrefix } = upload ?? {}
  if (upload !== undefined && prefix === undefined) {
    const allowed = 'a prefix: the distribution serves no prefix of this caller'
    return { ok: false, invalid: [{ field: 'upload.prefix', got: 'nothing', allowed }] }
  }
  const key = upload ? folderBelow(prefix ?? '') : parseObjectKey(named)
  assert(key !== undefined, 'the schema accepts only keys of objects, and prefixes of some')
  return { ok: true, value: { key, ...readOptions(read.value, order) } }
}

/** Checks that a body names an object, or takes one. */
function checkObject(body: unknown): InvalidField[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return []
  const isNamed = Object.hasOwn(body, 'key')
  if (isNamed !== Object.hasOwn(body, 'upload')) return []
  return [
    {
      field: 'key',
      got: isNamed ? 'a key, and upload' : 'nothing',
      allowed: `${objectKeyRule}; or upload in place of it`,
    },
  ]
}
