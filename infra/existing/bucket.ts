import { Stack, Token, TokenComparison } from 'aws-cdk-lib'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as s3 from 'aws-cdk-lib/aws-s3'
import type { IConstruct } from 'constructs'

/** Returns the resource of a bucket that this app creates; undefined for an imported one. */
export function bucketResource(bucket: s3.IBucketRef): s3.CfnBucket | undefined {
  return [bucket, bucket.node.defaultChild].find(each => s3.CfnBucket.isCfnBucket(each))
}

/** Returns the name of a bucket if it is known at synthesis. */
export function concreteName(bucket: s3.IBucketRef): string | undefined {
  const names = [bucketResource(bucket)?.bucketName, bucket.bucketRef.bucketName]
  return names.find(name => name !== undefined && !Token.isUnresolved(name))
}

/** Returns the L2 construct of a bucket, whose policy can be changed; undefined for L1. */
export function l2Bucket(bucket: s3.IBucketRef): s3.IBucket | undefined {
  return 'addToResourcePolicy' in bucket ? (bucket as s3.IBucket) : undefined
}

/** Returns the L2 construct of a key, whose policy can be changed; undefined for L1. */
export function l2Key(key: kms.IKeyRef): kms.IKey | undefined {
  return 'addToResourcePolicy' in key ? (key as kms.IKey) : undefined
}

/** Whether something is in another account than `scope`, or in a known one while that of `scope` is known only at deployment. */
export function isOfOtherAccount({ env }: { readonly env: { readonly account: string } }, scope: IConstruct): boolean {
  const compared = Token.compareStrings(env.account, Stack.of(scope).account)
  return compared === TokenComparison.DIFFERENT || compared === TokenComparison.ONE_UNRESOLVED
}
