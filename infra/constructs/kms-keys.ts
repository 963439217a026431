import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'

/**
 * A key of ours. Nobody may hand its use on to anybody but AWS's own services. One that is deleted waits a week, in which
 * it costs nothing and can be had back. One that encrypts turns itself over every year; for others KMS has no rotation.
 */
export class CustomerManagedKey extends kms.Key {
  constructor(scope: Construct, id: string, props: kms.KeyProps) {
    const signs = props.keyUsage === kms.KeyUsage.SIGN_VERIFY
    super(scope, id, {
      ...(signs ? {} : { enableKeyRotation: true }),
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY, // kept, it would be billed for ever
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

/** Which service keeps what under a key, and what the key is called. */
export interface ServiceKeyProps {
  /** Without `alias/`. */
  readonly alias: string
  readonly description: string
  /** As in the service's host name, such as `dynamodb`. */
  readonly service: string
}

/** What a service does with a key on behalf of whoever asks it. */
const use = ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'DescribeKey', 'CreateGrant']

/**
 * A key under which a service keeps something. As with the keys that AWS keeps for a service, whoever of this account may
 * use the service's resource may use its key, through that service and in no other way; so roles name no key.
 */
export class ServiceKey extends CustomerManagedKey {
  constructor(scope: Construct, id: string, { alias, description, service }: ServiceKeyProps) {
    super(scope, id, { alias, description })
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'UseThroughTheService',
        principals: [new iam.AnyPrincipal()],
        actions: use.map(action => `kms:${action}`),
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
