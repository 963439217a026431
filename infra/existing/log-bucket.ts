import { Aws, Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import type { Construct, IDependable } from 'constructs'
import { arn } from '../placement/names.ts'
import { l2Bucket } from './bucket.ts'
import { printStatements } from './statement.ts'
import { valueIn } from './value-in.ts'

/** Returns the ARN of a bucket of logs for a template of `scope`'s stack. */
export function logBucketArnIn(scope: Construct, bucket: s3.IBucketRef): string {
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
  const statement = logDeliveryStatement(bucketArn, arn('logs', Stack.of(scope).region, `delivery-source:${source}`))
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

/** Returns the statement by which CloudWatch may deliver the logs of one source to a bucket. */
function logDeliveryStatement(bucketArn: string, sourceArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
    actions: ['s3:PutObject'],
    resources: [`${bucketArn}/AWSLogs/${Aws.ACCOUNT_ID}/*`],
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 's3:x-amz-acl': 'bucket-owner-full-control' },
      ArnEquals: { 'aws:SourceArn': sourceArn },
    },
  })
}
