import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { globalRegion, patience } from './aws/client.ts'

/** Tells the number of the account whose credentials are used. */
export function callerAccount(): () => Promise<string> {
  const client = new STSClient({ ...patience, region: globalRegion })
  return async () => {
    const { Account } = await client.send(new GetCallerIdentityCommand({}))
    if (Account === undefined) throw new Error('AWS did not say which account this is')
    return Account
  }
}
