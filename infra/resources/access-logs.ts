import { Aws, Duration, Stack } from 'aws-cdk-lib'
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as s3 from 'aws-cdk-lib/aws-s3'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct, type IDependable } from 'constructs'
import { deliveryLogFields } from '../../shared/delivery/facts.ts'
import { l2Bucket } from '../existing/bucket.ts'
import { printStatements } from '../existing/statement.ts'
import { valueIn } from '../existing/value-in.ts'
import { arn } from '../placement/names.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { createBucket } from './account-bucket.ts'

/**
 * The fields of the access log: what happened and how long it took. Never the path (a nonce, an object key), the query (a
 * policy and its signature), the Referer and Cookie headers, which may repeat them, or an address.
 */
export const loggedFields: readonly string[] = [
  'date time x-edge-location x-edge-request-id cache-behavior-path-pattern c-country',
  'cs-method cs-protocol cs-protocol-version ssl-protocol ssl-cipher cs-bytes',
  'sc-status sc-bytes sc-content-type sc-content-len sc-range-start sc-range-end',
  'time-taken time-to-first-byte',
  'x-edge-result-type x-edge-response-result-type x-edge-detailed-result-type',
].flatMap(line => line.split(' '))

/** Days for which records are kept that only the function of deliveries reads: time to repair what fails. */
export const proofLogDays = 7

/** Props of `AccessLogs`. */
export interface AccessLogsProps extends DeploymentProps {
  readonly distribution: cloudfront.Distribution
  /** Gets a notification of each object; the bucket is created after its policy. @default none */
  readonly queue?: sqs.Queue | undefined
}

/**
 * CloudFront's access logs (standard logging v2) in a bucket of their own, kept as long as all logs, or some days if only the function
 * of deliveries reads them. A distribution has one source of logs, so readers share it.
 */
export class AccessLogs extends Construct {
  constructor(scope: Construct, id: string, props: AccessLogsProps) {
    super(scope, id)
    const { settings, names, existing, distribution } = props
    const name = `${names.edgeFunction}-access`
    const bucket = existing?.logBucket ?? this.#createBucket(props)
    const source = new logs.CfnDeliverySource(this, 'Source', {
      name,
      logType: 'ACCESS_LOGS',
      resourceArn: distribution.distributionArn,
    })
    const destination = new logs.CfnDeliveryDestination(this, 'Destination', {
      name,
      destinationResourceArn: existing?.logBucket ? logBucketArnIn(this, bucket) : bucket.bucketRef.bucketArn,
      outputFormat: 'json',
    })
    const policy = allowLogDelivery(this, bucket, name)
    const { accessLogs, deliveryProof } = settings
    const fields = [...(accessLogs ? loggedFields : []), ...(deliveryProof ? deliveryLogFields : [])]
    const delivery = new logs.CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
      recordFields: [...new Set(fields)],
    })
    delivery.addResourceDependency(source)
    if (policy !== undefined) delivery.node.addDependency(policy)
  }

  #createBucket({ settings, names: { accessLogBucket: bucketName }, queue }: AccessLogsProps): s3.Bucket {
    const days = settings.accessLogs ? settings.logRetentionDays : proofLogDays
    const lifecycleRules = [{ expiration: Duration.days(days) }]
    const unlogged = 'This bucket holds logs; a log of its readers would need another bucket.'
    const bucket = createBucket(this, { bucketName, lifecycleRules }, unlogged)
    if (queue === undefined) return bucket
    // The CDK's own way takes a function with rights on all buckets.
    const resource = bucket.node.defaultChild as s3.CfnBucket
    const queueConfigurations = [{ event: 's3:ObjectCreated:*', queue: queue.queueArn }]
    resource.notificationConfiguration = { queueConfigurations }
    // S3 sends a message when the notification is set up, and refuses it if it may not.
    bucket.node.addDependency(queue)
    return bucket
  }
}

/** Returns the ARN of a bucket of logs for a template of `scope`'s stack. */
function logBucketArnIn(scope: Construct, bucket: s3.IBucketRef): string {
  const name = valueIn(scope, { value: bucket.bucketRef.bucketName, owner: bucket, name: 'BucketName' })
  return `arn:${Stack.of(scope).partition}:s3:::${name}`
}

/**
 * Allows CloudWatch to deliver logs of the delivery source to an L2 bucket of the same stack, and returns what must be deployed before
 * the delivery; for another bucket, prints the statement (CloudFront, "Configure standard logging (v2)").
 */
export function allowLogDelivery(scope: Construct, bucket: s3.IBucketRef, source: string): IDependable | undefined {
  const owned = l2Bucket(bucket)
  const isNear = owned !== undefined && Stack.of(bucket) === Stack.of(scope)
  const bucketArn = isNear ? owned.bucketArn : logBucketArnIn(scope, bucket)
  const sourceArn = arn('logs', Stack.of(scope).region, `delivery-source:${source}`)
  const statement = new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
    actions: ['s3:PutObject'],
    resources: [`${bucketArn}/AWSLogs/${Aws.ACCOUNT_ID}/*`],
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 's3:x-amz-acl': 'bucket-owner-full-control' },
      ArnEquals: { 'aws:SourceArn': sourceArn },
    },
  })
  if (isNear) {
    const { statementAdded, policyDependable } = owned.addToResourcePolicy(statement)
    if (statementAdded) return policyDependable
  }
  printStatements(scope, 'Logs', {
    warning: 'access-log-bucket-policy',
    policy: `the policy of the bucket of access logs, ${bucket.node.path}`,
    otherwise: 'no access logs arrive',
    statements: [statement],
  })
  return undefined
}
