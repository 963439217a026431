import {
  BackupType,
  DescribeContinuousBackupsCommand,
  DynamoDBClient,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeCommandInput,
} from '@aws-sdk/client-dynamodb'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  DescribeSecretCommand,
  paginateListSecretVersionIds,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { EpochMs } from '../../../shared/time.ts'
import type { Restores, SecretVersion, TableCopy, TableSource } from '../../ports/aws-restore.ts'
import { allOf, clientPerRegion, pagesOf, undefinedIfMissing } from './client.ts'

/** Creates the adapter of what a restore does with DynamoDB, Lambda and Secrets Manager. */
export function restores(): Restores {
  const tablesIn = clientPerRegion(config => new DynamoDBClient(config))
  const functionsIn = clientPerRegion(config => new LambdaClient(config))
  const secretsIn = clientPerRegion(config => new SecretsManagerClient(config))
  return {
    secretVersion: (name, region) => versionOf(name, secretsIn(region)),
    invalidateLinks: (name, region) => invalidateLinks(name, functionsIn(region)),
    source: (table, region) => sourceOf(table, tablesIn(region)),
    copy: (table, region, copy) => startCopy(table, copy, tablesIn(region)),
  }
}

async function versionOf(SecretId: string, client: SecretsManagerClient): Promise<SecretVersion | undefined> {
  const request = client.send(new DescribeSecretCommand({ SecretId }))
  const found = await undefinedIfMissing(request, 'ResourceNotFoundException')
  const labels = Object.entries(found?.VersionIdsToStages ?? {})
  const withLabel = (label: string) => labels.find(([, all]) => all.includes(label))?.[0]
  const current = withLabel('AWSCURRENT')
  if (current === undefined) return undefined
  const versions = await allOf(paginateListSecretVersionIds({ client }, { SecretId }), page => page.Versions)
  const createdAt = versions.find(({ VersionId }) => VersionId === current)?.CreatedDate
  return { current, previous: withLabel('AWSPREVIOUS'), createdAt: (createdAt?.getTime() ?? 0) as EpochMs }
}

async function invalidateLinks(FunctionName: string, client: LambdaClient): Promise<number> {
  const Payload = Buffer.from(JSON.stringify({ invalidateLinks: true }))
  const { FunctionError, Payload: result } = await client.send(new InvokeCommand({ FunctionName, Payload }))
  const text = Buffer.from(result ?? []).toString()
  // The function's errors repeat nothing of the secret.
  if (FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${text.slice(0, 300)}`)
  const { keySlot } = JSON.parse(text) as { keySlot: number }
  return keySlot
}

async function sourceOf(TableName: string, client: DynamoDBClient): Promise<TableSource | undefined> {
  const request = client.send(new DescribeContinuousBackupsCommand({ TableName }))
  const found = await undefinedIfMissing(request, 'TableNotFoundException', 'ResourceNotFoundException')
  const recovery = found?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription
  const from = recovery?.EarliestRestorableDateTime
  const to = recovery?.LatestRestorableDateTime
  if (recovery?.PointInTimeRecoveryStatus === 'ENABLED' && from !== undefined && to !== undefined) {
    return { kind: 'range', from: from.getTime() as EpochMs, to: to.getTime() as EpochMs }
  }
  return found === undefined ? lastBackupOf(TableName, client) : undefined
}

/** DynamoDB keeps the last state of a deleted table that had recovery on for 35 days (DynamoDB, "Before you begin"). */
async function lastBackupOf(TableName: string, client: DynamoDBClient): Promise<TableSource | undefined> {
  const pages = pagesOf(
    token =>
      client.send(new ListBackupsCommand({ TableName, BackupType: BackupType.SYSTEM, ExclusiveStartBackupArn: token })),
    page => page.LastEvaluatedBackupArn,
  )
  const all = await allOf(pages, page => page.BackupSummaries)
  const times = all.map(({ BackupArn = '', BackupCreationDateTime }) => ({
    arn: BackupArn,
    at: (BackupCreationDateTime?.getTime() ?? 0) as EpochMs,
  }))
  const last = times.toSorted((a, b) => b.at - a.at)[0]
  return last && { kind: 'backup', ...last }
}

async function startCopy(
  SourceTableName: string,
  { source, at, name, kmsKey }: TableCopy,
  client: DynamoDBClient,
): Promise<void> {
  const common: RestoreTableToPointInTimeCommandInput = {
    TargetTableName: name,
    BillingModeOverride: 'PAY_PER_REQUEST',
    // Receipts are read by id or all together: no index is needed, and each costs time and money.
    GlobalSecondaryIndexOverride: [],
    ...(kmsKey !== undefined && {
      SSESpecificationOverride: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: kmsKey },
    }),
  }
  if (source.kind === 'backup') {
    await client.send(new RestoreTableFromBackupCommand({ ...common, BackupArn: source.arn }))
    return
  }
  const RestoreDateTime = new Date(at)
  await client.send(new RestoreTableToPointInTimeCommand({ ...common, SourceTableName, RestoreDateTime }))
}
