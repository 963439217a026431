import { valueAt } from '../synthesised.ts'
import { both, contains, entry, type Guard, not, one } from './guard.ts'

const bucket = { type: 'AWS::S3::Bucket', stack: '-data', in: 'home' } as const
const bucketPolicy = { type: 'AWS::S3::BucketPolicy', stack: '-data', in: 'home' } as const
const statements = 'Properties.PolicyDocument.Statement'
/** Guards of files and keys. */
export const bucketGuards: readonly Guard[] = [
  {
    says: 'files are encrypted with a key of ours, by bucket keys',
    ...bucket,
    path: 'Properties.BucketEncryption.ServerSideEncryptionConfiguration.0',
    is: both(entry('BucketKeyEnabled', true), entry('ServerSideEncryptionByDefault.SSEAlgorithm', 'aws:kms')),
    without: { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
  },
  { says: 'files have versions', ...bucket, path: 'Properties.VersioningConfiguration.Status', is: 'Enabled' },
  ...['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].map(name => ({
    says: `the bucket is not public: ${name}`,
    ...bucket,
    path: `Properties.PublicAccessBlockConfiguration.${name}`,
    is: true,
    without: false,
  })),
  {
    says: 'access control lists are off, which OAC needs',
    ...bucket,
    path: 'Properties.OwnershipControls.Rules.0.ObjectOwnership',
    is: 'BucketOwnerEnforced',
  },
  {
    says: 'the bucket refuses what comes without TLS',
    ...bucketPolicy,
    path: statements,
    is: one(both(entry('Effect', 'Deny'), contains('aws:SecureTransport'))),
    without: [],
  },
  {
    says: 'one distribution may read the bucket, and no other of the account',
    ...bucketPolicy,
    path: statements,
    without: [],
    is: one(
      both(
        both(entry('Action', 's3:GetObject'), contains('cloudfront.amazonaws.com')),
        oneDistribution('AWS:SourceArn'),
      ),
    ),
  },
  {
    says: "one distribution may use the bucket's key (trap 50)",
    type: 'AWS::KMS::Key',
    stack: '-data',
    in: 'home',
    path: 'Properties.KeyPolicy.Statement',
    without: [],
    is: (all: unknown) =>
      (all as object[]).filter(contains('cloudfront.amazonaws.com')).every(oneDistribution('AWS:SourceArn')) &&
      (all as object[]).some(contains('cloudfront.amazonaws.com')),
  },
  {
    says: 'files that can be made again go to one zone, after the 30 days that S3 bills anyway',
    type: 'AWS::S3::Bucket',
    stack: '-data',
    in: 'one',
    path: 'Properties.LifecycleConfiguration.Rules',
    is: one(entry('Transitions', [{ StorageClass: 'ONEZONE_IA', TransitionInDays: 30 }])),
    without: [],
  },
  {
    says: 'all others stay in three',
    ...bucket,
    path: 'Properties.LifecycleConfiguration.Rules',
    is: not(contains('ONEZONE_IA')),
    without: [{ Transitions: [{ StorageClass: 'ONEZONE_IA' }] }],
  },
  {
    says: 'a key goes with its stack, or it would be billed for ever',
    type: 'AWS::KMS::Key',
    in: 'kms',
    path: 'DeletionPolicy',
    is: 'Delete',
    without: 'Retain',
  },
  {
    says: 'keys of ours turn themselves over',
    type: 'AWS::KMS::Key',
    in: 'home',
    path: 'Properties.EnableKeyRotation',
    is: true,
  },
  {
    says: 'a key of a service is used through that service only',
    type: 'AWS::KMS::Key',
    stack: '-region-',
    in: 'home',
    path: 'Properties.KeyPolicy.Statement',
    without: [{ Sid: 'UseThroughTheService' }],
    is: (all: unknown) =>
      (all as object[]).filter(entry('Sid', 'UseThroughTheService')).every(contains('kms:ViaService')),
  },
]

/** A condition that names one distribution by its id, not a pattern. */
function oneDistribution(key: string): (statement: unknown) => boolean {
  return statement => {
    const arn = JSON.stringify(valueAt(statement as object, 'Condition.StringEquals') ?? {})
    return (
      arn.includes(key) &&
      arn.includes(':distribution/') &&
      !arn.includes('distribution/*') &&
      arn.includes('GetStackOutput')
    )
  }
}
