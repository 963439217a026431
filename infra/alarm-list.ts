import { hasEndpoints } from './settings/endpoint-rules.ts'
import type { Settings } from './settings/settings.ts'

/**
 * The alarms that every deployment has, all in us-east-1: what has happened, and what to do. Ten at most, each of which needs
 * someone to act. docs/monitoring.md has the same table.
 */
export const essentialAlarms = {
  'outcome-unknown':
    'Responses of the table were lost for good: with each, a link without a receipt may be lost. Find the links in the edge logs by the reason outcome-unknown, and issue those anew whose files did not arrive.',
  'distribution-5xx':
    'More than one in twenty requests of viewers gets 5xx. Read the edge log of the Region where the viewers are; if it names no error, check DynamoDB and S3 of the home Regions in the AWS Health Dashboard.',
  'edge-throttled':
    "Viewers got 503 because Lambda had no capacity; their links are not used. Raise the quota 'Concurrent executions' of Lambda in the Region whose metric Throttles is above 0.",
  'edge-errors':
    'The edge function ended without a response: viewers got 5xx. Read its log in the Region whose metric Errors is above 0, and go back to the version before if a deployment came first.',
  'used-links-refused':
    'Many requests for used links were refused: links may have been intercepted. Find the links by their count refusedAfterUse, ask their recipients, and revoke what is not yet delivered.',
  'gate-failing':
    'The gate fails: viewers get an error instead of their file. Deploy the version before; links are not affected.',
  'api-5xx':
    'The api returns 5xx: issuers get no links. Read the logs of its functions, and check DynamoDB in the Region of the api.',
  'signing-key-old':
    'The keys should have been rotated a week ago; nothing is broken yet. Read the log of the rotation function, then run the rotation of the secret again.',
  'keys-failing':
    'Rotating or retiring keys fails, which breaks nothing soon. Read the logs of the keys functions; they try again by themselves.',
  'watch-failing':
    'The function that copies metrics to us-east-1 fails, so other alarms may be late. Read its log, which names Region and error; it makes up for two hours by itself.',
} as const

/** Name of an alarm, without that of the deployment. */
export type EssentialAlarm = keyof typeof essentialAlarms

/** What `alarms: 'all'` adds, likewise in us-east-1. */
export const extraAlarms = {
  'events-failing':
    "Records of the stream could not be read: counts and events are missing. Read the log of the function events; its queue has the records' positions in the stream, where DynamoDB keeps them for a day.",
  'table-throttled':
    'DynamoDB throttles the table of links: viewers and issuers get 503 for a while. Raise the table quotas of the account in that Region, or its warm throughput before a large mailing.',
  'api-throttled':
    "Lambda throttles the functions of the api: issuers get 5xx. Raise the quota 'Concurrent executions' of Lambda in the Region of the api.",
} as const

/** What `deliveryProof` adds, likewise in us-east-1. */
export const proofAlarms = {
  'deliveries-failing':
    'Access logs could not be read: deliveries may look smaller than they were. Read the log of the function delivered, then redrive its queue of unread notifications within seven days, after which S3 deletes the logs.',
} as const

/** What endpoints add, likewise in us-east-1. */
export const endpointAlarms = {
  'webhooks-dead':
    "Webhooks were not delivered after all attempts, or their endpoint answered 410: they are in the queue of dead webhooks for up to 14 days. Read the log of the function notifier, mend the endpoint, then start the queue's redrive.",
} as const

/** Returns the names of all alarms that a deployment may have, whatever its settings. */
export function possibleAlarmsOf(name: string): readonly string[] {
  return Object.keys({ ...essentialAlarms, ...extraAlarms, ...proofAlarms, ...endpointAlarms }).map(
    alarm => `${name}-${alarm}`,
  )
}

/** Returns the names of all alarms that these settings deploy. All are in us-east-1. */
export function alarmNamesOf(
  settings: Pick<Settings, 'name' | 'alarms' | 'deliveryProof' | 'endpoints'>,
): readonly string[] {
  const { name, alarms, deliveryProof } = settings
  const all = [
    essentialAlarms,
    ...(alarms === 'all' ? [extraAlarms] : []),
    ...(deliveryProof ? [proofAlarms] : []),
    ...(hasEndpoints(settings) ? [endpointAlarms] : []),
  ]
  return all.flatMap(Object.keys).map(alarm => `${name}-${alarm}`)
}
