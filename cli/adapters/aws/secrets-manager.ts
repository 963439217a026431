import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
import { parseKeys } from '../../../shared/keys.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { Secret } from '../../ports/aws-resources.ts'
import type { Secrets } from '../../ports/ports.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** Secrets of Secrets Manager. What a secret says goes no further than here, but for the ids that it names. */
export function secretsManager(): Secrets {
  const clientIn = clientPerRegion(config => new SecretsManagerClient(config))
  const described = (SecretId: string, region: string) =>
    undefinedIfMissing(clientIn(region).send(new DescribeSecretCommand({ SecretId })), 'ResourceNotFoundException')
  return {
    async describe(name, region) {
      const found = await described(name, region)
      return found && ofDescription(found)
    },
    async keyInForce(name, region) {
      const read = new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' })
      const { SecretString = '' } = await clientIn(region).send(read)
      const { signing } = parseKeys(SecretString)
      return { keyPairId: signing.keyPairId, kmsKeyId: signing.kind === 'kms' ? signing.kmsKeyId : undefined }
    },
    async remove(name, region) {
      const found = await described(name, region)
      if (found === undefined) return
      await endReplication(name, found, clientIn(region))
      const now = new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })
      await undefinedIfMissing(clientIn(region).send(now), 'ResourceNotFoundException')
    },
  }
}

function ofDescription(found: DescribeSecretCommandOutput): Secret {
  const { ReplicationStatus = [], DeletedDate, LastRotatedDate, CreatedDate } = found
  return {
    deletedAt: msOf(DeletedDate),
    copies: ReplicationStatus.map(({ Region = '', Status = '' }) => ({ region: Region, status: Status })),
    rotates: found.RotationEnabled === true,
    schedule: found.RotationRules?.ScheduleExpression,
    changedAt: msOf(LastRotatedDate ?? CreatedDate),
  }
}

const msOf = (date: Date | undefined) => date && (date.getTime() as EpochMs)

/** A secret with copies can't be deleted, nor can a copy as long as it is one. */
async function endReplication(
  SecretId: string,
  { ReplicationStatus = [], PrimaryRegion }: DescribeSecretCommandOutput,
  client: SecretsManagerClient,
): Promise<void> {
  const RemoveReplicaRegions = ReplicationStatus.map(({ Region = '' }) => Region)
  if (RemoveReplicaRegions.length > 0) {
    await client.send(new RemoveRegionsFromReplicationCommand({ SecretId, RemoveReplicaRegions }))
  } else if (PrimaryRegion !== undefined && PrimaryRegion !== (await client.config.region())) {
    await client.send(new StopReplicationToReplicaCommand({ SecretId }))
  }
}
