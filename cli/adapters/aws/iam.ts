import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
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
