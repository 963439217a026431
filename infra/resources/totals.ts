import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { metricsNamespace } from '../../shared/metrics.ts'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { logGroupArn, type Names } from '../placement/names.ts'
import { readerRegionsOf } from '../placement/placement.ts'
import { apiFunctions, apiPurpose } from '../placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../settings/settings.ts'
import { lambdaEdgeRegions } from '../placement/lambda-edge-regions.ts'
import { RegionalFunction } from './regional-function.ts'

/** Props of `Totals`. */
export interface TotalsProps extends DeploymentProps {
  /** The name of the edge function. */
  readonly edgeFunction: string
}

/**
 * The function that sets the retention of the edge's log groups and copies metrics of all Regions to us-east-1; see
 * jobs/totals/handler.ts.
 */
export class Totals extends Construct {
  constructor(scope: Construct, id: string, { settings, names, edgeFunction }: TotalsProps) {
    super(scope, id)
    const totals = new RegionalFunction(this, 'Watcher', {
      folder: 'totals',
      settings,
      functionName: names.jobFunction('totals'),
      description: 'Sets the retention of edge logs and copies metrics to us-east-1',
      timeout: 60,
      environment: { ...variablesOf(settings, names), EDGE_FUNCTION: edgeFunction },
    })
    this.#allow(totals, names)
    new events.Rule(this, 'EveryQuarter', {
      description: 'Six minutes after each quarter of an hour, when its metrics are there',
      schedule: events.Schedule.cron({ minute: '6/15' }),
      // Lambda repeats a failed run twice. A run may be repeated, and made up for by the next one.
      targets: [new targets.LambdaFunction(totals.function)],
    })
  }

  #allow(totals: RegionalFunction, { edgeLogs }: Names): void {
    const group = logGroupArn(edgeLogs)
    totals.allow(['logs:PutRetentionPolicy'], [group])
    totals.allow(['logs:DescribeLogGroups', 'cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'], ['*'])
    const isOurs = { StringEquals: { 'cloudwatch:namespace': metricsNamespace } }
    totals.allow(['cloudwatch:PutMetricData'], ['*'], isOurs)
    acknowledge(totals.role, {
      'IAM5[Resource::*]': 'AWS allows no resource for metrics, nor for listing log groups.',
      [`IAM5[Resource::${group}]`]: 'CloudFront chooses the Regions in which the edge function runs.',
    })
  }
}

/** Returns the variables of the function; with all alarms also what those need. */
function variablesOf(settings: Settings, names: Names): Record<string, string> {
  const { network, alarms, logRetentionDays } = settings
  const functions = apiFunctions.map(kind => names.apiFunction(apiPurpose(kind, network)))
  return {
    EDGE_REGIONS: lambdaEdgeRegions.join(),
    EDGE_LOGS: names.edgeLogs,
    LOG_RETENTION_DAYS: String(logRetentionDays),
    READER_REGIONS: readerRegionsOf(settings).join(),
    API_REGIONS: apiRegionsOf(settings).join(),
    API_NAMES: (settings.auth === undefined ? [settings.name] : [settings.name, names.tokenApi]).join(),
    ...(settings.fileEnds && { FILE_ENDS_QUEUE: names.fileEndsQueue }),
    ...(alarms === 'all' && { API_FUNCTIONS: functions.join(), EVENTS_QUEUE: names.eventsQueue }),
  }
}
