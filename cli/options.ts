import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { withOverrides } from '../infra/context.ts'
import { deployment } from '../infra/deployment.ts'
import { fields, type Settings } from '../infra/settings.ts'
import { parseSettings } from '../infra/parse-settings.ts'
import { UsageError } from './command.ts'

/** The options that all commands of a deployment take. */
export const commonOptions = {
  context: { type: 'string', short: 'c', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig

/** What `--help` says of them. */
export const commonUsage = `  -c NAME=VALUE  a setting other than in infra/deployment.ts, as for cdk; repeatable
  --json         print JSON
  -h, --help     print this`

/** Reads options as `parseArgs` does; throws a `UsageError`. */
export function parseStrictly<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  return asUsageError(() => parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values)
}

/** One link id in 64 begins with a dash, and is none the less an operand. */
const dashedId = /^-[A-Za-z0-9_-]{21}$/

/** The same with operands. What is on or off, and may be neither, is turned off by `--no-NAME`. */
export function parseWithOperands<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  return asUsageError(() => {
    const how = { options, strict: true, allowPositionals: true, allowNegative: true } as const
    const end = args.indexOf('--')
    const [before, behind] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)]
    const isId = (arg: string) => dashedId.test(arg) && !Object.hasOwn(options, arg.slice(2))
    const [others, ids] = [before.filter(arg => !isId(arg)), before.filter(isId)]
    return parseArgs({ args: [...others, '--', ...ids, ...behind], ...how })
  })
}

/** What an option means that stands alone, and what behind it is its value. */
interface OptionalValue {
  readonly usual: string
  readonly isValue: (text: string) => boolean
}

/** Gives an option its value, as in `--option=value`: `parseArgs` knows none that may be left out. */
export function withValueFor(
  args: readonly string[],
  option: string,
  { usual, isValue }: OptionalValue,
): readonly string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const hasValue = (index: number) => index + 1 < end && isValue(args[index + 1] ?? '')
  return args.flatMap((arg, index) => {
    if (index < end && arg === option) return [`${option}=${hasValue(index) ? args[index + 1] : usual}`]
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

/** The settings of infra/deployment.ts, with those of the command line in their place; throws a `UsageError`. */
export function settingsWith(context: readonly string[] = []): Settings {
  const given = new Map(context.map(parsePair))
  const unknown = [...given.keys()].find(name => !Object.hasOwn(fields, name))
  if (unknown !== undefined) {
    throw new UsageError(`-c: got ${JSON.stringify(unknown)}, allowed: ${Object.keys(fields).join(', ')}`)
  }
  return asUsageError(() => parseSettings(withOverrides(deployment, name => given.get(name))))
}

/** A whole number from `min` to `max`; throws a `UsageError` that names the option. */
export function wholeNumber(
  text: string,
  { option, min, max }: { readonly option: string; readonly min: number; readonly max: number },
): number {
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && number >= min && number <= max) return number
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: ${min} to ${max}`)
}

/** One of some words; throws a `UsageError` that names the option. */
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

/** Seconds in `90`, `90s`, `15m`, `12h` or `2d`; throws a `UsageError` that names the option. */
export function parseDuration(text: string, option: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? []
  if (digits !== '') return Number(digits) * secondsIn[(unit || 's') as keyof typeof secondsIn]
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: seconds, or as in 15m, 12h, 2d`)
}

/**
 * Where an api may be, without a slash at its end: over TLS, unless it stays on this machine. Undefined for all else, and for
 * what has a user, a password, a query or a fragment.
 */
export function originIn(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || /[?#\s]/.test(text)) return undefined
  const isLoopback = ['127.0.0.1', 'localhost'].includes(url.hostname)
  const isFit = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
  return isFit ? text.replace(/\/+$/, '') : undefined
}
