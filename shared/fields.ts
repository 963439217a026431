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
export function parsed<T>(parse: (text: string) => T | undefined, rule: string) {
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

/** Reads `input` with a schema whose messages say what is allowed; every wrong field is reported, not just the first. */
export function readFields<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
):
  | { readonly ok: true; readonly value: v.InferOutput<S> }
  | { readonly ok: false; readonly invalid: readonly InvalidField[] } {
  const result = v.safeParse(schema, input)
  if (result.success) return { ok: true, value: result.output }
  return { ok: false, invalid: result.issues.map(invalidField) }
}

/** `key: got "a*b", allowed: …`, for people. */
export function describeInvalid({ field, got, allowed }: InvalidField): string {
  return `${field}: got ${got}, allowed: ${allowed}`
}

function invalidField(issue: v.BaseIssue<unknown>): InvalidField {
  const field = v.getDotPath(issue) ?? '(whole)'
  const unknown = issue.type === 'strict_object' && issue.expected === 'never'
  const missing = issue.input === undefined && !unknown
  return {
    field,
    got: unknown ? 'a field that is not known' : missing ? 'nothing' : echo(issue.input),
    allowed: unknown ? 'only the documented fields' : issue.message,
  }
}

function echo(input: unknown): string {
  const text = JSON.stringify(input) ?? String(input)
  return text.length <= maxEcho ? text : `${text.slice(0, maxEcho)}…`
}
