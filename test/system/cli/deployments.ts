import { type Account, copyOf, emptyAccount } from '../../support/cli/control-plane/account.ts'
import { testTime } from '../../support/cli/on-account.ts'
import { type Variant, variants } from '../infra/synthesised.ts'
import { deploy, type Synthesised, synthesised } from './control-plane/deploy.ts'

const cache = new Map<string, Synthesised>()
const accounts = new Map<Variant, Account>()

/** Returns the templates of a variant under a name; synthesises them once per test file. */
export function templatesOf(variant: Variant, name = 'once'): Synthesised {
  const key = `${variant} ${name}`
  const found = cache.get(key) ?? synthesised({ ...variants[variant], name })
  cache.set(key, found)
  return found
}

/** Deploys a variant into an account, by default a new one, three days before the time of the tests. */
export function accountWith(variant: Variant, into?: Account, name = 'once'): Account {
  const known = into === undefined && name === 'once' ? accounts.get(variant) : undefined
  if (known !== undefined) return copyOf(known)
  const account = into ?? emptyAccount()
  deploy(account, templatesOf(variant, name), new Date(testTime.getTime() - 3 * 24 * 3600_000))
  // The last step of `once deploy`.
  for (const stack of account.stacks) if (stack.status === 'CREATE_COMPLETE') stack.terminationProtection = true
  if (into === undefined && name === 'once') accounts.set(variant, copyOf(account))
  return account
}

/** Returns the command-line options for the settings of a variant. */
export function optionsFor(variant: Variant, name = 'once'): readonly string[] {
  const settings = { ...variants[variant], name }
  return Object.entries(settings).flatMap(([field, value]) => ['-c', `${field}=${textOf(value)}`])
}

/** Writes a value as `-c` takes it: objects, also in lists, as JSON. */
function textOf(value: unknown): string {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.some(each => typeof each === 'object') ? JSON.stringify(value) : String(value)
}
