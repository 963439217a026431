import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { globalRegion, sdkRetry } from './client.ts'

/** Returns a function that resolves to the number of the account to which the credentials belong. */
export function callerAccount(): () => Promise<string> {
  const client = new STSClient({ ...sdkRetry, region: globalRegion })
  return async () => {
    const { Account } = await client.send(new GetCallerIdentityCommand({}))
    if (Account === undefined) throw new Error('AWS did not return the number of the account')
    return Account
  }
}
