import type { Account, Template } from '../account.ts'

/** The version of the bootstrap stack: that of the CDK's command line. */
export const bootstrapVersion = 32

/** The qualifier in the names of the bootstrap resources. */
const qualifier = 'hnb659fds'

/**
 * Returns the CDK's template of a bootstrap as far as deployments use it. The CDK's own is YAML, with more than this.
 */
export function bootstrapTemplate({ id }: Pick<Account, 'id'>, region: string, version = bootstrapVersion): Template {
  const bucket = `cdk-${qualifier}-assets-${id}-${region}`
  const role = (purpose: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: `cdk-${qualifier}-${purpose}-role-${id}-${region}`,
      AssumeRolePolicyDocument: {},
    },
  })
  return {
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
}
