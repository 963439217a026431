import * as iam from 'aws-cdk-lib/aws-iam'
import { type Issuer, uploadPrefixes } from '../../shared/callers/issuers.ts'

/** The distribution and the roles that read the files. */
export interface Readers {
  /** The ARN of the distribution; with `*` for its id, any distribution of the account. */
  readonly distributionArn: string
  /** The ARNs of the roles that look at files when a link is issued. @default none */
  readonly linksRoles?: readonly string[]
  /** The ARNs of the roles that sign URLs of S3. @default none */
  readonly exchangeRoles?: readonly string[]
  /** The ARNs of the roles that sign parts of uploads. @default none */
  readonly uploadsRoles?: readonly string[]
}

/** The actions that read a file: S3 asks for the second one if a request names a version (S3, "GetObject"). */
export const readActions = ['s3:GetObject', 's3:GetObjectVersion']

/** The actions of an upload in parts: the first begins and completes it, and sends its parts (S3, "Multipart upload API and permissions"). */
export const uploadActions = ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts']

/** The actions of such an upload on the key of the files: S3 decrypts parts to complete it (S3, "Multipart upload API and permissions"). */
export const uploadKeyActions = ['kms:GenerateDataKey', 'kms:Decrypt']

/**
 * Returns the statements of a bucket's policy: the distribution reads files; so do the roles, of which those that issue also learn that
 * a file is missing. Others upload: under which keys is said by their own policies, as issuers change.
 */
export function fileStatements(bucketArn: string, readers: Readers): readonly iam.PolicyStatement[] {
  const { distributionArn: sourceArn, linksRoles = [], exchangeRoles = [], uploadsRoles = [] } = readers
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
    ...forRoles(uploadsRoles, { actions: uploadActions, resources: objects }),
  ]
}

/** Returns the condition that a key is used through S3 of a Region only. */
export function throughS3(region: string): Readonly<Record<string, Record<string, string>>> {
  return { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } }
}

/** The bucket whose files a key decrypts, and its Region. */
export interface Decryption {
  /** The bucket of the files; undefined if its ARN isn't known to the key's template. */
  readonly bucketArn: string | undefined
  readonly region: string
}

/**
 * Returns the statements of a key's policy: the distribution and the roles that sign URLs decrypt, those of uploads also encrypt, all
 * roles through S3 only. S3 names the bucket, or the object, in the encryption context (S3, "Using server-side encryption with AWS KMS
 * keys").
 */
export function keyStatements(readers: Readers, { bucketArn, region }: Decryption): readonly iam.PolicyStatement[] {
  const onKey = { resources: ['*'], conditions: throughS3(region) }
  const context = bucketArn === undefined ? {} : { 'kms:EncryptionContext:aws:s3:arn': [bucketArn, `${bucketArn}/*`] }
  return [
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: { StringLike: { 'AWS:SourceArn': readers.distributionArn, ...context } },
    }),
    ...forRoles(readers.exchangeRoles ?? [], { actions: ['kms:Decrypt'], ...onKey }),
    ...forRoles(readers.uploadsRoles ?? [], { actions: uploadKeyActions, ...onKey }),
  ]
}

/** Returns the ARNs, as patterns, of what may be uploaded: all below the prefixes of issuers that may upload; without a list, all keys. */
export function uploadable(
  bucketArn: string,
  issuers?: readonly Pick<Issuer, 'verbs' | 'prefixes'>[],
): readonly string[] {
  const prefixes = uploadPrefixes(issuers)
  // A statement needs a resource: if none may upload, an object without a key, which S3 doesn't have.
  if (prefixes.length === 0) return [`${bucketArn}/`]
  return prefixes.map(prefix => `${bucketArn}/${prefix.replaceAll('$', () => '${$}')}*`)
}

/** Returns the ARN of a distribution. */
export function distributionArn({ partition, account }: { partition: string; account: string }, id: string): string {
  return `arn:${partition}:cloudfront::${account}:distribution/${id}`
}

function forRoles(roles: readonly string[], what: iam.PolicyStatementProps): readonly iam.PolicyStatement[] {
  const principals = roles.map(arn => new iam.ArnPrincipal(arn))
  return roles.length === 0 ? [] : [new iam.PolicyStatement({ ...what, principals })]
}
