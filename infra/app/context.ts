import { type Environments, environmentOf } from './environments.ts'
import { profiles } from './profiles.ts'
import { settingsOfKms } from '../settings/former-names.ts'
import { inputFields } from '../settings/settings.ts'

/**
 * Returns the settings of a file, those of an environment if there are any, overridden by those of the command line (`cdk -c
 * NAME=VALUE`): lists with commas, objects and lists of them as JSON, numbers and booleans as they are. An empty value removes the setting of the
 * file. `contextOf` returns the value for a name, or undefined. Throws if profile or environment is unknown, and if the account of
 * an environment is overridden. Checks no setting: `parseSettings` does.
 */
export function withOverrides(
  input: object,
  contextOf: (name: string) => unknown,
  environments: Environments = {},
): object {
  const environment = environmentOf(environments, contextOf('environment'))
  if (environment !== undefined) refuseAccount(environment, contextOf('account'))
  const context = [...Object.keys(inputFields), ...settingsOfKms].map(name => [name, contextOf(name)] as const)
  const overrides = context
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, parseValue(name, value)])
  const merged = {
    ...profileOf(environment ?? input, contextOf('profile')),
    ...Object.fromEntries(overrides),
  } as Record<string, unknown>
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}

/** An environment pins its account: another one on the command line is a mistake. */
function refuseAccount({ account }: { readonly account: string }, got: unknown): void {
  if (got === undefined || got === account) return
  throw new TypeError(`account: got ${JSON.stringify(got)}, allowed: ${account}, that of the environment`)
}

/** Returns the profile of that name, with name and account of the deployment in `input`; without a name, `input`. Throws if there is none. */
function profileOf(input: object, name: unknown): object {
  if (name === undefined || name === '') return input
  const profile = Object.entries(profiles).find(([each]) => each === name)?.[1]
  const kept = Object.entries(input).filter(([field]) => field === 'name' || field === 'account')
  if (profile !== undefined) return { ...Object.fromEntries(kept), ...profile }
  throw new TypeError(`profile: got ${JSON.stringify(name)}, allowed: ${Object.keys(profiles).join(', ')}`)
}

/** What a schema of valibot says of its values. */
interface Shape {
  readonly type: string
  /** The schema below one that is optional. */
  readonly wrapped?: Shape
  /** The schema of the entries of a list. */
  readonly item?: Shape
}

/** Lists of lists and objects are JSON, as objects are; text is text even if all of it is digits. */
function parseValue(name: string, value: unknown): unknown {
  const shape: Shape | undefined = inputFields[name as keyof typeof inputFields]
  if (typeof value !== 'string' || value === '' || shape === undefined) return value
  const { type, item } = shape.wrapped ?? shape
  if (type === 'string') return value
  if (type === 'array' && item?.type === 'string') return value.split(',').map(parseScalar)
  return ['array', 'record', 'strict_object'].includes(type) ? parseJson(value) : parseScalar(value)
}

/** Parses JSON; returns invalid JSON as text, which `parseSettings` refuses by name. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function parseScalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}
