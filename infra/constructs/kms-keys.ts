import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'

/**
 * A customer managed key. Only AWS services may get grants. Deletion takes a week, costs nothing and can be cancelled. KMS
 * rotates keys that encrypt every year; for keys that sign it has no rotation.
 */
export class CustomerManagedKey extends kms.Key {
  constructor(scope: Construct, id: string, props: kms.KeyProps) {
    const signs = props.keyUsage === kms.KeyUsage.SIGN_VERIFY
    super(scope, id, {
      ...(signs ? {} : { enableKeyRotation: true }),
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY, // a retained key would be billed for ever
      ...props,
    })
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'GrantsToServicesOnly',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['kms:CreateGrant'],
        resources: ['*'],
        conditions: {
          BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
        },
      }),
    )
  }
}

/** Props of `ServiceKey`. */
export interface ServiceKeyProps {
  /** Without `alias/`. */
  readonly alias: string
  readonly description: string
  /** As in the service's host name, such as `dynamodb`. */
  readonly service: string
}

/** The actions of a service that uses a key on behalf of its callers. */
const serviceActions = ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'DescribeKey', 'CreateGrant']

/**
 * A key with which a service encrypts its data. As with AWS managed keys, each principal of this account that may use the
 * service's resource may use the key through that service, and in no other way; so policies of roles name no key.
 */
export class ServiceKey extends CustomerManagedKey {
  constructor(scope: Construct, id: string, { alias, description, service }: ServiceKeyProps) {
    super(scope, id, { alias, description })
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'UseThroughTheService',
        principals: [new iam.AnyPrincipal()],
        actions: serviceActions.map(action => `kms:${action}`),
        resources: ['*'],
        conditions: {
          StringEquals: {
            'kms:CallerAccount': Aws.ACCOUNT_ID,
            'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com`,
          },
        },
      }),
    )
  }
}
