import { AspectPriority, Aspects, CfnResource, Duration, Lazy, Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct, type IConstruct } from 'constructs'
import type { Issuer } from '../../shared/callers/issuers.ts'
import { renderedResource } from '../add-to/rendered.ts'
import { bucketResource } from '../existing/bucket.ts'
import type { ContentKey } from '../existing/content.ts'
import { corsRule } from '../existing/cors.ts'
import {
  fileStatements,
  readActions,
  scanStatements,
  throughS3,
  uploadable,
  uploadActions,
  uploadKeyActions,
} from '../existing/content-statements.ts'
import { openUploadDays } from '../../shared/limits.ts'
import { acceptedResults } from '../../shared/scan.ts'
import { arn, bucketArn, roleArn } from '../placement/names.ts'
import { publishesReceived } from '../placement/placement.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { oldVersionDaysOf, zoneDays } from '../settings/parse-settings.ts'
import type { Settings } from '../settings/settings.ts'
import { createBucket } from './account-bucket.ts'

/** Props of `ContentBucket`. */
export interface ContentBucketProps extends DeploymentProps {
  /** The customer managed key of the files. @default keys of S3 */
  readonly key?: kms.IKey | undefined
}

/** Returns the bucket of the files, of the deployment or of yours, as an origin: imported, because its own policy says what the distribution may read. */
export function contentOriginIn(
  scope: Construct,
  id: string,
  { settings, names, existing }: DeploymentProps,
): s3.IBucket {
  if (existing?.content !== undefined) return existing.content.originIn(scope, id)
  const [region] = settings.homeRegions
  return s3.Bucket.fromBucketAttributes(scope, id, { bucketName: names.contentBucket(region), region })
}

/**
 * Makes a distribution depend on the bucket behind it, if it is in the same stack: by its name alone, CloudFormation would not know. Not
 * on a bucket of yours that names the distribution, as for CORS.
 */
export function createAfter({ node: { defaultChild: distribution } }: IConstruct, bucket: s3.IBucketRef): void {
  const resource = bucketResource(bucket)
  if (resource === undefined || !CfnResource.isCfnResource(distribution)) return
  if (Stack.of(resource) !== Stack.of(distribution)) return
  const visit = () => {
    const { referred } = renderedResource(resource)
    if (!referred.has(distribution)) distribution.addResourceDependency(resource)
  }
  Aspects.of(distribution).add({ visit }, { priority: AspectPriority.MUTATING })
}

/** The bucket of the files: private, versioned, encrypted, read over TLS by one distribution. */
export class ContentBucket extends Construct {
  readonly bucket: s3.Bucket

  constructor(scope: Construct, id: string, props: ContentBucketProps) {
    super(scope, id)
    const { settings, names, key } = props
    const contents = {
      bucketName: names.contentBucket(settings.homeRegions[0]),
      // With a bucket key: one call to KMS for many objects instead of one per object.
      ...(key && { encryption: s3.BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      minimumTLSVersion: 1.2,
      versioned: true,
      cors: [corsRule],
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(openUploadDays),
          noncurrentVersionExpiration: Duration.days(oldVersionDaysOf(settings)),
          // Makes the current version an old one, which links that name it need for as long as any other old one.
          ...(settings.fileDays && { expiration: Duration.days(settings.fileDays) }),
        },
        ...(settings.recreatableFiles ? [{ transitions: [inOneZone] }] : []),
      ],
    }
    const unlogged =
      'Logs of S3 would hold keys of objects, which our logs must not; CloudFront can log downloads without them.'
    this.bucket = createBucket(this, contents, unlogged)
    if (settings.scan !== undefined) this.#closeUntilScanned(props)
    if (settings.scan !== undefined || publishesReceived(settings)) {
      // A plan of GuardDuty turns the same on: here an update of the bucket can't turn it off.
      const eventBridge = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
      ;(this.bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = eventBridge
    }
  }

  /** Closes each upload until GuardDuty has scanned it: see `scanStatements`. */
  #closeUntilScanned({ settings, names, issuers }: ContentBucketProps): void {
    const { homeRegions, uploadLinks } = settings
    const { list: files } = uploadableIn(this, bucketArn(names.contentBucket(homeRegions[0])), { issuers, uploadLinks })
    const scanned = { files, accepted: acceptedResults(settings), scanRole: roleArn(names.scanRole) }
    for (const statement of scanStatements(scanned)) this.bucket.addToResourcePolicy(statement)
  }

  /**
   * Grants what presigned downloads need: S3 checks a presigned URL against the permissions of its signer. The grantee may use the
   * customer managed key, if there is one, only through S3.
   */
  static grantDownload(grantee: iam.IGrantable, bucketArn: string, key?: ContentKey): void {
    iam.Grant.addToPrincipal({ grantee, actions: readActions, resourceArns: [`${bucketArn}/*`] }).assertSuccess()
    grantKey(grantee, ['kms:Decrypt'], key)
  }

  /** Grants what uploads in presigned parts need, on these objects; the customer managed key, if there is one, only through S3. */
  static grantUpload(grantee: iam.IGrantable, resourceArns: string[], key?: ContentKey): void {
    iam.Grant.addToPrincipal({ grantee, actions: uploadActions, resourceArns }).assertSuccess()
    grantKey(grantee, uploadKeyActions, key)
  }

  /**
   * Grants what `HeadObject` needs, but no use of a key: so with a customer managed key the grantee learns version, size and type
   * of a file and can't read it. S3 has no permission for `HeadObject` alone. Without `s3:ListBucket`, S3 responds to a missing file with 403 instead of 404 (S3, "HeadObject").
   */
  static grantInspect(grantee: iam.IGrantable, bucketArn: string): void {
    iam.Grant.addToPrincipal({ grantee, actions: readActions, resourceArns: [`${bucketArn}/*`] }).assertSuccess()
    iam.Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucketArn] }).assertSuccess()
  }

  /** Allows a distribution to read files. It needs its id, which is known after it is created. */
  allowRead(distributionId: string): void {
    const readers = { distributionArn: arn('cloudfront', '', `distribution/${distributionId}`) }
    for (const statement of fileStatements(this.bucket.bucketArn, readers)) this.bucket.addToResourcePolicy(statement)
  }
}

/**
 * Returns the ARNs of what may be uploaded, by the api alone without `uploadLinks`, which are known at the end of the synthesis: as one
 * token, and by a function.
 */
export function uploadableIn(
  scope: Construct,
  bucketArn: string,
  { issuers, uploadLinks }: Pick<DeploymentProps, 'issuers'> & Pick<Settings, 'uploadLinks'>,
) {
  const resolved = () => Stack.of(scope).resolve(issuers) as Issuer[] | undefined
  const produce = () => uploadable(bucketArn, { issuers: resolved(), uploadLinks })
  return { list: Lazy.uncachedList({ produce: () => [...produce()] }), produce }
}

function grantKey(grantee: iam.IGrantable, actions: string[], key: ContentKey | undefined): void {
  if (key === undefined) return
  const conditions = throughS3(key.region)
  iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [key.arn], conditions }).assertSuccess()
}

/** A storage class that is cheaper for files kept long: S3 bills each object for at least 30 days and 128 KB. */
const inOneZone = {
  storageClass: s3.StorageClass.ONE_ZONE_INFREQUENT_ACCESS,
  transitionAfter: Duration.days(zoneDays),
}
