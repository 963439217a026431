import type { Region } from '../../../../shared/regions.ts'

/** The kinds of priced throw-away resources that `--also` makes. */
export const trialKinds = ['ipv6', 'memory', 'strong', 'plan'] as const

/** A kind of throw-away resources. */
export type TrialKind = (typeof trialKinds)[number]

/** What became of a throw-away stack: AWS created it, or refused something in it for these reasons, or it shows nothing. */
export type TrialResult =
  | { readonly kind: 'created'; readonly outputs: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  | { readonly kind: 'missing'; readonly why: string }

/** Returns the name of a throw-away stack of a deployment, in us-east-1. No stack of another deployment has it. */
export function trialStack(deployment: string, kind: TrialKind): string {
  return `${deployment}-prove-${kind}`
}

/** Returns the kind of a throw-away stack of the deployment; undefined for any other stack. */
export function trialKindOf(stackName: string, deployment: string): TrialKind | undefined {
  return trialKinds.find(kind => stackName === trialStack(deployment, kind))
}

/** Three Regions on three continents that DynamoDB lists for strong consistency, that of the stack first. */
export const strongRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const satisfies readonly Region[]
