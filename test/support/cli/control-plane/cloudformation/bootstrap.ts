import type { Account } from '../account.ts'
import { newStack } from './actions.ts'
import { start } from './operations.ts'

/** The version of the bootstrap stack: that of the CDK's command line. */
export const bootstrapVersion = 32

/** The qualifier in the names of the bootstrap resources. */
const qualifier = 'hnb659fds'

/**
 * Prepares a Region as `cdk bootstrap` does, as far as deployments use it: the bucket for files, the roles, and the parameter with
 * the version.
 */
export function bootstrap(account: Account, region: string, version = bootstrapVersion): void {
  const stack = newStack(account, { name: 'CDKToolkit', region })
  const bucket = `cdk-${qualifier}-assets-${account.id}-${region}`
  const role = (purpose: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: `cdk-${qualifier}-${purpose}-role-${account.id}-${region}`,
      AssumeRolePolicyDocument: {},
    },
  })
  const template = {
    Resources: {
      StagingBucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: bucket } },
      CdkBootstrapVersion: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: `/cdk-bootstrap/${qualifier}/version`, Type: 'String', Value: String(version) },
      },
      ...Object.fromEntries(
        ['deploy', 'lookup', 'file-publishing', 'image-publishing', 'cfn-exec'].map(purpose => [
          purpose,
          role(purpose),
        ]),
      ),
    },
    Outputs: { BucketName: { Value: bucket }, BootstrapVersion: { Value: String(version) } },
  }
  account.stacks.push(stack)
  start(account, stack, { operation: { kind: 'deploy', template, rollback: true, revertDrift: false }, describes: 0 })
}
