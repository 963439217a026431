import { assert } from '../shared/errors.ts'
import type { Deployment } from '../shared/settings/deployment.ts'
import { echo } from '../shared/fields.ts'
import { type Issuer, issuersIn } from '../shared/callers/issuers.ts'
import { keyPrefixRule, parseKeyPrefix } from '../shared/object-key.ts'
import { isRegion } from '../shared/regions.ts'

/**
 * Adds what the environment of a function says: the issuers, which may be roles of the same app, in ISSUERS, and in
 * CONTENT_PREFIXES the keys that the distribution serves, both as JSON. Throws a TypeError if a value is invalid.
 */
export function withEnvironment<D extends Deployment>(
  deployment: D,
  { ISSUERS: issuers, CONTENT_PREFIXES: prefixes }: Readonly<Record<string, string | undefined>>,
): D & WithIssuers {
  return { ...deployment, issuers: issuersIn(issuers), ...(prefixes && { contentPrefixes: prefixesIn(prefixes) }) }
}

function prefixesIn(json: string): readonly string[] {
  const prefixes: unknown = JSON.parse(json)
  if (!Array.isArray(prefixes) || prefixes.length === 0 || !prefixes.every(isKeyPrefix)) {
    throw new TypeError(`CONTENT_PREFIXES: got ${echo(prefixes)}, allowed: a list of ${keyPrefixRule}`)
  }
  return prefixes
}

const isKeyPrefix = (prefix: unknown): prefix is string =>
  typeof prefix === 'string' && parseKeyPrefix(prefix) !== undefined

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
