import type { IConstruct } from 'constructs'
import cdkJson from '../cdk.json' with { type: 'json' }

/**
 * The feature flags of the CDK's services with which this package is written and tested: those of cdk.json. Without
 * `resourcePolicyPerReplica`, for one, a replica would get a policy that names the table of another Region, which AWS refuses.
 */
export const featureFlags: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(cdkJson.context).filter(([flag]) => /^@aws-cdk\/(?!core:)/.test(flag)),
)

/**
 * Sets these flags for all that is constructed below `scope`, whatever the app says: so templates are those that were tested. Call it
 * before anything is.
 */
export function setFeatureFlags(scope: IConstruct): void {
  for (const [flag, value] of Object.entries(featureFlags)) scope.node.setContext(flag, value)
}
