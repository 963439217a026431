import { gunzipSync } from 'node:zlib'
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
} from '@aws-sdk/client-cloudwatch'
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  paginateFilterLogEvents,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { parseJsonObject } from '../../../client/problem.ts'
import { metricsNamespace } from '../../../shared/metrics.ts'
import type { Proofs } from '../../ports/aws-prove.ts'
import { allOf, clientPerRegion, undefinedIfMissing } from './client.ts'

/** Most files and entries of a log that are read. */
const maxFiles = 20
const maxEntries = 1000

/** Longest file of a log that is read, in bytes, also unpacked. */
const maxBytes = 4 * 1024 * 1024

/** Creates the adapter of what `once prove` reads and does. */
export function proofs(): Proofs {
  const stacksIn = clientPerRegion(config => new CloudFormationClient(config))
  const tablesIn = clientPerRegion(config => new DynamoDBClient(config))
  const metricsIn = clientPerRegion(config => new CloudWatchClient(config))
  const bucketsIn = clientPerRegion(config => new S3Client(config))
  return {
    async createStack(StackName, TemplateBody, region) {
      const Capabilities = ['CAPABILITY_IAM' as const]
      await stacksIn(region).send(
        new CreateStackCommand({ StackName, TemplateBody, Capabilities, DisableRollback: true }),
      )
    },
    logEntries: (bucket, region) => newestEntries(bucket, bucketsIn(region)),
    refusedWrite: (table, region) => refusedWrite(table, tablesIn(region)),
    async hasItem(TableName, id, region) {
      const read = new GetItemCommand({ TableName, Key: { id: { S: id } }, ProjectionExpression: 'id' })
      return (await tablesIn(region).send(read)).Item !== undefined
    },
    async deleteVersion({ bucket: Bucket, key: Key, versionId: VersionId }, region) {
      await bucketsIn(region).send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
    },
    ...logLines(),
    ownMetric(MetricName, deployment, { region, since }) {
      const Dimensions = [{ Name: 'Deployment', Value: deployment }]
      return sumOf({ Namespace: metricsNamespace, MetricName, Dimensions, since }, metricsIn(region))
    },
    writeUnits(table, region, since) {
      const metric = { Namespace: 'AWS/DynamoDB', MetricName: 'ConsumedWriteCapacityUnits' }
      return sumOf({ ...metric, Dimensions: [{ Name: 'TableName', Value: table }], since }, metricsIn(region))
    },
  }
}

function logLines(): Pick<Proofs, 'logLine' | 'writeLine'> {
  const logsIn = clientPerRegion(config => new CloudWatchLogsClient(config))
  return {
    async logLine(logGroupName, region, { word, since }) {
      const filter = { logGroupName, filterPattern: `"${word}"`, startTime: since }
      for await (const { events = [] } of paginateFilterLogEvents({ client: logsIn(region) }, filter))
        if (events.length > 0) return events[0]?.message
      return undefined
    },
    async writeLine(logGroupName, region, { text: message, at: timestamp }) {
      const stream = { logGroupName, logStreamName: `once-prove-${timestamp}` }
      await logsIn(region).send(new CreateLogStreamCommand(stream))
      await logsIn(region).send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp, message }] }))
    },
  }
}

/** Adds up a metric with one dimension, by minutes. */
async function sumOf(
  {
    since,
    ...metric
  }: Pick<GetMetricStatisticsCommandInput, 'Namespace' | 'MetricName' | 'Dimensions'> & { since: number },
  client: CloudWatchClient,
): Promise<number> {
  const { Datapoints = [] } = await client.send(
    new GetMetricStatisticsCommand({
      ...metric,
      StartTime: new Date(since - 60_000),
      EndTime: new Date(since + 24 * 3600_000),
      Period: 60,
      Statistics: ['Sum'],
    }),
  )
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0)
}

async function refusedWrite(TableName: string, client: DynamoDBClient): Promise<void> {
  const Item = { id: { S: 'once-prove' } }
  const write = new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_exists(id)' })
  try {
    await client.send(write)
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return
    throw error
  }
  throw new Error('DynamoDB made a write whose condition is false')
}

async function newestEntries(Bucket: string, client: S3Client): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const pages = paginateListObjectsV2({ client }, { Bucket })
  const files = allOf(pages, page => page.Contents)
  const found = await undefinedIfMissing(files, 'NoSuchBucket')
  const at = ({ LastModified }: { LastModified?: Date | undefined }) => LastModified?.getTime() ?? 0
  const newest = (found ?? []).filter(({ Size = 0 }) => Size <= maxBytes).toSorted((a, b) => at(b) - at(a))
  const entries: Readonly<Record<string, unknown>>[] = []
  for (const { Key } of newest.slice(0, maxFiles)) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    const lines = unpacked((await Body?.transformToByteArray()) ?? new Uint8Array()).split('\n')
    entries.push(...lines.filter(line => line.startsWith('{')).map(line => parseJsonObject(line)))
  }
  return entries.slice(0, maxEntries)
}

/** CloudFront compresses the files of its logs. */
function unpacked(bytes: Uint8Array): string {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b
  return (isPacked ? gunzipSync(bytes, { maxOutputLength: maxBytes * 8 }) : Buffer.from(bytes)).toString('utf8')
}
