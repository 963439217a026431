import type { Region } from '../../shared/regions.ts'
import type { extraStacks } from '../../shared/settings/foundation.ts'

/**
 * Returns the physical names of a deployment in an account, which the CDK gives and the command line looks for. Separate from
 * infra/placement/names.ts, which imports the CDK: loading that takes a second.
 */
export function physicalNames(name: string, account: string) {
  // In the namespace of the account and Region, where only this account can create a bucket (S3, "account regional namespaces").
  const bucket = (purpose: string, region: Region) => `${name}-${purpose}-${account}-${region}-an`
  return {
    ...tableNames(name),
    secret: `${name}-keys`,
    bus: name,
    /**
     * The beginning of the name of the edge function, which has a hyphen and 8 hexadecimal characters more, or the id of its role: a
     * function that CloudFront still holds doesn't block the next.
     */
    edgeFunction: `${name}-edge`,
    /** Set on the edge function: then its log group has the same name in every Region in which it runs. */
    edgeLogs: `/${name}/edge`,
    edgeRole: `${name}-edge`,
    gate: `${name}-gate`,
    pinnedVersion: `${name}-delivery`,
    /** What CloudFront has of the page for senders: a function and headers. */
    sendPage: `${name}-send-page`,
    keysFunction: (purpose: string) => `${name}-keys-${purpose}`,
    apiFunction: (purpose: string) => `${name}-${purpose}`,
    tokenApi: `${name}-tokens`,
    apiRole: (purpose: string, region: Region) => `${name}-${purpose}-${region}`,
    logsOf,
    contentBucket: (region: Region) => bucket('content', region),
    accessLogBucket: bucket('access-logs', 'us-east-1'),
    /** In the Region of the distribution's stack. */
    errorPageBucket: (region: Region) => bucket('error-pages', region),
    /** In the first home Region. */
    sendPageBucket: (region: Region) => bucket('send-page', region),
    jobFunction: (job: Job) => `${name}-${jobNames[job]}`,
    ...eventNames(name),
    /** In the first home Region. A schedule is of one link. */
    scheduleGroup: `${name}-links`,
    schedulesRole: `${name}-schedules`,
    /** By which GuardDuty scans files. */
    scanRole: `${name}-scan`,
    alarmTopic: `${name}-alarms`,
    /** The stack of a Region: each Region has one at most, beside those of `extraStack`. */
    regionStack: (region: Region) => `${name}-${region}`,
    /**
     * Stacks of their own: keys, before all others; readers of a stream whose Region's stack is deployed before the table; the
     * subscription of a plan.
     */
    extraStack: (kind: ExtraStack, region: Region) => `${name}-${kind}-${region}`,
  }
}

/** Names of what carries events, logs, and the webhooks that are made of them. */
function eventNames(name: string) {
  return {
    /** Where the stream's readers put the positions of records that they could not read. */
    eventsQueue: `${name}-events-failed`,
    unreadLogsQueue: `${name}-logs-unread`,
    /** The queue of the webhooks of an endpoint. */
    endpointQueue: (id: string) => `${name}-webhooks-${id}`,
    /** Links about whose file the function could not decide, in the first home Region. */
    fileEndsQueue: `${name}-file-ends-failed`,
    /** Webhooks that no attempt is made for any more. */
    deadWebhooks: `${name}-dead-webhooks`,
  }
}

function tableNames(name: string) {
  return {
    linksTable: `${name}-links`,
    apiStateTable: `${name}-api-state`,
    deliveriesTable: `${name}-deliveries`,
  }
}

/**
 * The ends of the names in AWS of the functions in `jobs/`, by their folders. Three differ: with another name, an update would replace the
 * function and leave its logs behind.
 */
const jobNames = {
  deliveries: 'delivered',
  events: 'events',
  'file-ends': 'file-ends',
  totals: 'watch',
  webhooks: 'notifier',
} as const

/** A function in `jobs/` that reads what AWS sends it or runs on a schedule. */
type Job = keyof typeof jobNames

/** A kind of stack beside those of Regions. */
export type ExtraStack = (typeof extraStacks)[number]

/** Returns the log group to which Lambda writes by default. */
export function logsOf(functionName: string): string {
  return `/aws/lambda/${functionName}`
}

/**
 * Returns the purpose in the names of a function of the api and of its role. Private ones have names of their own: so a change of
 * `network` replaces them, and CloudFormation waits until Lambda has removed the network interfaces of those that it deletes. Of
 * a function that merely leaves its VPC, they would stay, and with them the VPC (CloudFormation, "AWS::Lambda::Function VpcConfig").
 */
export function apiPurpose(purpose: ApiFunction | 'authorizer', network: 'public' | 'private'): string {
  return network === 'private' ? `private-${purpose}` : purpose
}

/** The functions of the api, each with its routes. */
export const apiFunctions = ['links', 'exchange', 'uploads'] as const

/** A function of the api. */
export type ApiFunction = (typeof apiFunctions)[number]

/** The only stage of the api. */
export const apiStage = 'v1'

/** The physical names of one deployment. */
export type PhysicalNames = ReturnType<typeof physicalNames>
