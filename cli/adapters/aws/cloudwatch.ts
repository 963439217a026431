import { CloudWatchClient, paginateDescribeAlarms, paginateListDashboards } from '@aws-sdk/client-cloudwatch'
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeDeliveries,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs'
import type { EpochMs } from '../../../shared/time.ts'
import type { Logs, Watch } from '../../ports/aws-resources.ts'
import { allOf, clientPerRegion, globalRegion, undefinedIfMissing } from './client.ts'

/** Creates the adapter of CloudWatch: alarms per Region, dashboards for all Regions. */
export function cloudWatch(): Watch {
  const clientIn = clientPerRegion(config => new CloudWatchClient(config))
  return {
    async alarms(names, region) {
      if (names.length === 0) return [] // an empty list of names means all alarms
      const pages = paginateDescribeAlarms({ client: clientIn(region) }, { AlarmNames: [...names] })
      const found = await allOf(pages, page => page.MetricAlarms)
      return found.map(({ AlarmName = '', StateValue, AlarmActions = [] }) => ({
        name: AlarmName,
        inAlarm: StateValue === 'ALARM',
        hasReceiver: AlarmActions.length > 0,
      }))
    },
    async hasDashboard(name) {
      const pages = paginateListDashboards({ client: clientIn(globalRegion) }, { DashboardNamePrefix: name })
      const found = await allOf(pages, page => page.DashboardEntries)
      return found.some(({ DashboardName }) => DashboardName === name)
    },
  }
}

/** Creates the adapter of CloudWatch Logs. */
export function cloudWatchLogs(): Logs {
  const clientIn = clientPerRegion(config => new CloudWatchLogsClient(config))
  return {
    async groups(logGroupNamePrefix, region) {
      const pages = paginateDescribeLogGroups({ client: clientIn(region) }, { logGroupNamePrefix })
      const found = await allOf(pages, page => page.logGroups)
      return found.map(({ logGroupName = '', retentionInDays, creationTime }) => ({
        name: logGroupName,
        retentionDays: retentionInDays,
        createdAt: creationTime as EpochMs | undefined,
      }))
    },
    async removeGroup(logGroupName, region) {
      const removal = clientIn(region).send(new DeleteLogGroupCommand({ logGroupName }))
      await undefinedIfMissing(removal, 'ResourceNotFoundException')
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
