import { RemovalPolicy } from 'aws-cdk-lib'
import * as s3 from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'

/**
 * Creates a private bucket, which is read over TLS only. `unlogged` says why S3 logs no access to it. It is in the namespace of its
 * account and Region, in which no other account can create one: so a stranger can't own the bucket that a distribution trusts. The name
 * must end in `-ACCOUNT-REGION-an` (S3, "Namespaces for general purpose buckets"). The CDK itself takes a prefix only, and then nothing
 * else could name the bucket.
 */
export function createBucket(
  scope: Construct,
  props: s3.BucketProps & { readonly bucketName: string },
  unlogged: string,
): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Bucket', {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY, // S3 deletes empty buckets only
    ...props,
  })
  const { defaultChild } = bucket.node
  ;(defaultChild as s3.CfnBucket).bucketNamespace = s3.BucketNamespace.ACCOUNT_REGIONAL
  acknowledge(bucket, { S1: unlogged })
  return bucket
}
