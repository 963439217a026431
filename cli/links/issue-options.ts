import type { IssueLink, NewLink } from '../../client/client.ts'
import { presetNames } from '../../client/presets.ts'
import { options, type TypedName, typedNames } from '../../shared/options/options.ts'
import { UsageError } from '../command.ts'
import { oneOf, parseDuration, wholeNumber, withValueFor } from '../options.ts'

/** What the schema of an option says of its values. */
interface Schema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  /** It may be text, or on without a value. */
  readonly anyOf?: readonly Schema[]
}

/** An option of the command line, such as `--expires-in TIME` of the field `expiresIn`. */
interface LinkOption {
  readonly field: TypedName
  readonly name: string
  readonly schema: Schema
  readonly takesTime: boolean
}

const links: readonly LinkOption[] = typedNames.map(field => {
  const { schema, words } = options[field]
  const [name = '', value] = words.usage?.[0].slice(2).split(' ') ?? []
  return { field, name, schema, takesTime: value === 'TIME' }
})

/** The options of a new link: `--for`, `--plain`, and the fields of `POST /links`. */
export const linkOptions: Readonly<Record<string, { readonly type: 'boolean' | 'string' }>> = {
  for: { type: 'string' },
  plain: { type: 'boolean' },
  ...Object.fromEntries(
    links.map(({ name, schema }) => [name, { type: schema.type === 'boolean' ? 'boolean' : 'string' }]),
  ),
}

/** Column at which `--help` explains an option. */
const column = 22

/** Explains them in `--help`. The API has the rules and reports most errors. */
export const linkOptionsUsage = [
  [
    '--for WAY',
    'how the link is sent: mail (the default), chat, phone (people who change networks), offline (an app whose system\ndownloads later) or program; other options have precedence over those that it chooses (docs/clients.md)',
  ] as const,
  [
    '--plain',
    'without --for: the first request gets the file, bound to its address, and its URL ends in seconds',
  ] as const,
  ...typedNames.flatMap(name => (options[name].words.usage ? [options[name].words.usage] : [])),
]
  .map(([option, text]) => `  ${option.padEnd(column - 2)}${text.replaceAll('\n', `\n${' '.repeat(column)}`)}`)
  .join('\n')

/** The values of these options. */
export type LinkValues = Readonly<Record<string, unknown>>

/**
 * Expands options that may go without a value, such as `--media` to `--media=true`. The next argument is the value if it is one of the
 * allowed words. Another text is never one: it may be a file.
 */
export function withOptionalValues(args: readonly string[]): readonly string[] {
  return links.reduce((expanded, { name, schema }) => {
    if (schema.anyOf === undefined) return expanded
    const words = wordsOf(schema)
    const isValue = (text: string) => words?.includes(text) === true
    return withValueFor(expanded, `--${name}`, { default: 'true', isValue })
  }, args)
}

/** Returns the words that an option without a value may have nevertheless; undefined if it may be any text. */
function wordsOf({ anyOf = [] }: Schema): readonly string[] | undefined {
  const words = anyOf.flatMap(({ enum: each }) => each ?? [])
  return words.length === 0 ? undefined : ['true', ...words, 'false']
}

/** Returns the given fields, and the way to the recipient. Throws a `UsageError` if one can't be sent to the API. */
export function linkFieldsOf(values: LinkValues): Omit<NewLink, 'key'> {
  const { for: way = 'mail', plain = false } = values
  if (plain === true && values['for'] !== undefined) {
    throw new UsageError('--plain: got it with --for, allowed: one of them, because each chooses options')
  }
  const fields = links.map(option => [option.field, valueOf(values[option.name], option)] as const)
  return {
    ...(plain !== true && { for: oneOf(String(way), '--for', presetNames) }),
    ...(Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Omit<IssueLink, 'key'>),
  }
}

function valueOf(text: unknown, { name, schema, takesTime }: LinkOption): unknown {
  if (typeof text !== 'string') return text
  const { enum: words, minimum: min, maximum: max } = schema
  const option = `--${name}`
  if (schema.anyOf !== undefined) return withoutValue(text, option, wordsOf(schema))
  if (words !== undefined) return oneOf(text, option, words)
  if (takesTime && schema.type === 'integer') return parseDuration(text, option)
  return min === undefined || max === undefined ? text : wholeNumber(text, { option, min, max })
}

/** Reads `true` as if there were no value: no passphrase has four characters. */
function withoutValue(text: string, option: string, words: readonly string[] | undefined): string | boolean {
  if (words === undefined) return text === 'true' || text
  const word = oneOf(text, option, words)
  return word === 'true' || (word !== 'false' && word)
}
