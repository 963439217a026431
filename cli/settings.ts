import type { ParseArgsOptionsConfig } from 'node:util'
import { withOverrides } from '../infra/app/context.ts'
import { deployment, environments } from '../infra/deployment.ts'
import { settingsOfKms } from '../infra/settings/former-names.ts'
import { inputFields, type Settings } from '../infra/settings/settings.ts'
import { parseSettings } from '../infra/settings/parse-settings.ts'
import { UsageError } from './command.ts'
import { asUsageError, contextOption, outputOptions, outputUsage, parse } from './options.ts'

/** Explains it in `--help`. */
export const contextUsage = `  -c NAME=VALUE  override a setting of infra/deployment.ts, or choose a profile or an environment, as for cdk; repeatable`

/** The options of all commands on deployments. */
export const commonOptions = { ...contextOption, ...outputOptions } as const satisfies ParseArgsOptionsConfig

/** Explains them in `--help`. */
export const commonUsage = `${contextUsage}
${outputUsage}`

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
  const allowed = [...choices, ...Object.keys(inputFields)]
  const unknown = [...overrides.keys()].find(name => ![...allowed, ...settingsOfKms].includes(name))
  if (unknown !== undefined) throw new UsageError(`-c: got ${JSON.stringify(unknown)}, allowed: ${allowed.join(', ')}`)
  return asUsageError(() => withOverrides(deployment, name => overrides.get(name), environments))
}

function parsePair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new UsageError(`-c: got ${JSON.stringify(text)}, allowed: NAME=VALUE`)
}
