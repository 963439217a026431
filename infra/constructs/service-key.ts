import { Aws, Duration } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'

/** Which service keeps what under a key, and what the key is called. */
export interface ServiceKeyProps {
  /** Without `alias/`. */
  readonly alias: string
  readonly description: string
  /** As in the service's host name, such as `dynamodb`. */
  readonly service: string
}

/** What a service does with a key on behalf of whoever asks it. */
const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey']

/**
 * A key of ours that turns itself over every year. As with the keys that AWS keeps for a service, whoever of this account
 * may use the service's resource may use its key, through that service and in no other way; so roles name no key. A key
 * that is deleted waits a week, in which it costs nothing and can be had back.
 */
export class ServiceKey extends kms.Key {
  constructor(scope: Construct, id: string, { alias, description, service }: ServiceKeyProps) {
    super(scope, id, {
      alias,
      description,
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
    })
    const through = {
      'kms:CallerAccount': Aws.ACCOUNT_ID,
      'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com`,
    }
    this.#let('UseThroughTheService', use, { StringEquals: through })
    const forItself = { 'kms:GrantIsForAWSResource': 'true' }
    this.#let('GrantToTheService', ['kms:CreateGrant'], { StringEquals: through, Bool: forItself })
  }

  #let(sid: string, actions: string[], conditions: Record<string, Record<string, string>>): void {
    const whoever = { principals: [new iam.AnyPrincipal()], resources: ['*'] }
    this.addToResourcePolicy(new iam.PolicyStatement({ sid, actions, conditions, ...whoever }))
  }
}
