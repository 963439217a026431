import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { FromSchema, JSONSchema } from 'json-schema-to-ts'
import { echo, type InvalidField, type Parsed, unknownField } from '../shared/fields.ts'

/** Schema of an object from shared/schemas/, which alone defines what is allowed. */
export interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
}

/** Type of the values that a schema accepts. */
type ReadBy<S> = S extends JSONSchema ? FromSchema<S> : never

/** Most unknown fields that a response names: a large body may have thousands. */
const maxUnknown = 20

/** Most wrong fields that a response names: each item of a long list may have several. */
const maxInvalid = 100

/** Parsers of text by the `format` of its schema, beside `well-formed`: undefined if the text breaks the format. */
type Formats = Readonly<Record<string, (text: string) => unknown>>

/**
 * Makes a function that parses input by a schema. It returns the value, or every wrong field, in the order of the schema,
 * with what it got and what is allowed. Of a `writeOnly` field, errors name only the type of a wrong value; if the schema requires
 * such a field, of all fields.
 * The first call compiles the schema, which takes some milliseconds.
 */
export function reader<const S extends ObjectSchema>(
  schema: S,
  formats: Formats = {},
): (input: unknown) => Parsed<ReadBy<S>> {
  let validate: ReturnType<typeof compile> | undefined
  const order = Object.keys(schema.properties)
  const isSecret = schema.required?.some(name => isWriteOnly(schema.properties[name])) === true
  const rank = ({ field }: InvalidField) => {
    const index = order.indexOf(field.split('.')[0] ?? '')
    return index < 0 ? order.length : index
  }
  return input => {
    validate ??= compile(schema, formats)
    // The type is derived from the schema that was just checked.
    if (validate(input)) return { ok: true, value: input as ReadBy<S> }
    return { ok: false, invalid: invalidFields(validate.errors ?? [], isSecret).toSorted((a, b) => rank(a) - rank(b)) }
  }
}

/** Turns a query string into fields of a schema. Parses whole numbers where the schema has integers; a repeated name is a list. */
export function fieldsOfQuery(
  query: Readonly<Record<string, readonly string[] | undefined>>,
  { properties }: ObjectSchema,
): Readonly<Record<string, unknown>> {
  const given = Object.entries(query).filter(([, values = []]) => values.length > 0)
  return Object.fromEntries(
    given.map(([name, [first = '', ...others] = []]) => {
      const isNumber = Object.hasOwn(properties, name) && isInteger(properties[name])
      return [
        name,
        others.length > 0 ? [first, ...others] : isNumber && /^(0|[1-9]\d{0,14})$/.test(first) ? Number(first) : first,
      ]
    }),
  )
}

function isInteger(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'integer'
}

let ajv: Ajv2020 | undefined

/** With `verbose`, errors contain the value and its schema. Tests validate the schemas; here it would take 30 ms. */
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

function compile(schema: ObjectSchema, formats: Formats) {
  ajv ??= new Ajv2020(options)
    .addVocabulary(['x-allowed'])
    .addFormat('int64', { type: 'number', validate: Number.isSafeInteger })
    .addFormat('well-formed', text => text.isWellFormed())
  for (const [name, parse] of Object.entries(formats)) ajv.addFormat(name, text => parse(text) !== undefined)
  return ajv.compile(schema)
}

/** Returns the first error of each field. Skips those of the branches of an `anyOf`, which has an error of its own. */
function invalidFields(errors: readonly ErrorObject[], isSecret: boolean): readonly InvalidField[] {
  const byField = new Map<string, InvalidField>()
  let unknown = 0
  for (const error of errors.filter(({ schemaPath }) => !schemaPath.includes('/anyOf/'))) {
    if (error.keyword === 'additionalProperties' && (unknown += 1) > maxUnknown) continue
    if (byField.size >= maxInvalid) break
    const invalid = invalidField(error, isSecret)
    if (!byField.has(invalid.field)) byField.set(invalid.field, invalid)
  }
  return [...byField.values()]
}

/** A secret may be anywhere in its body by mistake: so no value and no name of such a body is repeated. */
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
  const got = isSecret || isWriteOnly(parentSchema) ? kindOf(data) : echo(data)
  return { field: path.join('.') || '(whole)', got, allowed: allowedIn(parentSchema) }
}

function allowedIn(schema: Readonly<Record<string, unknown>>): string {
  const allowed = schema['x-allowed']
  return typeof allowed === 'string' ? allowed : 'an object'
}

function isWriteOnly(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'writeOnly' in schema && schema.writeOnly === true
}

/** Describes a value that must not be repeated. */
function kindOf(data: unknown): string {
  if (typeof data === 'string') return `a text of ${Array.from(data).length} characters`
  return data === null ? 'null' : Array.isArray(data) ? 'a list' : `a value of type ${typeof data}`
}
