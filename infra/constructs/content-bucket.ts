import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { arn } from '../names.ts'
import { CustomerManagedKey } from './kms-keys.ts'

/** Props of `ContentBucket`. */
export interface ContentBucketProps {
  readonly bucketName: string
  /** The one distribution that may read it. */
  readonly distributionId: string
  /** Whether files can be recreated: then they move to a single zone after a month. */
  readonly recreatable: boolean
  /** Days for which a version stays after it was replaced or deleted. */
  readonly oldVersionDays: number
}

/** The actions that read a file: S3 asks for the second one if a request names a version (S3, "GetObject"). */
const readActions = ['s3:GetObject', 's3:GetObjectVersion']

/** The bucket of the files: private, versioned, encrypted with a customer managed key, read over TLS by one distribution. */
export class ContentBucket extends Construct {
  readonly bucket: s3.Bucket
  readonly key: kms.Key

  constructor(scope: Construct, id: string, props: ContentBucketProps) {
    super(scope, id)
    const { bucketName, distributionId, recreatable, oldVersionDays } = props
    this.key = new CustomerManagedKey(this, 'Key', { description: 'Encrypts the files of links' })
    this.bucket = new s3.Bucket(this, 'Bucket', {
      bucketName,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true, // one call to KMS for many objects instead of one per object
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.DESTROY, // S3 deletes empty buckets only
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          noncurrentVersionExpiration: Duration.days(oldVersionDays),
        },
        ...(recreatable ? [{ transitions: [inOneZone] }] : []),
      ],
    })
    this.#allowRead(arn('cloudfront', '', `distribution/${distributionId}`))
    acknowledge(this.bucket, {
      S1: 'CloudFront logs every download; logs of S3 would hold keys of objects, which our logs must not.',
    })
  }

  /** Grants what presigned downloads need: S3 checks a presigned URL against the permissions of its signer. */
  static grantDownload(grantee: iam.IGrantable, bucketArn: string, keyArn: string): void {
    iam.Grant.addToPrincipal({ grantee, actions: readActions, resourceArns: [`${bucketArn}/*`] }).assertSuccess()
    iam.Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [keyArn] }).assertSuccess()
  }

  /**
   * Grants what `HeadObject` needs, but no use of the key: so the grantee learns version, size and type of a file and can't
   * read it. Without `s3:ListBucket`, S3 responds to a missing file with 403 instead of 404 (S3, "HeadObject").
   */
  static grantInspect(grantee: iam.IGrantable, bucketArn: string): void {
    iam.Grant.addToPrincipal({ grantee, actions: readActions, resourceArns: [`${bucketArn}/*`] }).assertSuccess()
    iam.Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucketArn] }).assertSuccess()
  }

  #allowRead(distributionArn: string): void {
    const byDistribution = (actions: string[], resources: string[]) =>
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
        actions,
        resources,
        conditions: { StringEquals: { 'AWS:SourceArn': distributionArn } },
      })
    this.bucket.addToResourcePolicy(byDistribution(readActions, [this.bucket.arnForObjects('*')]))
    this.key.addToResourcePolicy(byDistribution(['kms:Decrypt'], ['*']))
  }
}

/** A storage class that is cheaper for files kept long: S3 bills each object for at least 30 days and 128 KB. */
const inOneZone = {
  storageClass: s3.StorageClass.ONE_ZONE_INFREQUENT_ACCESS,
  transitionAfter: Duration.days(30),
}
