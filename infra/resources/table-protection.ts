import { RemovalPolicy } from 'aws-cdk-lib'
import { type AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import type { Construct, IConstruct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import { acknowledge } from '../acknowledge.ts'
import { arn } from '../placement/names.ts'
import { deployerOf } from '../settings/deployer.ts'
import type { Settings } from '../settings/settings.ts'
import { createCall } from './call-log.ts'

/** A table whose replicas are protected by calls. */
interface ProtectedTable {
  readonly settings: Settings
  readonly tableName: string
  readonly regions: readonly Region[]
}

/**
 * Returns what the template says of a table's deletion protection: nothing if it is set once the table exists, by `once deploy` or by a
 * call.
 */
export function templateProtection(
  scope: IConstruct,
  { deletionProtection }: Settings,
): { readonly deletionProtection?: boolean } {
  const deployer = deployerOf(scope)
  const isSetLater = deployer === 'once' || (deployer === 'cdk' && deletionProtection)
  return isSetLater ? {} : { deletionProtection }
}

/**
 * Returns what CloudFormation does with a table that leaves its stack. One that a call protects is kept, unless the deployment fails that
 * creates it. `cdk deploy --import-existing-resources` takes it back, as it takes only what has this policy (CloudFormation, "Import
 * AWS resources automatically").
 */
export function removalOf(scope: IConstruct, { deletionProtection }: Settings): RemovalPolicy {
  const isKept = deletionProtection && deployerOf(scope) === 'cdk'
  return isKept ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY // deletion protection keeps the data
}

/**
 * Protects the replicas of a table by a call each, after all that `scope` has so far. CloudFormation deletes a call before its table, which ends
 * the protection: so it can undo a first deployment that fails. Does nothing unless plain `cdk deploy` is to protect.
 */
export function protectByCall(scope: Construct, { settings, tableName, regions }: ProtectedTable): void {
  if (!settings.deletionProtection || deployerOf(scope) !== 'cdk') return
  const before = [...scope.node.children]
  // In every Region: a replica that leaves is unprotected after the policy is updated.
  const replicas = arn('dynamodb', '*', `table/${tableName}`)
  let first: AwsCustomResource | undefined
  for (const region of regions) {
    const callWith = (isOn: boolean) => ({
      service: 'DynamoDB',
      action: 'UpdateTable',
      region,
      parameters: { TableName: tableName, DeletionProtectionEnabled: isOn },
      physicalResourceId: PhysicalResourceId.of(`Protection-${region}`),
    })
    const protection = createCall(scope, `Protection-${region}`, {
      settings,
      onUpdate: callWith(true),
      onDelete: { ...callWith(false), ignoreErrorCodesMatching: 'ResourceNotFoundException' },
      actions: ['dynamodb:UpdateTable'],
      resources: [replicas],
      permittedBy: first,
    })
    protection.node.defaultChild?.node.addDependency(...before)
    if (first !== undefined) continue
    first = protection
    before.push(first)
    acknowledge(first, { [`IAM5[Resource::${replicas}]`]: 'The replicas of one table, also of Regions that leave.' })
  }
}
