import { Token } from 'aws-cdk-lib'
import type * as kms from 'aws-cdk-lib/aws-kms'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import { OnceAtEdgeError } from '../errors.ts'
import type { Settings } from '../settings/settings.ts'

/** The bucket of your files. */
export interface ContentProps {
  /**
   * The bucket: of the same stack, of another one, or imported by name or ARN. Its files stay where they are; a link names the version
   * that was issued, if the bucket keeps versions.
   *
   * Its policy must allow the distribution. The construct adds the statement to an L2 bucket of the distribution's own stack; for
   * others it prints the statement, as an output and a warning.
   */
  readonly bucket: s3.IBucketRef
  /**
   * The KMS key that encrypts the files, also one of another account. CloudFront can't use the key `aws/s3`, whose policy is AWS's.
   * @default - the key of an L2 bucket; otherwise keys of S3 (SSE-S3)
   */
  readonly key?: kms.IKeyRef | undefined
  /** The Region of the bucket. @default - that of the bucket's stack, or of the import */
  readonly region?: string | undefined
  /**
   * The id of the distribution, such as `E1EXAMPLE23456`, once it is deployed. With it, the policy of an L2 bucket of another stack can
   * name the distribution: a reference would make the two stacks depend on each other.
   * @default - the statement for a bucket of another stack is printed
   */
  readonly distributionId?: string | undefined
  /**
   * Whether files can be uploaded through the api, by callers with the verb `upload`: they may also replace files below their prefixes. It
   * adds a function whose role may write there, and a CORS rule to the bucket. @default false
   */
  readonly uploads?: boolean | undefined
}

/** Returns the error of what needs uploads, which `content` has not turned on. */
export function withoutUploads(got: string): OnceAtEdgeError {
  return new OnceAtEdgeError('content-uploads', {
    problem: 'the bucket of `content` takes no uploads, which could replace its files',
    got,
    allowed: '`content.uploads: true`, or no uploads',
  })
}

/** Checks where bucket and key are; `region` is that of the bucket. Throws if the deployment can't use them. */
export function checkContent(
  region: string,
  { key }: ContentProps,
  settings: Pick<Settings, 'homeRegions' | 'network'>,
): void {
  const [home] = settings.homeRegions
  if (Token.isUnresolved(region)) {
    throw new OnceAtEdgeError('content-region', {
      problem: 'the Region of content.bucket is not known',
      got: 'a bucket of a stack without a Region',
      allowed: 'content.region, or an import with its Region',
    })
  }
  if (settings.network === 'private' && region !== home) {
    throw new OnceAtEdgeError('content-private-region', {
      problem: 'nothing leaves the private network, so it reaches buckets of its own Region only',
      got: `content in ${region}`,
      allowed: `content in ${home}, or homeRegions with ${region} first`,
    })
  }
  const keyRegion = key?.env.region
  if (keyRegion === undefined || Token.isUnresolved(keyRegion) || keyRegion === region) return
  throw new OnceAtEdgeError('content-key-region', {
    problem: 'S3 uses keys of the Region of the bucket only',
    got: `content.key in ${keyRegion}, content.bucket in ${region}`,
    allowed: `a key in ${region}`,
  })
}
