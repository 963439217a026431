import type { Deployment } from './deployment.ts'

/** Settings that only the API uses. */
const apiSettings = [
  'network',
  'leavingRegions',
  'apiStateTable',
  'urlSeconds',
  'maxUrlSeconds',
  'linkSeconds',
  'maxLinkSeconds',
  'http3',
  'receiptSeconds',
  'callerQuota',
  'userRoles',
  'contentPrefixes',
  'messages',
  'endpoints',
] as const satisfies readonly (keyof Deployment)[]

/** What the edge needs of a deployment. */
export type EdgeDeployment = Omit<Deployment, (typeof apiSettings)[number]>

/** Returns what the edge needs of a deployment: a change of the rest does not change its bundle, and so the distribution. */
export function edgeDeploymentOf(deployment: Deployment): EdgeDeployment {
  const needed: Partial<Deployment> = { ...deployment }
  for (const name of apiSettings) delete needed[name]
  return needed as EdgeDeployment
}
