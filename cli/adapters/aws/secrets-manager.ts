import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
import { parseKeys } from '../../../shared/secrets/keys.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { Secret, Secrets } from '../../ports/aws-data.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of Secrets Manager. Of a secret's value, it returns the id of a key and nothing else. */
export function secretsManager(): Secrets {
  const clientIn = clientPerRegion(config => new SecretsManagerClient(config))
  const describe = (SecretId: string, region: string) =>
    undefinedIfMissing(clientIn(region).send(new DescribeSecretCommand({ SecretId })), 'ResourceNotFoundException')
  return {
    async describe(name, region) {
      const found = await describe(name, region)
      return found && toSecret(found)
    },
    async currentKeyId(name, region) {
      const request = new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' })
      const { SecretString = '' } = await clientIn(region).send(request)
      return parseKeys(SecretString).signing.keyPairId
    },
    async remove(name, region) {
      const found = await describe(name, region)
      if (found === undefined) return
      await endReplication(name, found, clientIn(region))
      const request = new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })
      await undefinedIfMissing(clientIn(region).send(request), 'ResourceNotFoundException')
    },
  }
}

function toSecret(found: DescribeSecretCommandOutput): Secret {
  const { ReplicationStatus = [], DeletedDate, LastRotatedDate, CreatedDate, KmsKeyId } = found
  return {
    deletedAt: toEpochMs(DeletedDate),
    copies: ReplicationStatus.map(({ Region = '', Status = '' }) => ({ region: Region, status: Status })),
    rotates: found.RotationEnabled === true,
    schedule: found.RotationRules?.ScheduleExpression,
    changedAt: toEpochMs(LastRotatedDate ?? CreatedDate),
    kmsKey: KmsKeyId,
  }
}

const toEpochMs = (date: Date | undefined) => date && (date.getTime() as EpochMs)

/** Ends the replication of a secret: neither a primary with copies nor a copy can be deleted. */
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
