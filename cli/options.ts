import { closestMatch } from 'leven'
import { parseArgs, type ParseArgsConfig, type ParseArgsOptionsConfig } from 'node:util'
import { withOverrides } from '../infra/app/context.ts'
import { deployment, environments } from '../infra/deployment.ts'
import { inputFields, type Settings } from '../infra/settings/settings.ts'
import { parseSettings } from '../infra/settings/parse-settings.ts'
import { UsageError } from './command.ts'

/** The options of all commands that use a deployment. */
export const commonOptions = {
  context: { type: 'string', short: 'c', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig

/** Explains them in `--help`. */
export const commonUsage = `  -c NAME=VALUE  override a setting of infra/deployment.ts, or choose a profile or an environment, as for cdk; repeatable
  --json         print JSON
  -h, --help     print this`

/**
 * Parses options as `parseArgs` does, and the name of an environment, which joins the settings as `environment=NAME`. Throws a
 * `UsageError` if they are invalid.
 */
export function parseWithEnvironment<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  const config = { options, strict: true, allowPositionals: true, tokens: true } as const
  const { values, positionals } = parse({ args: [...args], ...config })
  const { context } = values as { readonly context?: readonly string[] }
  return { ...values, context: withEnvironment(positionals, context) }
}

/** Returns `NAME=VALUE` pairs with the environment that operands name, if there is one. Throws a `UsageError` if there are more. */
export function withEnvironment(
  [environment, ...others]: readonly string[],
  context: readonly string[] = [],
): readonly string[] {
  if (others.length > 0) throw new UsageError(`got ${JSON.stringify(others[0])}, allowed: the name of one environment`)
  if (environment === undefined) return context
  if (context.some(pair => pair.startsWith('environment='))) {
    throw new UsageError(`-c: got an environment, allowed: without it, beside ${JSON.stringify(environment)}`)
  }
  return [...context, `environment=${environment}`]
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
  const config = { options, strict: true, allowPositionals: true, allowNegative: true, tokens: true } as const
  const { values, tokens } = parse({ args: order.map(index => args[index] ?? '--'), ...config })
  const operands = tokens.filter(token => token.kind === 'positional').map(token => order[token.index] ?? end)
  return { values, positionals: operands.toSorted((a, b) => a - b).map(index => args[index] ?? '') }
}

/** Parses as `parseArgs` does. Throws a `UsageError` for an unknown option, and for a second value of an option that takes one. */
function parse<const C extends ParseArgsConfig & { readonly options: ParseArgsOptionsConfig; readonly tokens: true }>(
  config: C,
) {
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

function asUsageError<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** What `-c` takes beside settings. */
const choices = ['profile', 'environment']

/** Returns the settings of infra/deployment.ts, overridden by `NAME=VALUE` pairs. Throws a `UsageError` if one is invalid. */
export function settingsWith(context?: readonly string[]): Settings {
  return settingsOf(settingsInputWith(context))
}

/** Returns settings that are written so. Throws a `UsageError` if one is invalid. */
export function settingsOf(written: object): Settings {
  return asUsageError(() => parseSettings(written))
}

/** Returns those settings as they are written, which the CDK app takes. Throws a `UsageError` if a name is invalid. */
export function settingsInputWith(context: readonly string[] = []): object {
  const overrides = new Map(context.map(parsePair))
  const unknown = [...overrides.keys()].find(name => !choices.includes(name) && !Object.hasOwn(inputFields, name))
  if (unknown !== undefined) {
    throw new UsageError(
      `-c: got ${JSON.stringify(unknown)}, allowed: ${[...choices, ...Object.keys(inputFields)].join(', ')}`,
    )
  }
  return asUsageError(() => withOverrides(deployment, name => overrides.get(name), environments))
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

function parsePair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new UsageError(`-c: got ${JSON.stringify(text)}, allowed: NAME=VALUE`)
}

const secondsIn = { s: 1, m: 60, h: 3600, d: 24 * 3600 } as const

/** Parses `90`, `90s`, `15m`, `12h` or `2d` to seconds. Throws a `UsageError` that names the option. */
export function parseDuration(text: string, option: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? []
  if (digits !== '') return Number(digits) * secondsIn[(unit || 's') as keyof typeof secondsIn]
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: seconds, or a time such as 15m, 12h or 2d`)
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

/** Whether a URL uses HTTP and leads to this machine: 127.0.0.0/8, ::1 or localhost (RFC 6761, 6.3). */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/.test(hostname)
}
