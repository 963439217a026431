import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { withContext } from '../infra/context.ts'
import { deployment } from '../infra/deployment.ts'
import { fields, parseSettings, type Settings } from '../infra/settings.ts'
import { UsageError } from './command.ts'

/** The options that all commands of a deployment take. */
export const commonOptions = {
  context: { type: 'string', short: 'c', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** What `--help` says of them. */
export const commonUsage = `  -c NAME=VALUE  a setting other than in infra/deployment.ts, as for cdk; repeatable
  --json         print one JSON object
  --help         print this`

/** Reads options as `parseArgs` does; throws a `UsageError`. */
export function parseStrictly<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
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
  try {
    return parseSettings(withContext(deployment, name => given.get(name)))
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function parsePair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new UsageError(`-c: got ${JSON.stringify(text)}, allowed: NAME=VALUE`)
}
