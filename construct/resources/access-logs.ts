import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { allowDelivery, logBucketArnIn } from '../existing/log-bucket.ts'
import { inAccountNamespace } from './account-bucket.ts'

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

/** Props of `AccessLogs`. */
export interface AccessLogsProps {
  readonly name: string
  /** The name of its own bucket. */
  readonly bucketName: string
  /** A bucket of yours. @default a bucket of its own */
  readonly bucket?: s3.IBucketRef | undefined
  readonly distribution: cloudfront.Distribution
  readonly retentionDays: number
}

/** CloudFront's access logs (standard logging v2), kept in a bucket of their own for `retentionDays`. */
export class AccessLogs extends Construct {
  constructor(scope: Construct, id: string, props: AccessLogsProps) {
    super(scope, id)
    const { name, bucketName, bucket: existing, distribution, retentionDays } = props
    const bucket = existing ?? this.#createBucket(bucketName, retentionDays)
    const source = new logs.CfnDeliverySource(this, 'Source', {
      name: `${name}-access`,
      logType: 'ACCESS_LOGS',
      resourceArn: distribution.distributionArn,
    })
    const destination = new logs.CfnDeliveryDestination(this, 'Destination', {
      name: `${name}-access`,
      destinationResourceArn: existing === undefined ? bucket.bucketRef.bucketArn : logBucketArnIn(this, existing),
      outputFormat: 'json',
    })
    const policy = allowDelivery(this, bucket, `${name}-access`)
    const delivery = new logs.CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
      recordFields: [...loggedFields],
    })
    delivery.addResourceDependency(source)
    if (policy !== undefined) delivery.node.addDependency(policy)
  }

  #createBucket(bucketName: string, retentionDays: number): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Bucket', {
      bucketName,
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY, // S3 deletes empty buckets only
      lifecycleRules: [{ expiration: Duration.days(retentionDays) }],
    })
    inAccountNamespace(bucket)
    acknowledge(bucket, { S1: 'This bucket holds logs; a log of its readers would need another bucket.' })
    return bucket
  }
}
