import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Roles } from '../../ports/aws-resources.ts'
import { globalRegion, sdkRetry, undefinedIfMissing } from './client.ts'

/** Creates the adapter of IAM. */
export function iam(): Roles {
  const client = new IAMClient({ ...sdkRetry, region: globalRegion })
  return {
    async exists(RoleName) {
      const found = await undefinedIfMissing(client.send(new GetRoleCommand({ RoleName })), 'NoSuchEntityException')
      return found !== undefined
    },
  }
}

/** Returns a function that resolves to the number of the account to which the credentials belong. */
export function callerAccount(): () => Promise<string> {
  const client = new STSClient({ ...sdkRetry, region: globalRegion })
  return async () => {
    const { Account } = await client.send(new GetCallerIdentityCommand({}))
    if (Account === undefined) throw new Error('AWS did not return the number of the account')
    return Account
  }
}
