import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import { AwsCustomResourcePolicy, type AwsCustomResourceProps } from 'aws-cdk-lib/custom-resources'
import type { Construct } from 'constructs'

/** The id of the construct with all that a deployment has in one stack. The CDK leaves it out of logical ids. */
export const partId = 'Default'

/**
 * Returns the log of the CDK's function that makes single calls to AWS for constructs of this stack. A stack has one such function,
 * whose log is that of the first construct which needs it.
 */
function callLogOf(scope: Construct, retentionDays: number): logs.LogGroup {
  const part = scope.node.scopes.findLast(({ node }) => node.id === partId) ?? Stack.of(scope)
  const found = part.node.tryFindChild('CallLog') as logs.LogGroup | undefined
  const props = { retention: retentionDays, removalPolicy: RemovalPolicy.DESTROY }
  return found ?? new logs.LogGroup(part, 'CallLog', props)
}

/** Returns what the resource of a single call needs beside the call: exactly these permissions, a log, and no other SDK than Lambda's. */
export function callProps(
  scope: Construct,
  { retentionDays, actions, resources }: { retentionDays: number; actions: string[]; resources: string[] },
): Pick<AwsCustomResourceProps, 'policy' | 'installLatestAwsSdk' | 'logGroup'> {
  return {
    policy: AwsCustomResourcePolicy.fromStatements([new iam.PolicyStatement({ actions, resources })]),
    installLatestAwsSdk: false,
    logGroup: callLogOf(scope, retentionDays),
  }
}
