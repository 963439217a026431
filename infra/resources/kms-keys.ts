import { AspectPriority, Aspects, Aws, Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct, IConstruct } from 'constructs'
import { arn } from '../placement/names.ts'

/** Props of `DataKey`. */
export interface DataKeyProps {
  /** The name of the deployment. */
  readonly name: string
  /** The bucket of the files, if it is in this Region. */
  readonly contentBucket?: string | undefined
}

/** The actions of a service that uses a key on behalf of its callers. */
const serviceActions = ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'DescribeKey', 'CreateGrant']

/** The services that use the key on behalf of every caller whom the policies of their resources allow. */
const services = { Tables: 'dynamodb', Secret: 'secretsmanager' } as const

/**
 * The key that encrypts all data of a deployment in one Region: tables, the secret, the files, and log groups. Each use has a statement of its
 * own. As with AWS managed keys, each principal of this account that may use a table or the secret may use the key through that
 * service, and in no other way; so policies of roles name no key. Files are different: to read or
 * write them without CloudFront, a principal needs a permission for the key too. Only AWS services may get grants. KMS rotates the key
 * every year. Deletion takes a week, costs nothing and can be cancelled.
 */
export class DataKey extends kms.Key {
  constructor(scope: Construct, id: string, { name, contentBucket }: DataKeyProps) {
    super(scope, id, {
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY, // a retained key would be billed for ever
      alias: name,
      description: `Encrypts tables, secret, files and logs of ${name}`,
    })
    this.#addStatement({
      sid: 'GrantsToServicesOnly',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['kms:CreateGrant'],
      conditions: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
    })
    for (const [use, service] of Object.entries(services)) this.#allowThrough(use, service)
    this.#allowLogs()
    if (contentBucket !== undefined) this.#allowCloudFront(contentBucket)
  }

  #allowThrough(use: string, service: string): void {
    this.#addStatement({
      sid: `${use}ThroughTheService`,
      principals: [new iam.AnyPrincipal()],
      actions: serviceActions.map(action => `kms:${action}`),
      conditions: {
        StringEquals: {
          'kms:CallerAccount': Aws.ACCOUNT_ID,
          'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com`,
        },
      },
    })
  }

  /** Encrypts the log groups in `scope`, all of which are in the Region of the key. */
  encryptLogs(scope: IConstruct): void {
    const visit = (node: IConstruct) => {
      if (CfnLogGroup.isCfnLogGroup(node)) node.kmsKeyId = this.keyArn
    }
    Aspects.of(scope).add({ visit }, { priority: AspectPriority.MUTATING })
  }

  /** Allows CloudWatch Logs to use the key for log groups of this account and Region (CloudWatch Logs, "Encrypt log data"). */
  #allowLogs(): void {
    this.#addStatement({
      sid: 'LogsThroughTheService',
      principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'Describe*'].map(action => `kms:${action}`),
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn('logs', Aws.REGION, 'log-group:*') } },
    })
  }

  /**
   * Allows CloudFront to decrypt files of this bucket for distributions of this account. The policy can't name the one distribution,
   * which doesn't exist yet; the bucket's policy does. S3 names the bucket, or the object, in the encryption context (S3, "Using
   * server-side encryption with AWS KMS keys").
   */
  #allowCloudFront(bucket: string): void {
    const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucket}`
    this.#addStatement({
      sid: 'FilesThroughCloudFront',
      principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
      actions: ['kms:Decrypt'],
      conditions: {
        StringLike: {
          'AWS:SourceArn': arn('cloudfront', '', 'distribution/*'),
          'kms:EncryptionContext:aws:s3:arn': [bucketArn, `${bucketArn}/*`],
        },
      },
    })
  }
  /** Adds a statement to the policy of the key, in which the key is the only resource. */
  #addStatement(statement: iam.PolicyStatementProps): void {
    this.addToResourcePolicy(new iam.PolicyStatement({ ...statement, resources: ['*'] }))
  }
}
