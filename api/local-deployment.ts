import { assert } from '../shared/errors.ts'
import type { Deployment } from '../shared/deployment.ts'
import { isRegion } from '../shared/regions.ts'

/** A deployment as the api sees it: it knows where links are opened. */
export type ApiDeployment = Deployment & { readonly linkOrigin: string }

/**
 * The deployment as the api in Region `here` finds it, see `withinReach`. `linkOrigin` is used where the deployment doesn't
 * say, since a distribution without a domain of its own gets its name from AWS.
 */
export function apiDeployment(deployment: Deployment, here: string, linkOrigin: string | undefined): ApiDeployment {
  const origin = deployment.linkOrigin ?? linkOrigin
  assert(origin, 'the api is told where links are opened')
  return { ...reachableDeployment(deployment, here), linkOrigin: origin }
}

/**
 * What of a deployment a function in Region `here` can reach. What leaves no private network can't be asked: there the api's
 * own Region is the only home and has the only secret.
 */
export function reachableDeployment(deployment: Deployment, here: string): Deployment {
  if (deployment.network === 'public') return deployment
  assert(isRegion(here) && deployment.homeRegions.includes(here), 'a private api is in a home Region')
  const own = { homeRegions: [here], secretRegions: [here], nearestReplica: {} } as const
  return { ...deployment, ...own }
}
