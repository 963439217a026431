import { closestMatch } from 'leven'
import { parseArgs, type ParseArgsConfig, type ParseArgsOptionsConfig } from 'node:util'
import { isLoopback } from '../client/arguments.ts'
import { UsageError } from './command.ts'

/** The options of all commands. */
export const outputOptions = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig

/** The option that overrides settings of a deployment. */
export const contextOption = {
  context: { type: 'string', short: 'c', multiple: true },
} as const satisfies ParseArgsOptionsConfig

/** Explains those of all commands in `--help`. */
export const outputUsage = `  --json         print JSON
  -h, --help     print this`

/** Column in which usages explain options. */
const defaultColumn = 17

/** Moves the explanations of options to this column, that of a command's own options. */
export function atColumn(usage: string, column: number = defaultColumn): string {
  const lines = usage.split('\n')
  return lines.map(line => line.slice(0, defaultColumn).padEnd(column) + line.slice(defaultColumn)).join('\n')
}

/** One link id in 64 begins with a dash, and is still an operand. */
const dashedId = /^-[A-Za-z0-9_-]{21}$/

/**
 * Parses options and operands; the operands stay in their order. `--no-NAME` turns a boolean option off. Throws a `UsageError` if
 * they are invalid.
 */
export function parseWithOperands<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const isId = (arg = '') => dashedId.test(arg) && !Object.hasOwn(options, arg.slice(2))
  const isOperand = (index: number) => index > end || isId(args[index])
  const indexes = [...args.keys()].filter(index => index !== end)
  // parseArgs takes what begins with a dash for an operand only after "--".
  const order = [...indexes.filter(index => !isOperand(index)), end, ...indexes.filter(isOperand)]
  // Otherwise parseArgs takes --no-browser for the negation of an option "browser".
  const allowNegative = !Object.keys(options).some(name => name.startsWith('no-'))
  const config = { options, strict: true, allowPositionals: true, allowNegative, tokens: true } as const
  const { values, tokens } = parse({ args: order.map(index => args[index] ?? '--'), ...config })
  const operands = tokens.filter(token => token.kind === 'positional').map(token => order[token.index] ?? end)
  return { values, positionals: operands.toSorted((a, b) => a - b).map(index => args[index] ?? '') }
}

/** Parses as `parseArgs` does. Throws a `UsageError` for an unknown option, and for a second value of an option that takes one. */
export function parse<
  const C extends ParseArgsConfig & { readonly options: ParseArgsOptionsConfig; readonly tokens: true },
>(config: C) {
  const { options } = config
  const { tokens = [] } = asUsageError(() => parseArgs({ ...config, strict: false }))
  const given = tokens.flatMap(token => (token.kind === 'option' ? [token] : []))
  for (const { name, rawName, index, value } of given) {
    const known = options[name] ?? options[name.replace(/^no-/, '')]
    if (known === undefined) throw new UsageError(`${rawName}: ${unknownText(rawName, Object.keys(options), '--')}`)
    const isRepeated = value !== undefined && given.some(other => other.name === name && other.index < index)
    if (isRepeated && known.multiple !== true) throw new UsageError(`${rawName}: got it twice, allowed: once`)
  }
  return asUsageError(() => parseArgs(config))
}

/** Says that a word is not known, and which one it may have been meant to be: one with at most a third of its letters wrong. */
export function unknownText(word: string, known: readonly string[], prefix = ''): string {
  const typed = word.slice(prefix.length)
  const meant = closestMatch(typed, known, { maxDistance: Math.max(1, Math.floor(typed.length / 3)) })
  return `not known${meant === undefined ? '' : `; did you mean ${prefix}${meant}?`}`
}

/** An option whose value may be omitted. */
interface OptionalValue {
  /** Its value if none follows. */
  readonly default: string
  /** Whether the next argument is its value. */
  readonly isValue: (text: string) => boolean
}

/** Returns `args` with the option's value spelled out, `--option=value`: `parseArgs` has no optional values. */
export function withValueFor(
  args: readonly string[],
  option: string,
  { default: defaultValue, isValue }: OptionalValue,
): readonly string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const hasValue = (index: number) => index + 1 < end && isValue(args[index + 1] ?? '')
  return args.flatMap((arg, index) => {
    if (index < end && arg === option) return [`${option}=${hasValue(index) ? args[index + 1] : defaultValue}`]
    return index < end && args[index - 1] === option && hasValue(index - 1) ? [] : [arg]
  })
}

/** Returns what `read` returns. Throws its error as a `UsageError`. */
export function asUsageError<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Parses a whole number from `min` to `max`. Throws a `UsageError` that names the option. */
export function wholeNumber(
  text: string,
  { option, min, max }: { readonly option: string; readonly min: number; readonly max: number },
): number {
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && number >= min && number <= max) return number
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: ${min} to ${max}`)
}

/** Returns the text if it is one of the words. Throws a `UsageError` that names the option. */
export function oneOf<T extends string>(text: string, option: string, words: readonly T[]): T {
  const word = words.find(each => each === text)
  if (word !== undefined) return word
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: ${words.join(', ')}`)
}

const secondsIn = { s: 1, m: 60, h: 3600, d: 24 * 3600 } as const

/** Parses `90`, `90s`, `15m`, `12h` or `2d` to seconds. Throws a `UsageError` that names the option. */
export function parseDuration(text: string, option: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? []
  if (digits !== '') return Number(digits) * secondsIn[(unit || 's') as keyof typeof secondsIn]
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: seconds, or a time such as 15m, 12h or 2d`)
}

/** Parses `50MB`, `1.5 GB` or a number of bytes, in the units of the SI, to bytes. Throws a `UsageError` that names the option. */
export function parseSize(text: string, option: string): number {
  const [, digits = '', prefix = ''] = /^(\d{1,16}(?:\.\d{1,3})?) ?([kmgt]?)b?$/i.exec(text) ?? []
  const bytes = Number((Number(digits) * 1000 ** ' kmgt'.indexOf(prefix.toLowerCase() || ' ')).toFixed(3))
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: bytes, or a size such as 500kB, 50MB or 2GB`)
}

/**
 * Returns the URL of an API without a trailing slash; undefined if the text isn't one. It must use TLS, except on loopback, and
 * have no user, password, query or fragment.
 */
export function originIn(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || /[?#\s]/.test(text)) return undefined
  const isAllowed = url.protocol === 'https:' || isLoopback(url)
  return isAllowed ? `${url.origin}${url.pathname.replace(/\/$/, '')}` : undefined
}

/** Returns the URL of an API on loopback, as `originIn` does; undefined if it leads anywhere else. */
export function loopbackOriginIn(text: string): string | undefined {
  const origin = originIn(text)
  return origin !== undefined && isLoopback(new URL(origin)) ? origin : undefined
}
