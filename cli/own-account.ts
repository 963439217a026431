import type { Settings } from '../infra/settings/settings.ts'
import { UsageError } from './command.ts'
import type { Aws } from './ports/ports.ts'

/**
 * Returns the account of the credentials. Rejects with a `UsageError` if the settings name another one: before it, a command reads
 * nothing else of an account and changes nothing.
 */
export async function ownAccount(
  { account: named }: Pick<Settings, 'account'>,
  aws: Pick<Aws, 'account'>,
): Promise<string> {
  const account = await aws.account()
  if (named === undefined || named === account) return account
  throw new UsageError(
    `account: got ${account}, that of the credentials, allowed: ${named}, which the settings name -> use credentials of that account`,
  )
}
