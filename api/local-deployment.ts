import { assert } from '../shared/errors.ts'
import type { Deployment } from '../shared/deployment.ts'
import type { Issuer } from '../shared/issuers.ts'
import { isRegion } from '../shared/regions.ts'

/** A deployment with its issuers, if any are configured. */
export type WithIssuers = Deployment & { readonly issuers?: readonly Issuer[] | undefined }

/** A deployment with the origin of its links, `https://host`. */
export type ApiDeployment = WithIssuers & { readonly linkOrigin: string }

/**
 * Returns the deployment for the API in Region `here`; see `reachableDeployment`. `linkOrigin` is used if the deployment has
 * none, since AWS names a distribution that has no domain of its own.
 */
export function apiDeployment(deployment: Deployment, here: string, linkOrigin: string | undefined): ApiDeployment {
  const origin = deployment.linkOrigin ?? linkOrigin
  assert(origin, 'set LINK_ORIGIN to the origin of the links')
  return { ...reachableDeployment(deployment, here), linkOrigin: origin }
}

/**
 * Limits a deployment to what a function in Region `here` can reach. From a private network that is its own Region only: the
 * only home Region and the only one with the secret.
 */
export function reachableDeployment(deployment: Deployment, here: string): Deployment {
  if (deployment.network === 'public') return deployment
  assert(isRegion(here) && deployment.homeRegions.includes(here), 'an API in a private network runs in a home Region')
  const own = { homeRegions: [here], secretRegions: [here], nearestReplica: {} } as const
  return { ...deployment, ...own }
}
