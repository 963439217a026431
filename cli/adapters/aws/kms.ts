import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import type { Kms } from '../../ports/aws-data.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** The shortest waiting period that KMS allows, in days. */
const waitingDays = 7

/** Creates the adapter of KMS. */
export function kms(): Kms {
  const clientIn = clientPerRegion(config => new KMSClient(config))
  return {
    async describe(KeyId, region) {
      const found = await undefinedIfMissing(
        clientIn(region).send(new DescribeKeyCommand({ KeyId })),
        'NotFoundException',
      )
      return (
        found && {
          state: found.KeyMetadata?.KeyState ?? '',
          isCustomers: found.KeyMetadata?.KeyManager === 'CUSTOMER',
        }
      )
    },
    async policy(KeyId, region) {
      const request = clientIn(region).send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))
      return (await undefinedIfMissing(request, 'NotFoundException'))?.Policy
    },
    async scheduleDeletion(KeyId, region) {
      const request = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: waitingDays })
      await undefinedIfMissing(clientIn(region).send(request), 'NotFoundException', 'KMSInvalidStateException')
    },
  }
}
