import { alarmsOf } from '../../alarm-list.ts'
import { lambdaEdgeRegions } from '../../placement/lambda-edge-regions.ts'
import { apiFunctions } from '../../placement/physical-names.ts'
import { customerKeyRegionsOf, readerRegionsOf } from '../../placement/placement.ts'
import { apiRegionsOf, secretRegionsOf, type Settings } from '../../settings/settings.ts'
import { refreshes, run, watches, webhook } from './assumptions.ts'
import { type CostLine, invocations, line, million, prices } from './prices.ts'

/** Returns what keys and their secret cost. */
export function keyLines(settings: Settings): readonly CostLine[] {
  const secrets = secretRegionsOf(settings).length
  const own = customerKeyRegionsOf(settings).length
  const reads = refreshes * (lambdaEdgeRegions.length + apiRegionsOf(settings).length)
  return [
    line('secret and its copies', { idle: secrets * prices.secrets, inUse: reads * prices.secretReads }),
    line('KMS keys that encrypt', {
      idle: own * prices.keys,
      inUse: own > 0 ? (reads + 2 * refreshes * own) * prices.keyRequests : 0,
    }),
  ]
}

/** Returns what alarms, metrics and the dashboard cost. */
export function watchLines(settings: Settings): readonly CostLine[] {
  const streams = readerRegionsOf(settings).length
  const apis = apiRegionsOf(settings).length
  const otherEdges = lambdaEdgeRegions.length - 1
  const more = settings.alarms === 'all' ? streams + 2 * settings.homeRegions.length + apiFunctions.length * apis : 0
  // In us-east-1, throttles and errors have two names each. In other Regions, a list says whether the function ran there.
  const restApis = settings.auth === undefined ? apis : 2 * apis
  const read = (5 + streams + restApis + more + (settings.fileEnds ? 1 : 0)) * watches * prices.metricReads
  const listed = otherEdges * watches * prices.metricLists
  return [
    line('alarms', { idle: alarmMetricsOf(settings) * prices.alarms }),
    line('function that watches all Regions', {
      idle: read + listed + invocations(watches),
      inUse: 3 * otherEdges * watches * prices.metricReads,
    }),
    // The age of the secret gets data in one hour a day, `Redeemed` in each with a redemption.
    line('metrics of our own', { idle: prices.metrics / 24, inUse: streams * prices.metrics }),
    line('dashboard', { idle: settings.dashboard ? prices.dashboards : 0 }),
  ]
}

/** CloudWatch bills each metric that an alarm adds up: that of the gate has three. */
function alarmMetricsOf(settings: Settings): number {
  const metrics = alarmsOf(settings).map(([, { other, failed }]) =>
    other === 'gateErrors' ? 3 : (failed?.length ?? 1),
  )
  return metrics.reduce((sum, each) => sum + each)
}

/** Returns what webhooks cost, if there are endpoints: one for each link, when it is redeemed. Their alarm is in the line of alarms. */
export function webhookLines({ endpoints = [] }: Settings): readonly CostLine[] {
  const secrets = new Set(endpoints.map(({ secretName }) => secretName)).size
  const webhooks = endpoints.length > 0 ? million : 0
  const time = webhook.seconds * run.gigabytes * prices.functionSeconds
  return [
    line('queues of webhooks', {
      idle: endpoints.length * webhook.polls * prices.queueRequests,
      million: webhooks * webhook.requests * prices.queueRequests,
    }),
    line('function that sends webhooks', { million: webhooks * (prices.functionRequests + time) }),
    line('secrets of endpoints', { idle: secrets * prices.secrets }),
  ]
}
