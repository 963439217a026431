import { type Account, emptyAccount } from '../../support/cli/control-plane/account.ts'
import { testTime } from '../../support/cli/on-account.ts'
import { type Variant, variants } from '../infra/synthesised.ts'
import { deploy, type Synthesised, synthesised } from './control-plane/deploy.ts'

const made = new Map<string, Synthesised>()

/** What the CDK makes of one of the deployments of test/infra, under a name; made once for all tests of a file. */
export function templatesOf(variant: Variant, name = 'once'): Synthesised {
  const key = `${variant} ${name}`
  const found = made.get(key) ?? synthesised({ ...variants[variant], name })
  made.set(key, found)
  return found
}

/** A fresh account with such a deployment in it, made three days before the tests take place. */
export function accountWith(variant: Variant, account: Account = emptyAccount(), name = 'once'): Account {
  deploy(account, templatesOf(variant, name), new Date(testTime.getTime() - 3 * 24 * 3600_000))
  return account
}

/** The command line's options that say the same as the settings of a deployment. */
export function optionsFor(variant: Variant, name = 'once'): readonly string[] {
  const settings = { ...variants[variant], name }
  return Object.entries(settings).flatMap(([field, value]) => ['-c', `${field}=${String(value)}`])
}
