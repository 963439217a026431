import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import { AwsCustomResource, AwsCustomResourcePolicy, type AwsSdkCall } from 'aws-cdk-lib/custom-resources'
import type { Construct } from 'constructs'
import { acknowledgeCaller } from '../acknowledge.ts'
import type { Settings } from '../settings/settings.ts'

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

/** One call: what it returns is said once, for all of a resource. */
type Call = Omit<AwsSdkCall, 'outputPath' | 'outputPaths'>

/** Single calls to AWS, on these resources only. */
export interface CallProps {
  readonly settings: Settings
  /** The call at the creation of the resource, and when its parameters change. */
  readonly onUpdate: Call
  /** The call when it is deleted. @default none */
  readonly onDelete?: Call
  /**
   * The paths of the answer that the template reads: CloudFormation takes 4,096 bytes of it, and without paths it gets all (CloudFormation,
   * "Custom resource response objects"). @default none
   */
  readonly returns?: readonly string[]
  /** The IAM actions of both. */
  readonly actions: string[]
  readonly resources: string[]
  /** The ARNs of objects that they copy. @default none */
  readonly copied?: readonly string[]
  /**
   * Calls of the same stack that this depends on, whose permissions are enough for it: the inline policies of a role, which all calls of a
   * stack share, take 10,240 characters (IAM, "IAM and AWS STS quotas"). @default none: it gets its own
   */
  readonly permittedBy?: AwsCustomResource | undefined
}

/** Creates the resource of single calls: it has exactly these permissions, a log, and no other SDK than Lambda's. */
export function createCall(scope: Construct, id: string, props: CallProps): AwsCustomResource {
  const { settings, onUpdate, onDelete, returns = [], actions, resources, copied = [], permittedBy } = props
  const outputPaths = [...returns]
  const statements = [new iam.PolicyStatement({ actions, resources })]
  if (copied.length > 0) statements.push(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [...copied] }))
  const resource = new AwsCustomResource(scope, id, {
    onUpdate: { ...onUpdate, outputPaths },
    ...(onDelete && { onDelete: { ...onDelete, outputPaths } }),
    ...(permittedBy === undefined
      ? { policy: AwsCustomResourcePolicy.fromStatements(statements) }
      : { role: permittedBy.grantPrincipal as iam.IRole }),
    installLatestAwsSdk: false,
    logGroup: callLogOf(scope, settings.logRetentionDays),
  })
  acknowledgeCaller(scope)
  return resource
}
