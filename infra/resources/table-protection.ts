import { RemovalPolicy } from 'aws-cdk-lib'
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import type { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { tableArn } from '../placement/names.ts'
import { isProtected } from '../placement/placement.ts'
import { createCall } from './call-log.ts'

type Protected = Pick<DeploymentProps, 'settings' | 'plainCdk'>

/** A table whose replicas are protected by calls. */
interface ProtectedTable extends Protected {
  readonly tableName: string
  readonly regions: readonly Region[]
}

/** Returns whether the template protects a replica in `region` from deletion; undefined if a call does, once the replica exists. */
export function protectionIn(region: Region, { settings, plainCdk }: Protected): { deletionProtection?: boolean } {
  const wanted = isProtected(settings, region)
  return wanted && plainCdk === true ? {} : { deletionProtection: wanted }
}

/**
 * Returns what CloudFormation does with a table that leaves its stack. One that a call protects is kept, unless the deployment fails that
 * creates it. `cdk deploy --import-existing-resources` takes it back, as it takes only what has this policy (CloudFormation, "Import
 * AWS resources automatically").
 */
export function removalOf({ settings, plainCdk }: Protected): RemovalPolicy {
  const isKept = settings.deletionProtection && plainCdk === true
  return isKept ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY // deletion protection keeps the data
}

/**
 * Protects the replicas of a table by a call each, after all that `scope` has so far. CloudFormation deletes a call before its table, which ends
 * the protection: so it can undo a first deployment that fails. Does nothing if templates protect the table, or if nothing should.
 */
export function protectByCall(scope: Construct, { settings, plainCdk, tableName, regions }: ProtectedTable): void {
  if (!settings.deletionProtection || plainCdk !== true) return
  const before = scope.node.children
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
      resources: [tableArn(tableName, region)],
    })
    protection.node.addDependency(...before)
  }
}
