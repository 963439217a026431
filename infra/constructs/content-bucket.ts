import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { arn } from '../names.ts'
import { CustomerManagedKey } from './kms-keys.ts'

/** What the bucket is made from. */
export interface ContentBucketProps {
  readonly bucketName: string
  /** The one distribution that may read it. */
  readonly distributionId: string
  /** Files that can be made again are kept in one zone once they are a month old. */
  readonly recreatable: boolean
}

/** The files that links are for: private, versioned, encrypted with a key of ours, read by one distribution over TLS. */
export class ContentBucket extends Construct {
  readonly bucket: s3.Bucket
  readonly key: kms.Key

  constructor(scope: Construct, id: string, { bucketName, distributionId, recreatable }: ContentBucketProps) {
    super(scope, id)
    this.key = new CustomerManagedKey(this, 'Key', { description: 'Encrypts the files that links are for' })
    this.bucket = new s3.Bucket(this, 'Bucket', {
      bucketName,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true, // one call to KMS for many objects instead of one for each
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.DESTROY, // S3 deletes no bucket that holds anything
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(30) },
        ...(recreatable ? [{ transitions: [inOneZone] }] : []),
      ],
    })
    this.#letRead(arn('cloudfront', '', `distribution/${distributionId}`))
    acknowledge(this.bucket, {
      S1: 'CloudFront logs every download; logs of S3 would hold the keys of objects, which we keep out of logs.',
    })
  }

  /** To presign downloads: what the URL may be used for is checked against the signer's own permissions. */
  static grantDownload(grantee: iam.IGrantable, bucketArn: string, keyArn: string): void {
    iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: [`${bucketArn}/*`] }).assertSuccess()
    iam.Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [keyArn] }).assertSuccess()
  }

  #letRead(distributionArn: string): void {
    const byDistribution = (actions: string[], resources: string[]) =>
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
        actions,
        resources,
        conditions: { StringEquals: { 'AWS:SourceArn': distributionArn } },
      })
    this.bucket.addToResourcePolicy(byDistribution(['s3:GetObject'], [this.bucket.arnForObjects('*')]))
    this.key.addToResourcePolicy(byDistribution(['kms:Decrypt'], ['*']))
  }
}

/** Cheaper for what is kept long: S3 bills each object there for 30 days and 128 KB at least. */
const inOneZone = {
  storageClass: s3.StorageClass.ONE_ZONE_INFREQUENT_ACCESS,
  transitionAfter: Duration.days(30),
}
