import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import type { LogGroups } from '../ports.ts'
import { clientPerRegion, limit } from './client.ts'

/** Creates the adapter of CloudWatch Logs. `config` adds to the configuration of each Region's client. */
export function cloudWatchLogs(config: CloudWatchLogsClientConfig = {}): LogGroups {
  const clientIn = clientPerRegion(region => new CloudWatchLogsClient({ maxAttempts: 3, ...config, region }))
  return {
    async retention(region, name) {
      // The shortest name with this prefix comes first (AWS, DescribeLogGroups), so one page is enough.
      const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name })
      const { logGroups = [] } = await clientIn(region).send(command, limit())
      const group = logGroups.find(({ logGroupName }) => logGroupName === name)
      return group === undefined ? 'absent' : (group.retentionInDays ?? 'forever')
    },
    async setRetention(region, logGroupName, retentionInDays) {
      await clientIn(region).send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }), limit())
    },
  }
}
