import { getDefault } from 'valibot'
import { fields, type SettingsInput } from '../settings/settings.ts'

/** All settings of one environment. It pins its account, and its Regions by `homeRegions`. */
export type Environment = SettingsInput & { readonly account: string }

/** Environments by their names, such as dev, staging and prod. */
export type Environments = Readonly<Record<string, Environment>>

/**
 * Returns the settings of the environment that is chosen; undefined if there are no environments and none is chosen. Throws a
 * `TypeError` that says what it got and what is allowed if the name is missing or unknown, if an environment names no account, and
 * if two are the same deployment.
 */
export function environmentOf(environments: Environments, chosen: unknown): Environment | undefined {
  const names = Object.keys(environments)
  if (names.length === 0 && (chosen === undefined || chosen === '')) return undefined
  checkAll(environments)
  const name = names.find(each => each === chosen)
  const environment = name === undefined ? undefined : environments[name]
  if (environment !== undefined) return environment
  const got = chosen === undefined || chosen === '' ? 'nothing' : JSON.stringify(chosen)
  const allowed = names.length === 0 ? 'none, because infra/deployment.ts has no environments' : names.join(', ')
  throw new TypeError(`environment: got ${got}, allowed: ${allowed}`)
}

/** Throws if an environment has no account, or has name and account of another one: each would change the other's deployment. */
function checkAll(environments: Environments): void {
  const owners = new Map<string, string>()
  const defaultName = getDefault(fields.name)
  for (const [environment, { account, name = defaultName }] of Object.entries(environments)) {
    const field = `environments.${environment}`
    if (typeof account !== 'string') {
      throw new TypeError(`${field}.account: got ${String(account)}, allowed: the 12 digits of an account`)
    }
    const deployment = `${name} in account ${account}`
    const owner = owners.get(deployment)
    if (owner !== undefined) {
      const rule = `another name or another account: environments.${owner} is this deployment`
      throw new TypeError(`${field}: got ${deployment}, allowed: ${rule}`)
    }
    owners.set(deployment, environment)
  }
}
