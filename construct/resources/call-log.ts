import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as logs from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

/**
 * Returns the log of the CDK's function that makes single calls to AWS for constructs of this stack. A stack has one such function
 * with one log.
 */
export function callLogOf(scope: Construct, retentionDays: number): logs.LogGroup {
  const stack = Stack.of(scope)
  const found = stack.node.tryFindChild('CallLog') as logs.LogGroup | undefined
  const props = { retention: retentionDays, removalPolicy: RemovalPolicy.DESTROY }
  return found ?? new logs.LogGroup(stack, 'CallLog', props)
}
