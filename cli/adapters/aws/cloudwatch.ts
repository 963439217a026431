import { CloudWatchClient, paginateDescribeAlarms, paginateListDashboards } from '@aws-sdk/client-cloudwatch'
import type { Watch } from '../../ports/ports.ts'
import { allOf, globalRegion, inEach } from './client.ts'

/** Alarms and dashboards of CloudWatch. Dashboards are in no Region. */
export function cloudWatch(): Watch {
  const clientIn = inEach(config => new CloudWatchClient(config))
  return {
    async alarms(names, region) {
      if (names.length === 0) return [] // AWS would give all there are
      const pages = paginateDescribeAlarms({ client: clientIn(region) }, { AlarmNames: [...names] })
      const found = await allOf(pages, page => page.MetricAlarms)
      return found.map(({ AlarmName = '', StateValue }) => ({ name: AlarmName, ringing: StateValue === 'ALARM' }))
    },
    async hasDashboard(name) {
      const pages = paginateListDashboards({ client: clientIn(globalRegion) }, { DashboardNamePrefix: name })
      const found = await allOf(pages, page => page.DashboardEntries)
      return found.some(({ DashboardName }) => DashboardName === name)
    },
  }
}
