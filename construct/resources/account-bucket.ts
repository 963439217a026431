import { type Bucket, BucketNamespace, type CfnBucket } from 'aws-cdk-lib/aws-s3'

/**
 * Puts a bucket with a name of ours into the namespace of its account and Region, in which no other account can create one: so a
 * stranger can't own the bucket that a distribution trusts. The name must end in `-ACCOUNT-REGION-an` (S3, "Namespaces for general
 * purpose buckets"). The CDK itself takes a prefix only, and then nothing else could name the bucket.
 */
export function inAccountNamespace(bucket: Bucket): void {
  const { defaultChild } = bucket.node
  ;(defaultChild as CfnBucket).bucketNamespace = BucketNamespace.ACCOUNT_REGIONAL
}
