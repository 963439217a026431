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
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { metricsNamespace } from '../../../shared/metrics.ts'
import type { Proofs, SumFrom } from '../../ports/aws-prove.ts'
import { clientPerRegion } from './client.ts'

type Metric = Pick<GetMetricStatisticsCommandInput, 'Namespace' | 'MetricName' | 'Dimensions'>

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
    async hasItem(TableName, id, region) {
      const read = new GetItemCommand({ TableName, Key: { id: { S: id } }, ProjectionExpression: 'id' })
      return (await tablesIn(region).send(read)).Item !== undefined
    },
    async deleteVersion({ bucket: Bucket, key: Key, versionId: VersionId }, region) {
      await bucketsIn(region).send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
    },
    ...logLines(),
    ownMetric: async (MetricName, Value, from) =>
      sumOf({ Namespace: metricsNamespace, MetricName, Dimensions: [{ Name: 'Deployment', Value }] }, from),
    handledMessages: async (Value, from) =>
      sumOf(
        { Namespace: 'AWS/SQS', MetricName: 'NumberOfMessagesDeleted', Dimensions: [{ Name: 'QueueName', Value }] },
        from,
      ),
  }
  async function sumOf(metric: Metric, { region, since }: SumFrom) {
    const { Datapoints = [] } = await metricsIn(region).send(
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
