import { DescribeKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import type { Kms } from '../../ports/ports.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** The shortest that KMS lets a key wait, in days. */
const waitDays = 7

/** Keys of KMS. */
export function kms(): Kms {
  const clientIn = clientPerRegion(config => new KMSClient(config))
  return {
    async describe(KeyId, region) {
      const found = await undefinedIfMissing(
        clientIn(region).send(new DescribeKeyCommand({ KeyId })),
        'NotFoundException',
      )
      return found && { state: found.KeyMetadata?.KeyState ?? '' }
    },
    async scheduleDeletion(KeyId, region) {
      const request = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: waitDays })
      await undefinedIfMissing(clientIn(region).send(request), 'NotFoundException', 'KMSInvalidStateException')
    },
  }
}
