import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { apiRegionsOf, type Settings, secretRegionsOf } from '../settings.ts'
import { awsMetric, ownMetric } from './alarms.ts'

/** Props of `Dashboard`. */
export interface DashboardProps {
  readonly settings: Settings
  readonly distributionId: string
}

/** One dashboard for all Regions: outcomes of links, latency of the store, errors. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { settings, distributionId }: DashboardProps) {
    super(scope, id)
    const { name } = settings
    const edgeRegions = secretRegionsOf(settings)
    const own = (metricName: string, regions: readonly Region[], more: cloudwatch.MetricOptions = {}) =>
      regions.map(region => ownMetric(name, metricName, { region, label: region, ...more }))
    const refused = (reason: string) => own('Refused', edgeRegions, { dimensionsMap: { Reason: reason } })
    const distribution = (metricName: string, statistic: string) =>
      awsMetric('CloudFront', metricName, {
        statistic,
        region: 'us-east-1',
        label: metricName,
        dimensionsMap: { DistributionId: distributionId, Region: 'Global' },
      })
    new cloudwatch.Dashboard(this, 'Page', {
      dashboardName: name,
      widgets: [
        [graph('Redeemed', own('Redeemed', edgeRegions)), graph('Issued', own('Issued', apiRegionsOf(settings)))],
        [graph('Refused', own('Refused', edgeRegions)), graph('Uses of used links, refused', refused('spent'))],
        [graph('Outcome unknown', own('OutcomeUnknown', edgeRegions)), graph('Forged', refused('forged'))],
        [
          graph('Store, ms (99 of 100)', own('StoreMs', edgeRegions, { statistic: 'p99' })),
          graph('Cold starts', own('ColdStart', edgeRegions)),
        ],
        [
          graph('CloudFront', [distribution('Requests', 'Sum')]),
          graph('CloudFront errors, %', [
            distribution('4xxErrorRate', 'Average'),
            distribution('5xxErrorRate', 'Average'),
          ]),
        ],
      ],
    })
  }
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 12, height: 6 })
}
