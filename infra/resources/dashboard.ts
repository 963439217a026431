import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { readerRegionsOf } from '../placement/placement.ts'
import { apiRegionsOf } from '../settings/settings.ts'
import type { AlarmsProps } from './alarms.ts'
import { awsMetric, ownMetric, totalMetric } from './metrics.ts'

/** One dashboard for all Regions: what happens to links, errors, requests, latency of the table. It needs no metric of its own. */
export class Dashboard extends Construct {
  readonly #props: AlarmsProps

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.#props = props
    const { name } = props.settings
    new cloudwatch.Dashboard(this, 'Page', {
      dashboardName: name,
      widgets: [
        [graph('Redeemed', this.#counts('Redeemed')), graph('Revoked', this.#counts('Revoked'))],
        [
          graph('Uses of used links, refused', this.#counts('UsedLinksRefused')),
          graph(
            'Errors of all Regions',
            (['OutcomeUnknownTotal', 'EdgeErrors', 'EdgeThrottles', 'ApiErrors'] as const).map(total =>
              totalMetric(props.settings, total, { label: total }),
            ),
          ),
        ],
        ...this.#viewers(props.distributionId),
        [
          graph('Requests of issuers', this.#requestsOfApis()),
          graph('Table: writes that use a link, ms (99 of 100)', this.#writes()),
        ],
      ],
    })
  }

  #counts(metricName: string): cloudwatch.Metric[] {
    const { settings } = this.#props
    return readerRegionsOf(settings).map(region => ownMetric(settings.name, metricName, { region, label: region }))
  }

  #viewers(DistributionId: string | undefined): cloudwatch.IWidget[][] {
    if (DistributionId === undefined) return []
    const dimensionsMap = { DistributionId, Region: 'Global' }
    const metric = (metricName: string, statistic: string) =>
      awsMetric('CloudFront', metricName, { statistic, region: 'us-east-1', label: metricName, dimensionsMap })
    const errors = [metric('4xxErrorRate', 'Average'), metric('5xxErrorRate', 'Average')]
    return [[graph('Requests of viewers', [metric('Requests', 'Sum')]), graph('Errors of viewers, %', errors)]]
  }

  #requestsOfApis(): cloudwatch.Metric[] {
    const { settings } = this.#props
    const dimensionsMap = { ApiName: settings.name }
    return apiRegionsOf(settings).map(region =>
      awsMetric('ApiGateway', 'Count', { region, label: region, dimensionsMap }),
    )
  }

  /** A link with a receipt is used by an update, one without by a delete. */
  #writes(): cloudwatch.Metric[] {
    const { settings, names } = this.#props
    return ['DeleteItem', 'UpdateItem'].flatMap(Operation =>
      settings.homeRegions.map(region =>
        awsMetric('DynamoDB', 'SuccessfulRequestLatency', {
          region,
          statistic: 'p99',
          label: `${Operation} ${region}`,
          dimensionsMap: { TableName: names.linksTable, Operation },
        }),
      ),
    )
  }
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 12, height: 6 })
}
