import fc from 'fast-check'

/** A schema of shared/schemas/, as far as values are made from it. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}

/** Text of each format, in all its spellings. */
const ofFormat: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'object-key': fc
    .array(fc.string({ unit: 'binary', minLength: 1, maxLength: 9 }).map(cleaned), { minLength: 1, maxLength: 4 })
    .map(segments =>
      segments
        .map(text => (/^\.*$/.test(text) ? 'x' : text))
        .join('/')
        .replace(/^(d|once-pages)\//, 'e/'),
    ),
  'version-id': fc.stringMatching(/^[\w.~-]{1,40}$/).map(text => (text === 'null' ? 'x' : text)),
  'file-name': fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map(text => cleaned(text) || 'x'),
  sender: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map(text => visible(cleaned(text))),
  reference: fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).map(text => visible(cleaned(text))),
  message: fc
    .array(fc.string({ unit: 'binary', maxLength: 40 }).map(cleaned), { minLength: 1, maxLength: 4 })
    .map(lines => visible(lines.join('\n'))),
  // Not long: compatibility forms of a character may have 18.
  passphrase: fc.string({ unit: 'binary', maxLength: 6 }).map(text => `${cleaned(text)}secret`),
  'ip-network': fc.oneof(
    fc.tuple(fc.nat(0xff), fc.nat(0xffffff), fc.integer({ min: 8, max: 32 })).map(([first, rest, bits]) => {
      const address = ((first * 2 ** 24 + rest) & (-1 << (32 - bits))) >>> 0
      return `${[24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.')}/${bits}`
    }),
    fc.stringMatching(/^[0-9a-f]{5,16}$/).map(digits => {
      const groups = digits.padEnd(32, '0').match(/.{4}/g) ?? []
      // The host of a URL has the spelling of RFC 5952.
      return `${new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)}/${digits.length * 4}`
    }),
  ),
  'date-time': fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(spelled),
  'well-formed': fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
}

function visible(text: string): string {
  const plain = text.replaceAll(/(?![\u200c\u200d\p{VS}])[\p{DI}\u2800]/gu, '_')
  return /[^\s\p{DI}]/u.test(plain) ? plain : 'x'
}

function cleaned(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}*?\\/]/gu, '_')
}

function spelled(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** Values that are right by a schema; those of an object lack what they may lack. */
export function right(schema: Schema): fc.Arbitrary<unknown> {
  const { type, enum: values, anyOf, format = '', minimum, maximum, pattern } = schema
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(right))
  if (values !== undefined) return fc.constantFrom(...values)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer') return fc.oneof(fc.constantFrom(...bounds(schema)), fc.integer(span(minimum, maximum)))
  if (type === 'string') {
    const made = Object.hasOwn(ofFormat, format) ? ofFormat[format] : undefined
    return made ?? (pattern === undefined ? fc.string({ maxLength: 60 }) : fc.stringMatching(new RegExp(pattern)))
  }
  if (type === 'array') {
    return fc.array(right(schema.items ?? {}), {
      minLength: schema.minItems ?? 0,
      maxLength: Math.min(6, schema.maxItems ?? 6),
    })
  }
  if (type !== 'object') return fc.jsonValue()
  return rightObject(schema)
}

function rightObject({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, right(field)]))
  return fc.record(fields, { requiredKeys: [...required] })
}

function span(min = -(2 ** 53) + 1, max = 2 ** 53 - 1): { min: number; max: number } {
  return { min, max }
}

function bounds({ minimum, maximum }: Schema): readonly number[] {
  return [minimum ?? 0, maximum ?? 600]
}

/** An input, and the field in it that is wrong for sure; nothing when it is right by its schema. */
export interface Made {
  readonly value: unknown
  readonly wrong: string | undefined
}

/** Objects that are right but for one field, which is missing, of another type, out of bounds, or not in the schema. */
export function nearlyRight(schema: Schema): fc.Arbitrary<Made> {
  const { properties = {}, required = [] } = schema
  const spoilt = Object.entries(properties).map(([name, field]) => wrong(field).map(value => [name, value] as const))
  const unknown = fc.tuple(
    fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'KEY', 'links ', ''),
      fc.string({ unit: 'binary' }),
    ),
    fc.jsonValue(),
  )
  const added = unknown.filter(([name]) => !Object.hasOwn(properties, name))
  const changed = fc
    .tuple(rightObject(schema), fc.oneof(...spoilt, added))
    .map(([value, [name, by]]) => ({ value: withOwn(value, name, by), wrong: name }))
  if (required.length === 0) return changed
  const lacking = fc.tuple(rightObject(schema), fc.constantFrom(...required)).map(([value, name]) => {
    const entries = Object.entries(value).filter(([each]) => each !== name)
    return { value: Object.fromEntries(entries), wrong: name }
  })
  return fc.oneof({ weight: 5, arbitrary: changed }, { weight: 1, arbitrary: lacking })
}

/** A field of its own, whatever it is called. */
function withOwn(value: object, name: string, by: unknown): object {
  return Object.fromEntries([...Object.entries(value).filter(([each]) => each !== name), [name, by]])
}

/** Whether a value is of the type of a schema, or one of those it lists. */
function isTaken({ type, enum: values, anyOf }: Schema, value: unknown): boolean {
  if (anyOf !== undefined) return anyOf.some(each => isTaken(each, value))
  if (values !== undefined) return values.includes(value)
  return typeof value === (type === 'integer' ? 'number' : type)
}

const deep = fc.integer({ min: 1, max: 3000 }).map(depth => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`))

/** Values that a schema does not let through, many of them only just. */
function wrong(schema: Schema): fc.Arbitrary<unknown> {
  const { type, anyOf, format = '', minimum, maximum, minLength, maxLength, pattern } = schema
  const takes = (value: unknown) => isTaken(schema, value)
  const another = fc
    .oneof(fc.jsonValue(), fc.constantFrom(null, true, 0, '', [], {}, 1e300, -0.5), deep)
    .filter(value => !takes(value) && !(type === 'array' && Array.isArray(value)))
  if (type === 'integer') {
    const out = [(minimum ?? -(2 ** 53)) - 1, (maximum ?? 2 ** 53) + 1, (minimum ?? 0) + 0.5, 1e300]
    return fc.oneof(another, fc.constantFrom(...out))
  }
  if (type === 'array') {
    const { minItems = 0, maxItems = 0, items = {} } = schema
    const many = right(items).map(item => Array.from({ length: maxItems + 1 }, () => item))
    return fc.oneof(another, many, fc.constant(Array.from({ length: minItems - 1 }, () => ({}))))
  }
  if (type !== 'string' || schema.enum !== undefined || anyOf !== undefined) return another
  const long = maxLength === undefined ? [] : [fc.constant('é'.repeat(maxLength + 1))]
  const short = minLength === undefined ? [] : [fc.constant('')]
  const spoilt = Object.hasOwn(notOfFormat, format) ? [fc.constantFrom(...(notOfFormat[format] ?? []))] : []
  const unlike = pattern === undefined ? [] : [fc.string().filter(text => !new RegExp(pattern, 'u').test(text))]
  return fc.oneof(another, ...long, ...short, ...spoilt, ...unlike)
}

/** Text that is nearly of a format. */
const notOfFormat: Readonly<Record<string, readonly string[]>> = {
  'object-key': [
    '/',
    'a/',
    '/a',
    'a//b',
    '.',
    '..',
    'a/./b',
    'a*',
    'a?b',
    'a\\b',
    '\u0000',
    '\u0085',
    '\ud800',
    'd/x',
    'once-pages/x',
    'x'.repeat(1025),
  ],
  'version-id': ['null', 'a b', 'a+b', 'a&b', 'ü', 'x\n', 'x'.repeat(1025)],
  'file-name': ['/', 'a/b', '\\', '\u007f', '\udc00', 'a\r\nb', 'a\u202eb', 'a\u2028b'],
  sender: [' ', 'a\nb', 'a\u0007', '\ud800', 'a\u202eb', 'a\u2029b', 'a\u200bb', 'x'.repeat(61)],
  reference: ['\u2800', 'a\nb', 'a\u001b[2J', '\ud800', 'a\u202eb', 'a\u3164b', 'x'.repeat(201)],
  message: ['\n', 'a\rb', 'a\u0007', '\udc00', 'a\u2066b', 'a\u2028b', 'a\u2060b', 'x'.repeat(501)],
  'ip-network': [
    '10.0.0.0',
    '10.0.0.0/7',
    '10.0.0.0/33',
    '10.0.0.1/8',
    '010.0.0.0/8',
    '::/0',
    '2001:db8::/30',
    '2001:db8::/68',
    '2001:db8::1/64',
    '2001:DB8::/32',
    '2001:db8:0::/48',
    '::ffff:10.0.0.0/104',
    '10.0.0.0/8 ',
    '256.0.0.0/8',
  ],
  'date-time': [
    '',
    '2026-11-24',
    '2026-02-30T00:00:00Z',
    '2026-11-24T15:00:00z',
    '2026-11-24T15:00:00.Z',
    '9999-12-31T23:59:59Z',
  ],
  'well-formed': ['\ud800', 'a\udfff', '\ud83d'],
}
