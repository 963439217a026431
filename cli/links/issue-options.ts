import type { IssueLink, NewLink, NewUploadLink } from '../../client/client.ts'
import { presetNames, uploadPresetNames } from '../../client/presets.ts'
import { options, type TypedName, typedNames } from '../../shared/options/options.ts'
import { withoutUpload } from '../../shared/options/upload.ts'
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

/** Those that a link may have that takes a file. */
const uploadLinks = links.filter(({ field }) => !(withoutUpload as readonly string[]).includes(field))

type OptionTypes = Readonly<Record<string, { readonly type: 'boolean' | 'string' }>>

/** The options of a new link: `--for`, `--plain`, and the fields of `POST /links`. */
export const linkOptions: OptionTypes = { for: { type: 'string' }, plain: { type: 'boolean' }, ...typesOf(links) }

/** The same of a link that takes a file. */
export const uploadLinkOptions: OptionTypes = { for: { type: 'string' }, ...typesOf(uploadLinks) }

function typesOf(links: readonly LinkOption[]): OptionTypes {
  return Object.fromEntries(
    links.map(({ name, schema }) => [name, { type: schema.type === 'boolean' ? 'boolean' : 'string' }]),
  )
}

/** Column at which `--help` explains an option. */
const column = 22

/** Explains them in `--help`. The API has the rules and reports most errors. */
export const linkOptionsUsage = usageOf(links, [
  [
    '--for WAY',
    'how the link is sent: mail (the default), chat, phone (people who change networks), offline (an app whose system\ndownloads later) or program; other options have precedence over those that it chooses (docs/clients.md)',
  ],
  ['--plain', 'without --for: the first request gets the file, bound to its address, and its URL ends in seconds'],
])

/** Explains those of a link that takes a file. */
export const uploadLinkOptionsUsage = usageOf(uploadLinks, [
  [
    '--for WAY',
    'how the link is sent: mail (the default: it works for three days), chat, phone (both a day) or program (two days)',
  ],
])

type Usage = readonly [option: string, text: string]

function usageOf(links: readonly LinkOption[], first: readonly Usage[]): string {
  return [...first, ...links.flatMap(({ field }) => (options[field].words.usage ? [options[field].words.usage] : []))]
    .map(([option, text]) => `  ${option.padEnd(column - 2)}${text.replaceAll('\n', `\n${' '.repeat(column)}`)}`)
    .join('\n')
}

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
  const { plain = false } = values
  if (plain === true && values['for'] !== undefined) {
    throw new UsageError('--plain: got it with --for, allowed: one of them, because each chooses options')
  }
  return { ...(plain !== true && { for: wayIn(values, presetNames) }), ...(typedIn(values) as Omit<IssueLink, 'key'>) }
}

/** Returns the same of a link that takes a file. Throws as `linkFieldsOf` does. */
export function uploadLinkFieldsOf(values: LinkValues): Omit<NewUploadLink, 'upload'> {
  return { for: wayIn(values, uploadPresetNames), ...typedIn(values) }
}

function wayIn<Way extends string>({ for: way = 'mail' }: LinkValues, ways: readonly Way[]): Way {
  return oneOf(String(way), '--for', ways)
}

function typedIn(values: LinkValues): object {
  const fields = links.map(option => [option.field, valueOf(values[option.name], option)] as const)
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
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
