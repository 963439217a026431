import * as iam from 'aws-cdk-lib/aws-iam'

/** Who reads the files. */
export interface Readers {
  /** The ARN of the distribution; with `*` for its id, any distribution of the account. */
  readonly distributionArn: string
  /** The ARNs of the roles that look at files when a link is issued. @default none */
  readonly linksRoles?: readonly string[]
  /** The ARNs of the roles that sign URLs of S3. @default none */
  readonly exchangeRoles?: readonly string[]
}

/** The actions that read a file: S3 asks for the second one if a request names a version (S3, "GetObject"). */
export const readActions = ['s3:GetObject', 's3:GetObjectVersion']

/**
 * Returns the statements of a bucket's policy: the distribution reads files; so do the roles, of which those that issue also learn that
 * a file is missing.
 */
export function fileStatements(bucketArn: string, readers: Readers): readonly iam.PolicyStatement[] {
  const { distributionArn: sourceArn, linksRoles = [], exchangeRoles = [] } = readers
  const objects = [`${bucketArn}/*`]
  return [
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
      actions: readActions,
      resources: objects,
      conditions: { StringEquals: { 'AWS:SourceArn': sourceArn } },
    }),
    ...forRoles([...linksRoles, ...exchangeRoles], { actions: readActions, resources: objects }),
    ...forRoles(linksRoles, { actions: ['s3:ListBucket'], resources: [bucketArn] }),
  ]
}

/** Of what a key decrypts files. */
export interface Decryption {
  /** The bucket of the files; undefined if its ARN isn't known to the key's template. */
  readonly bucketArn: string | undefined
  readonly region: string
}

/**
 * Returns the statements of a key's policy: the distribution and the roles that sign URLs decrypt, the roles through S3 only. S3 names
 * the bucket, or the object, in the encryption context (S3, "Using server-side encryption with AWS KMS keys").
 */
export function keyStatements(readers: Readers, { bucketArn, region }: Decryption): readonly iam.PolicyStatement[] {
  const context = bucketArn === undefined ? {} : { 'kms:EncryptionContext:aws:s3:arn': [bucketArn, `${bucketArn}/*`] }
  return [
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: { StringLike: { 'AWS:SourceArn': readers.distributionArn, ...context } },
    }),
    ...forRoles(readers.exchangeRoles ?? [], {
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
    }),
  ]
}

/** Returns the ARN of a distribution. */
export function distributionArn({ partition, account }: { partition: string; account: string }, id: string): string {
  return `arn:${partition}:cloudfront::${account}:distribution/${id}`
}

function forRoles(roles: readonly string[], what: iam.PolicyStatementProps): readonly iam.PolicyStatement[] {
  const principals = roles.map(arn => new iam.ArnPrincipal(arn))
  return roles.length === 0 ? [] : [new iam.PolicyStatement({ ...what, principals })]
}
