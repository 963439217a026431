import * as v from 'valibot'

/** What is wrong with one field of some input: its path, what it got, what is allowed. */
export interface InvalidField {
  readonly field: string
  readonly got: string
  readonly allowed: string
}

/** Longest piece of input that an error repeats, in characters. */
const maxEcho = 100

/** The one schema for text that a function parses: `rule` is what the error says is allowed. */
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

/** A whole number from `min` to `max`; `unit` is for the error. */
export function wholeNumber(min: number, max: number, unit: string) {
  const rule = `a whole number of ${unit} from ${min} to ${max}`
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule))
}

/** The fields of an object, by name. */
type Entries = Readonly<Record<string, v.GenericSchema>>

/** The values that fields are read into. */
export type Values<E extends Entries> = v.InferOutput<v.ObjectSchema<E, undefined>>

/** What reading fields comes to: the value, or every wrong field, not just the first. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly invalid: readonly InvalidField[] }

/** Reads an object that has these fields and no others. The messages of their schemas say what is allowed. */
export function readFields<const E extends Entries>(entries: E, input: unknown): Parsed<Values<E>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, invalid: [{ field: '(whole)', got: echo(input), allowed: 'an object' }] }
  }
  const unknown = Object.keys(input).filter(name => !Object.hasOwn(entries, name))
  // A missing field is read as undefined, so that its own schema says what is allowed.
  const missing = Object.fromEntries(Object.keys(entries).map(name => [name, undefined]))
  const result = v.safeParse(v.object(entries), { ...missing, ...input })
  if (result.success && unknown.length === 0) return { ok: true, value: result.output }
  return { ok: false, invalid: [...(result.issues ?? []).map(wrongField), ...unknown.map(unknownField)] }
}

/** `key: got "a*b", allowed: …`, for people. */
export function describeInvalid({ field, got, allowed }: InvalidField): string {
  return `${field}: got ${got}, allowed: ${allowed}`
}

function wrongField(issue: v.BaseIssue<unknown>): InvalidField {
  return { field: v.getDotPath(issue) ?? '(whole)', got: echo(issue.input), allowed: issue.message }
}

/** A field that the input has and must not have. */
export function unknownField(name: string): InvalidField {
  return { field: startOf(name), got: 'a field that is not known', allowed: 'only the documented fields' }
}

/** As much of some text as an error repeats. UTF-8 can hold it: no character is cut in two. */
export function startOf(text: string): string {
  return text
    .toWellFormed()
    .slice(0, maxEcho)
    .replace(/[\ud800-\udbff]$/, '')
}

/** Deepest nesting that an error repeats. Input may be nested so deep that JSON.stringify runs out of stack. */
const maxEchoDepth = 4

/** Some input as an error repeats it: JSON, cut where it is long or deep; `nothing` for what isn't there. */
export function echo(input: unknown): string {
  if (input === undefined) return 'nothing'
  const text = JSON.stringify(shallow(input, maxEchoDepth))
  return text.length <= maxEcho ? text : `${startOf(text)}…`
}

/** No more of it than can be repeated: each entry takes two characters at least. */
function shallow(input: unknown, depth: number): unknown {
  if (typeof input !== 'object' || input === null) return input
  if (depth === 0) return '…'
  if (Array.isArray(input)) return input.slice(0, maxEcho / 2).map(entry => shallow(entry, depth - 1))
  const entries = Object.entries(input).slice(0, maxEcho / 2)
  return Object.fromEntries(entries.map(([name, value]) => [name, shallow(value, depth - 1)]))
}
