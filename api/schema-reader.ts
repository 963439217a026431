import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { FromSchema, JSONSchema } from 'json-schema-to-ts'
import { echo, type Parsed, type InvalidField, unknownField } from '../shared/fields.ts'
import { parseNetwork } from '../shared/network.ts'
import { parseFilename, parseObjectKey } from '../shared/object-key.ts'
import { type EpochSeconds, rfc3339 } from '../shared/time.ts'

/** A schema of an object from shared/schemas/: the one source of what is allowed. */
export interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>
}

/** What is read by a schema. */
type ReadBy<S> = S extends JSONSchema ? FromSchema<S> : never

/** Most fields that are not known which an answer names: a large body may have thousands. */
const maxUnknown = 20

/**
 * Makes what reads input by a schema: the value, or every wrong field, in the order of the schema, with what it got and
 * what is allowed; of a body with a field that is `writeOnly`, only what kind of thing it got. The schema is compiled when
 * it is first needed, once: that takes some milliseconds.
 */
export function reader<const S extends ObjectSchema>(schema: S): (input: unknown) => Parsed<ReadBy<S>> {
  let validate: ReturnType<typeof compiled> | undefined
  const order = Object.keys(schema.properties)
  const isSecret = Object.values(schema.properties).some(isWriteOnly)
  const rank = ({ field }: InvalidField) => {
    const index = order.indexOf(field.split('.')[0] ?? '')
    return index < 0 ? order.length : index
  }
  return input => {
    validate ??= compiled(schema)
    // Its type is made from the schema that it was just found right by.
    if (validate(input)) return { ok: true, value: input as ReadBy<S> }
    return { ok: false, invalid: invalidFields(validate.errors ?? [], isSecret).toSorted((a, b) => rank(a) - rank(b)) }
  }
}

/** A query string as the fields of a schema: whole numbers are read where the schema has them; a name given twice is a list. */
export function fieldsOfQuery(
  query: Readonly<Record<string, readonly string[] | undefined>>,
  { properties }: ObjectSchema,
): Readonly<Record<string, unknown>> {
  const given = Object.entries(query).filter(([, values = []]) => values.length > 0)
  return Object.fromEntries(
    given.map(([name, [first = '', ...others] = []]) => {
      const whole = Object.hasOwn(properties, name) && isWhole(properties[name])
      return [
        name,
        others.length > 0 ? [first, ...others] : whole && /^(0|[1-9]\d{0,14})$/.test(first) ? Number(first) : first,
      ]
    }),
  )
}

function isWhole(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'integer'
}

let ajv: Ajv2020 | undefined

/** With `verbose` errors carry the value and its schema. That schemas are right is for tests: here it would take 30 ms. */
const options = {
  allErrors: true,
  verbose: true,
  useDefaults: true,
  strictTypes: false,
  code: { optimize: false },
  meta: false,
  validateSchema: false,
  logger: false,
} as const

function compiled(schema: ObjectSchema) {
  ajv ??= withFormats(new Ajv2020(options))
  return ajv.compile(schema)
}

function withFormats(fresh: Ajv2020): Ajv2020 {
  fresh.addVocabulary(['x-allowed'])
  fresh.addFormat('int64', { type: 'number', validate: Number.isSafeInteger })
  for (const [name, parse] of Object.entries(parsers)) fresh.addFormat(name, text => parse(text) !== undefined)
  return fresh
}

/**
 * One for each field: what comes first about it. What only leads to another error is none of its own: that a branch was
 * taken, or that a value is not the one of several kinds that it may be.
 */
function invalidFields(errors: readonly ErrorObject[], isSecret: boolean): readonly InvalidField[] {
  const byField = new Map<string, InvalidField>()
  let unknown = 0
  for (const error of errors.filter(({ keyword, schemaPath }) => keyword !== 'if' && !schemaPath.includes('/anyOf/'))) {
    if (error.keyword === 'additionalProperties' && (unknown += 1) > maxUnknown) continue
    const invalid = invalidField(error, isSecret)
    if (!byField.has(invalid.field)) byField.set(invalid.field, invalid)
  }
  return [...byField.values()]
}

/** Where a body holds a secret, that may be anywhere in it by mistake: then nothing of it is repeated, not even a name. */
function invalidField(
  { keyword, instancePath, params, parentSchema = {}, data }: ErrorObject,
  isSecret: boolean,
): InvalidField {
  const path = instancePath.split('/').slice(1)
  if (keyword === 'additionalProperties') {
    return unknownField(isSecret ? '(another)' : [...path, params['additionalProperty']].join('.'))
  }
  if (keyword === 'required') {
    const name = String(params['missingProperty'])
    return { field: [...path, name].join('.'), got: 'nothing', allowed: allowedIn(parentSchema['properties'][name]) }
  }
  const got = isSecret ? kindOf(data) : echo(data)
  return { field: path.join('.') || '(whole)', got, allowed: allowedIn(parentSchema) }
}

function allowedIn(schema: Readonly<Record<string, unknown>>): string {
  const allowed = schema['x-allowed']
  return typeof allowed === 'string' ? allowed : 'an object'
}

function isWriteOnly(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'writeOnly' in schema && schema.writeOnly === true
}

/** All that is said of what must not be repeated. */
function kindOf(data: unknown): string {
  return data === null ? 'null' : Array.isArray(data) ? 'a list' : `a value of type ${typeof data}`
}

/** What reads text of each format that a body or a query may have; undefined when it isn't of that format. */
export const parsers = {
  'object-key': parseObjectKey,
  'file-name': parseFilename,
  'ipv4-network': parseNetwork,
  'date-time': parseTime,
  'well-formed': (text: string) => (text.isWellFormed() ? text : undefined),
} as const satisfies Record<string, (text: string) => unknown>

/** Reads a time in the one spelling that `rfc3339` gives, or undefined. */
function parseTime(text: string): EpochSeconds | undefined {
  const seconds = Date.parse(text) / 1000
  // The nonce holds 32 bits of seconds, so until 2106.
  if (!Number.isInteger(seconds) || seconds < 0 || seconds >= 2 ** 32) return undefined
  // Date.parse takes many spellings, and 31 February for 3 March; we take one.
  return rfc3339(seconds as EpochSeconds) === text ? (seconds as EpochSeconds) : undefined
}
