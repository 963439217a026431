import { valueAt } from '../../../support/infra/synthesised.ts'
import { both, contains, entry, type Guard, not, one } from './guard.ts'

const bucket = { type: 'AWS::S3::Bucket', stack: 'once-eu-west-1', in: 'home' } as const
const bucketPolicy = { type: 'AWS::S3::BucketPolicy', stack: 'once-eu-west-1', in: 'home' } as const
const statements = 'Properties.PolicyDocument.Statement'
/** Guards of files and their keys. */
export const bucketGuards: readonly Guard[] = [
  {
    title: 'files are encrypted with keys of S3, which are free',
    ...bucket,
    path: 'Properties.BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm',
    is: 'AES256',
    without: 'aws:kms',
  },
  {
    title: 'with customer managed keys, files are encrypted with that of their Region, by bucket keys',
    ...bucket,
    in: 'customer',
    path: 'Properties.BucketEncryption.ServerSideEncryptionConfiguration.0',
    is: both(
      both(entry('BucketKeyEnabled', true), entry('ServerSideEncryptionByDefault.SSEAlgorithm', 'aws:kms')),
      contains('"once-keys-eu-west-1"'),
    ),
    without: { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
  },
  {
    title: 'no other account can own a bucket of that name, which the distribution trusts',
    type: 'AWS::S3::Bucket',
    in: 'home',
    path: 'Properties',
    is: both(
      entry('BucketNamespace', 'account-regional'),
      entry('BucketName', both(contains('"AWS::AccountId"'), both(contains('"once-'), contains('-1-an"')))),
    ),
    without: { BucketName: 'once-content' },
  },
  {
    title: 'pages of any origin may send parts with a checksum, and read nothing',
    ...bucket,
    path: 'Properties.CorsConfiguration.CorsRules',
    is: [{ AllowedHeaders: ['x-amz-checksum-sha256'], AllowedMethods: ['PUT'], AllowedOrigins: ['*'] }],
    without: [{ AllowedHeaders: ['*'], AllowedMethods: ['GET', 'PUT'], AllowedOrigins: ['*'] }],
  },
  { title: 'files are versioned', ...bucket, path: 'Properties.VersioningConfiguration.Status', is: 'Enabled' },
  ...(
    [
      ['home', 30, 'a month'],
      ['one', 368, 'the longest link and its capability, and a day'],
    ] as const
  ).map(([variant, days, words]) => ({
    title: `old versions stay for ${words}`,
    ...bucket,
    in: variant,
    path: 'Properties.LifecycleConfiguration.Rules.0.NoncurrentVersionExpiration.NoncurrentDays',
    is: days,
    without: days - 1,
  })),
  {
    title: 'only the distribution of the deployment may read the bucket, and versions that a URL names',
    ...bucketPolicy,
    path: statements,
    without: [],
    is: one(
      both(
        both(entry('Action', ['s3:GetObject', 's3:GetObjectVersion']), contains('cloudfront.amazonaws.com')),
        oneDistribution('AWS:SourceArn'),
      ),
    ),
  },
  {
    title: 'files become old versions after fileDays',
    ...bucket,
    in: 'one',
    path: 'Properties.LifecycleConfiguration.Rules.0.ExpirationInDays',
    is: 400,
    without: undefined,
  },
  {
    title: 'without fileDays, files stay',
    ...bucket,
    path: 'Properties.LifecycleConfiguration.Rules.0.ExpirationInDays',
    is: undefined,
    without: 30,
  },
  {
    title: 'recreatable files move to a single zone after 30 days, which S3 bills anyway',
    type: 'AWS::S3::Bucket',
    stack: 'once-eu-west-1',
    in: 'one',
    path: 'Properties.LifecycleConfiguration.Rules',
    is: one(entry('Transitions', [{ StorageClass: 'ONEZONE_IA', TransitionInDays: 30 }])),
    without: [],
  },
  {
    title: 'other files stay in three zones',
    ...bucket,
    path: 'Properties.LifecycleConfiguration.Rules',
    is: not(contains('ONEZONE_IA')),
    without: [{ Transitions: [{ StorageClass: 'ONEZONE_IA' }] }],
  },
]

/** Matches a statement whose condition names one distribution by id, without a wildcard. */
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
