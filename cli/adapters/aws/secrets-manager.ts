import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { parseJsonObject } from '../../../client/problem.ts'
import { inForceSince } from '../../../shared/in-force.ts'
import { parseKeys } from '../../../shared/keys.ts'
import type { EpochMs, EpochSeconds } from '../../../shared/time.ts'
import type { Secret, Secrets } from '../../ports/aws-data.ts'
import type { SecretSigner, SecretSigners, Signers } from '../../ports/aws-signer.ts'
import { clientPerRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of Secrets Manager. Of a secret's value, it returns the ids of keys and nothing else. */
export function secretsManager(): Secrets {
  const clientIn = clientPerRegion(config => new SecretsManagerClient(config))
  const describe = (SecretId: string, region: string) =>
    undefinedIfMissing(clientIn(region).send(new DescribeSecretCommand({ SecretId })), 'ResourceNotFoundException')
  return {
    async describe(name, region) {
      const found = await describe(name, region)
      return found && toSecret(found)
    },
    async currentKey(name, region) {
      const request = new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' })
      const { SecretString = '' } = await clientIn(region).send(request)
      const { signing } = parseKeys(SecretString)
      return { keyPairId: signing.keyPairId, kmsKeyId: signing.kind === 'kms' ? signing.kmsKeyId : undefined }
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

/** Longest time of a function that is invoked: its own timeout is two minutes at most. */
const invocationMs = 150_000

/** Creates the adapter for changes of the signer. Of a secret's value, it returns ids, a kind and a time, and nothing else. */
export function signers(): Signers {
  const clientIn = clientPerRegion(config => new SecretsManagerClient(config))
  const lambdaIn = clientPerRegion(
    config =>
      new LambdaClient({ ...config, requestHandler: { ...config.requestHandler, requestTimeout: invocationMs } }),
  )
  return {
    read: (secret, region) => readSigners(secret, clientIn(region)),
    async rotate(SecretId, region) {
      await clientIn(region).send(new RotateSecretCommand({ SecretId, RotateImmediately: true }))
    },
    async cancelRotation(SecretId, version, region) {
      const input = { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: version }
      await clientIn(region).send(new UpdateSecretVersionStageCommand(input))
    },
    async invoke(FunctionName, event, region) {
      const Payload = Buffer.from(JSON.stringify(event))
      const { FunctionError, Payload: result } = await lambdaIn(region).send(
        new InvokeCommand({ FunctionName, Payload }),
      )
      if (FunctionError === undefined) return
      const { errorMessage = FunctionError } = parseJsonObject(Buffer.from(result ?? []).toString())
      throw new Error(`${FunctionName}: ${String(errorMessage)}`)
    },
  }
}

async function readSigners(SecretId: string, client: SecretsManagerClient): Promise<SecretSigners> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }))
  const labels = new Map(Object.entries(VersionIdsToStages))
  const holder = (label: string) => [...labels].find(([, all]) => all.includes(label))?.[0]
  const current = holder('AWSCURRENT')
  const pending = holder('AWSPENDING')
  if (current === undefined) throw new Error(`secret ${SecretId} has no AWSCURRENT version`)
  const read = async (VersionId: string) => {
    const command = new GetSecretValueCommand({ SecretId, VersionId })
    const found = await undefinedIfMissing(client.send(command), 'ResourceNotFoundException')
    return signerIn(VersionId, found?.SecretString)
  }
  return {
    current: await read(current),
    pending: pending === undefined || pending === current ? undefined : await read(pending),
    inForceSince: inForceSince({ current, previous: holder('AWSPREVIOUS'), labels }),
  }
}

/** A version has no text, or a text of CloudFormation's without keys, before it has keys. */
function signerIn(version: string, text: string | undefined): SecretSigner {
  const value = text === undefined ? {} : parseJsonObject(text)
  if (text === undefined || !('signing' in value)) return { version }
  const { signing } = parseKeys(text)
  const { until } = (value['withoutReceipt'] ?? {}) as { readonly until?: EpochSeconds }
  const former = until === undefined ? {} : { formerUntil: until }
  if (signing.kind === 'kms') return { version, kmsKeyId: signing.kmsKeyId, ...former }
  return { version, keySpec: signing.privateKey.asymmetricKeyType === 'rsa' ? 'RSA-2048' : 'P-256', ...former }
}
