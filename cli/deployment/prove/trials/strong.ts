import type { Region } from '../../../../shared/regions.ts'
import { trialStack } from './trials.ts'

/** Three Regions on three continents that DynamoDB lists for strong consistency, that of the stack first. */
export const strongRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const satisfies readonly Region[]

/** Returns the name of the throw-away table of a deployment. */
export function strongTable(deployment: string): string {
  return trialStack(deployment, 'strong')
}
