import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'

/**
 * A key of ours. Nobody may hand its use on to anybody but AWS's own services. One that is deleted waits a week, in which
 * it costs nothing and can be had back. One that encrypts turns itself over every year; for others KMS has no rotation.
 */
export class OwnKey extends kms.Key {
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
