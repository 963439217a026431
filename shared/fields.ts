import * as v from 'valibot'

/** One invalid field of an input: its path, what it got, and what is allowed. */
export interface InvalidField {
  readonly field: string
  readonly got: string
  readonly allowed: string
}

/** Parses JSON; returns undefined for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Longest part of an input that an error repeats, in characters. */
const maxEcho = 100

/** Returns a schema of text that `parse` reads. `rule` is what errors say is allowed. */
export function parsedText<T>(parse: (text: string) => T | undefined, rule: string) {
  return v.pipe(
    v.string(rule),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const value = parse(dataset.value)
      if (value !== undefined) return value
      addIssue({ message: rule })
      return NEVER
    }),
  )
}

/** Returns a schema of text that `pattern` allows; `rule` says which. */
export function text(pattern: RegExp, rule: string) {
  return parsedText(value => (pattern.test(value) ? value : undefined), rule)
}

/** Returns a schema of a list that `parse` reads as a whole; `rule` says what it is a list of. */
export function parsedList<T>(parse: (list: readonly unknown[]) => Parsed<T>, rule: string) {
  return v.pipe(
    v.array(v.unknown(), rule),
    v.rawTransform<unknown[], T>(({ dataset, addIssue, NEVER }) => {
      const parsed = parse(dataset.value)
      if (parsed.ok) return parsed.value
      addIssue({ message: parsed.invalid.map(describeInvalid).join('; ') })
      return NEVER
    }),
  )
}

/** Parses each entry of a list, or returns every invalid field of all of them, as `NAME.0.FIELD`. */
export function parseEach<T>(
  name: string,
  list: readonly unknown[],
  parse: (entry: unknown) => Parsed<T>,
): Parsed<readonly T[]> {
  const parsed = list.map(parse)
  const invalid = parsed.flatMap((entry, index) =>
    entry.ok ? [] : entry.invalid.map(wrong => ({ ...wrong, field: `${name}.${index}.${wrong.field}` })),
  )
  if (invalid.length > 0) return { ok: false, invalid }
  return { ok: true, value: parsed.flatMap(entry => (entry.ok ? [entry.value] : [])) }
}

/** Returns a schema of a whole number from `min` to `max`. `unit` appears in errors only. */
export function wholeNumber(min: number, max: number, unit: string) {
  const rule = `a whole number of ${unit} from ${min} to ${max}`
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule))
}

/** The fields of an object, by name. */
type Entries = Readonly<Record<string, v.GenericSchema>>

/** The values of an object with these fields, by name. */
export type Values<E extends Entries> = v.InferOutput<v.ObjectSchema<E, undefined>>

/** Result of parsing: the value, or every invalid field, not only the first. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly invalid: readonly InvalidField[] }

/** Parses an object that may have these fields and no others. Messages of their schemas say what is allowed. */
export function readFields<const E extends Entries>(entries: E, input: unknown): Parsed<Values<E>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, invalid: [{ field: '(whole)', got: echo(input), allowed: 'an object' }] }
  }
  const unknown = Object.keys(input).filter(name => !Object.hasOwn(entries, name))
  // A missing field becomes undefined, so that its own schema says what is allowed.
  const missing = Object.fromEntries(Object.keys(entries).map(name => [name, undefined]))
  const result = v.safeParse(v.object(entries), { ...missing, ...input })
  if (result.success && unknown.length === 0) return { ok: true, value: result.output }
  return { ok: false, invalid: [...(result.issues ?? []).map(toInvalidField), ...unknown.map(unknownField)] }
}

/** Formats an invalid field for people: `key: got "a*b", allowed: …`. */
export function describeInvalid({ field, got, allowed }: InvalidField): string {
  return `${field}: got ${got}, allowed: ${allowed}`
}

function toInvalidField(issue: v.BaseIssue<unknown>): InvalidField {
  return { field: v.getDotPath(issue) ?? '(whole)', got: echo(issue.input), allowed: issue.message }
}

/** Returns the error of a field that the input has and must not have. */
export function unknownField(name: string): InvalidField {
  return { field: startOf(name), got: 'a field that is not known', allowed: 'only the documented fields' }
}

/** Returns as much of `text` as an error repeats, as valid UTF-16: no character is cut in two. */
export function startOf(text: string): string {
  return text
    .toWellFormed()
    .slice(0, maxEcho)
    .replace(/[\ud800-\udbff]$/, '')
}

/** Deepest nesting that an error repeats. Deeper input could exhaust the stack of `JSON.stringify`. */
const maxEchoDepth = 4

/** Formats an input for an error: as JSON, cut if it is long or deep, without passphrases; `nothing` if it is undefined. */
export function echo(input: unknown): string {
  if (input === undefined) return 'nothing'
  const text = JSON.stringify(shallow(input, maxEchoDepth))
  return text.length <= maxEcho ? text : `${startOf(text)}…`
}

/** Returns no more of the input than an error can repeat: each entry takes two characters at least. */
function shallow(input: unknown, depth: number): unknown {
  if (typeof input !== 'object' || input === null) return input
  if (depth === 0) return '…'
  if (Array.isArray(input)) return input.slice(0, maxEcho / 2).map(entry => shallow(entry, depth - 1))
  const entries = Object.entries(input).slice(0, maxEcho / 2)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === 'passphrase' ? '…' : shallow(value, depth - 1)]),
  )
}
