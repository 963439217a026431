import type { TotalName } from '../shared/metrics.ts'
import { hasEndpoints } from './settings/endpoint-rules.ts'
import type { Settings } from './settings/settings.ts'

// Rows are data, of which infra/resources/alarms.ts makes alarms: the command line reads them without the CDK, whose loading takes a second.

/** An alarm: what raises it, when it exists, and what it says. */
export interface AlarmRow {
  /** Raised by a total of all Regions (jobs/totals/). */
  readonly total?: TotalName
  /** Raised by failed attempts of these functions within 5 minutes, or an hour. */
  readonly failed?: readonly ('rotate' | 'retire' | 'totals')[]
  readonly inAnHour?: true
  /** Raised by messages in this queue. */
  readonly waiting?: 'unreadLogsQueue' | 'deadWebhooks'
  /** Raised by the percentage of requests of viewers that get 5xx, by failures of the gate, or by the age of the keys in days. */
  readonly other?: 'errorRate' | 'gateErrors' | 'secretAge'
  /** The lowest value that raises it. @default 1 */
  readonly threshold?: number | ((settings: Settings) => number)
  /** Whether it exists with these settings. @default always */
  readonly when?: (settings: AlarmSettings) => boolean
  /**
   * Whether it wakes the operator: viewers or issuers fail until someone acts, or links may be intercepted. Otherwise it waits for the
   * morning.
   */
  readonly wakes: boolean
  /** What has happened, and what to do. */
  readonly text: string
}

/** The settings on which it depends which alarms there are. */
type AlarmSettings = Pick<Settings, 'alarms' | 'deliveryProof' | 'endpoints' | 'fileEnds'>

const allAlarms = ({ alarms }: AlarmSettings) => alarms === 'all'

/**
 * All alarms, which are in us-east-1. The ten without `when`, or fewer, are those of every deployment: each needs someone to act.
 * docs/operate.md has what to run, below a heading with the name of each.
 */
export const alarmRows: Readonly<Record<string, AlarmRow>> = {
  'outcome-unknown': {
    total: 'OutcomeUnknownTotal',
    wakes: false,
    text: 'Responses of the table were lost for good: with each, a link without a receipt may be lost. Find the links in the edge logs by the reason outcome-unknown, and issue those anew whose files did not arrive.',
  },
  'distribution-5xx': {
    other: 'errorRate',
    threshold: 5,
    wakes: true,
    text: 'More than one in twenty requests of viewers gets 5xx. Read the edge log of the Region where the viewers are; if it names no error, check DynamoDB and S3 of the home Regions in the AWS Health Dashboard.',
  },
  'edge-throttled': {
    total: 'EdgeThrottles',
    wakes: true,
    text: "Viewers got 503 because Lambda had no capacity; their links are not used. Raise the quota 'Concurrent executions' of Lambda in the Region whose metric Throttles is above 0.",
  },
  'edge-errors': {
    total: 'EdgeErrors',
    wakes: true,
    text: 'The edge function ended without a response: viewers got 5xx. Read its log in the Region whose metric Errors is above 0, and go back to the version before if a deployment came first.',
  },
  'used-links-refused': {
    total: 'UsedLinksRefusedTotal',
    threshold: ({ usedLinkAlarmThreshold }) => usedLinkAlarmThreshold,
    wakes: true,
    text: 'Many requests for used links were refused: links may have been intercepted. Find the links by their count refusedAfterUse, ask their recipients, and revoke what is not yet delivered.',
  },
  'gate-failing': {
    other: 'gateErrors',
    wakes: true,
    text: 'The gate fails: viewers get an error instead of their file. Deploy the version before; links are not affected.',
  },
  'api-5xx': {
    total: 'ApiErrors',
    threshold: 5,
    wakes: true,
    text: 'The api returns 5xx: issuers get no links. Read the logs of its functions, and check DynamoDB in the Region of the api.',
  },
  'signing-key-old': {
    other: 'secretAge',
    threshold: ({ rotationDays }) => rotationDays + 7,
    wakes: false,
    text: 'The keys should have been rotated a week ago; nothing is broken yet. Read the log of the rotation function, then run the rotation of the secret again.',
  },
  'keys-failing': {
    failed: ['rotate', 'retire'],
    wakes: false,
    text: 'Rotating or retiring keys fails, which breaks nothing soon. Read the logs of the keys functions; they try again by themselves.',
  },
  'watch-failing': {
    failed: ['totals'],
    inAnHour: true,
    threshold: 4, // two runs of the hour, since each has three attempts
    wakes: false,
    text: 'The function that copies metrics to us-east-1 fails, so other alarms may be late. Read its log, which names Region and error; it makes up for two hours by itself.',
  },
  'events-failing': {
    when: allAlarms,
    total: 'EventsFailing',
    wakes: false,
    text: "Records of the stream could not be read: counts and events are missing. Read the log of the function events; its queue has the records' positions in the stream, where DynamoDB keeps them for a day.",
  },
  'table-throttled': {
    when: allAlarms,
    total: 'TableThrottles',
    wakes: false,
    text: 'DynamoDB throttles the table of links: viewers and issuers get 503 for a while. Raise the table quotas of the account in that Region, or its warm throughput before a large mailing.',
  },
  'api-throttled': {
    when: allAlarms,
    total: 'ApiThrottles',
    wakes: false,
    text: "Lambda throttles the functions of the api: issuers get 5xx. Raise the quota 'Concurrent executions' of Lambda in the Region of the api.",
  },
  'deliveries-failing': {
    when: ({ deliveryProof }) => deliveryProof,
    waiting: 'unreadLogsQueue',
    wakes: false,
    text: 'Access logs could not be read: deliveries may look smaller than they were. Read the log of the function delivered, then redrive its queue of unread notifications within seven days, after which S3 deletes the logs.',
  },
  'file-ends-failing': {
    when: ({ fileEnds }) => fileEnds,
    total: 'FileEndsFailing',
    wakes: false,
    text: 'Files of links that are over could not be deleted after three attempts: they are still there. Read the log of the function file-ends; a version under Object Lock can not go before its time. Then call the function again with what its queue has, within 14 days.',
  },
  'webhooks-dead': {
    when: hasEndpoints,
    waiting: 'deadWebhooks',
    wakes: false,
    text: "Webhooks were not delivered after all attempts, or their endpoint answered 410: they are in the queue of dead webhooks for up to 14 days. Read the log of the function notifier, mend the endpoint, then start the queue's redrive.",
  },
}

/** Returns the alarms that these settings deploy, without the name of the deployment. */
export function alarmsOf(settings: AlarmSettings): readonly (readonly [name: string, AlarmRow])[] {
  return Object.entries(alarmRows).filter(([, { when }]) => when === undefined || when(settings))
}

/** Whether an alarm wakes the operator, as its description, docs/operate.md and `once alarm` say it. */
export function urgencyOf({ wakes }: Pick<AlarmRow, 'wakes'>): string {
  return wakes ? 'Wakes you' : 'Waits for the morning'
}

/** Returns what an alarm's mail says, below CloudWatch's limit of 1,024 characters: its urgency, its text, and where its commands are. */
export function descriptionOf(name: string, row: Pick<AlarmRow, 'wakes' | 'text'>): string {
  return `${urgencyOf(row)}. ${row.text} What to run: once alarm ${name}, or docs/operate.md#${name}.`
}
