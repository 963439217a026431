import * as iam from 'aws-cdk-lib/aws-iam'
import { askPrefixes, type Issuer, uploadPrefixes } from '../../shared/callers/issuers.ts'
import { receivedPatterns } from '../../shared/received.ts'
import { scanTag } from '../../shared/scan.ts'

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

/** The actions that read the tags of a file (S3, "GetObjectTagging"). */
export const readTagActions = ['s3:GetObjectTagging', 's3:GetObjectVersionTagging']

/** The actions that change tags, of a file or of its copy, beside uploads with tags (S3, "Tagging and access control policies"). */
const changeTagActions = [
  's3:PutObjectTagging',
  's3:PutObjectVersionTagging',
  's3:DeleteObjectTagging',
  's3:DeleteObjectVersionTagging',
  's3:ReplicateTags',
]

/** What files need before they are read. */
export interface Scanned {
  /** The ARNs of the files, as patterns. */
  readonly files: readonly string[]
  /** The results with which they may be read. */
  readonly accepted: readonly string[]
  /** The ARN of the role that scans them. */
  readonly scanRole: string
}

/**
 * Returns the statements by which only the role that scans reads a file without a right result, and gives it one: no other does, by an
 * upload or a copy with tags either, for which S3 asks for `s3:PutObject` with the keys of the tags and for `s3:PutObjectTagging`.
 * A negated condition is true if its key is absent: `aws:PrincipalArn` for services such as CloudFront, the tag before it is there (IAM,
 * "Condition operators").
 */
export function scanStatements({ files, accepted, scanRole }: Scanned): readonly iam.PolicyStatement[] {
  const deny = (actions: string[], conditions: iam.Conditions) =>
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions,
      resources: [...files],
      conditions,
    })
  const byOthers = { ArnNotEquals: { 'aws:PrincipalArn': scanRole } }
  return [
    deny(readActions, { ...byOthers, StringNotEquals: { [`s3:ExistingObjectTag/${scanTag}`]: accepted } }),
    deny(changeTagActions, byOthers),
    deny(['s3:PutObject'], { Null: { 's3:RequestObjectTagKeys': 'false' } }),
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

/**
 * Returns the ARNs, as patterns, of what may be uploaded: all below the prefixes of issuers that may upload, without a list all keys; and
 * where links take files, those below the prefixes of issuers that may ask for them.
 */
export function uploadable(
  bucketArn: string,
  {
    issuers,
    uploadLinks,
  }: { issuers?: readonly Pick<Issuer, 'verbs' | 'prefixes'>[] | undefined; uploadLinks: boolean },
): readonly string[] {
  const uploaded = uploadPrefixes(issuers)
  const asked = uploadLinks ? askPrefixes(issuers) : []
  const further = asked.filter(prefix => !uploaded.some(outer => prefix.startsWith(outer)))
  const keys = [...uploaded.map(prefix => plain(prefix) + '*'), ...further.map(plain).flatMap(receivedPatterns)]
  // A statement needs a resource: if none may upload, an object without a key, which S3 doesn't have.
  return (keys.length === 0 ? [''] : keys).map(key => `${bucketArn}/${key}`)
}

/** Spells a prefix so that IAM replaces nothing in it. */
function plain(prefix: string): string {
  return prefix.replaceAll('$', () => '${$}')
}

/** Returns the ARN of a distribution. */
export function distributionArn({ partition, account }: { partition: string; account: string }, id: string): string {
  return `arn:${partition}:cloudfront::${account}:distribution/${id}`
}

function forRoles(roles: readonly string[], what: iam.PolicyStatementProps): readonly iam.PolicyStatement[] {
  const principals = roles.map(arn => new iam.ArnPrincipal(arn))
  return roles.length === 0 ? [] : [new iam.PolicyStatement({ ...what, principals })]
}
