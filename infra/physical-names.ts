import type { Region } from '../shared/regions.ts'

/**
 * The physical names of a deployment in an account, as plain text: what the CDK makes, the command line looks for. Apart
 * from infra/names.ts because that knows the CDK, which takes a second to load.
 */
export function physicalNames(name: string, account: string) {
  return {
    linksTable: `${name}-links`,
    apiStateTable: `${name}-api-state`,
    secret: `${name}-keys`,
    bus: name,
    edgeFunction: `${name}-edge`,
    /** A log group with a name of its own is called the same in every Region in which the edge function runs. */
    edgeLogs: `/${name}/edge`,
    edgeRole: `${name}-edge`,
    keysFunction: (purpose: string) => `${name}-keys-${purpose}`,
    apiFunction: (purpose: string) => `${name}-${purpose}`,
    apiRole: (purpose: string, region: Region) => `${name}-${purpose}-${region}`,
    logsOf,
    /** Names of buckets are the world's: the account makes ours differ from everybody's. */
    contentBucket: (region: Region) => `${name}-content-${account}-${region}`,
    accessLogBucket: `${name}-access-logs-${account}`,
    stack: (kind: 'signer' | 'edge' | 'data') => `${name}-${kind}`,
    stackIn: (kind: 'region' | 'api' | 'events', region: Region) => `${name}-${kind}-${region}`,
  }
}

/** The log group that Lambda writes a function's log to, unless it is told another. */
export function logsOf(functionName: string): string {
  return `/aws/lambda/${functionName}`
}

/** The one stage of the api. */
export const apiStage = 'v1'

/** The physical names of one deployment. */
export type PhysicalNames = ReturnType<typeof physicalNames>
