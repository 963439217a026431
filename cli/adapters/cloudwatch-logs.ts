import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeDeliveries,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Logs } from '../ports/ports.ts'
import { allOf, inEach, unlessAbsent } from './aws/client.ts'

/** Logs of CloudWatch. */
export function cloudWatchLogs(): Logs {
  const clientIn = inEach(config => new CloudWatchLogsClient(config))
  return {
    async groups(logGroupNamePrefix, region) {
      const pages = paginateDescribeLogGroups({ client: clientIn(region) }, { logGroupNamePrefix })
      const found = await allOf(pages, page => page.logGroups)
      return found.map(({ logGroupName = '', retentionInDays }) => ({
        name: logGroupName,
        retentionDays: retentionInDays,
      }))
    },
    async removeGroup(logGroupName, region) {
      const removal = clientIn(region).send(new DeleteLogGroupCommand({ logGroupName }))
      await unlessAbsent(removal, 'ResourceNotFoundException')
    },
    async deliveries(region) {
      const pages = paginateDescribeDeliveries({ client: clientIn(region) }, {})
      const found = await allOf(pages, page => page.deliveries)
      return found.map(({ deliverySourceName = '', recordFields }) => ({
        source: deliverySourceName,
        fields: recordFields,
      }))
    },
  }
}
