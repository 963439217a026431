import { Stack, Token } from 'aws-cdk-lib'
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct, type IConstruct } from 'constructs'
import type { ContentText } from '../settings/manifest-json.ts'
import type { Names } from '../placement/names.ts'
import { linkDaysOf } from '../settings/parse-settings.ts'
import { type ApiFunction, apiPurpose } from '../placement/physical-names.ts'
import { apiRegionsOf, type Settings } from '../settings/settings.ts'
import { bucketResource, concreteName, isOfOtherAccount, l2Bucket, l2Key } from './bucket.ts'
import { warnOfBucket } from './bucket-warnings.ts'
import { checkContent, type ContentProps } from './content-props.ts'
import { corsRule } from './cors.ts'
import { distributionArn, fileStatements, keyStatements, type Readers } from './content-statements.ts'
import { printCorsRule, printDistributionId, printStatements, unnamed } from './statement.ts'
import { valueIn } from './value-in.ts'

/** Props of `ExistingContent`. */
export interface ExistingContentProps {
  readonly content: ContentProps
  readonly settings: Settings
  readonly names: Names
}

/** A key by its ARN, as a permission for it needs. */
export interface ContentKey {
  readonly arn: string
  readonly region: string
}

/** A bucket that the deployment doesn't own: where it is, and who may read it. */
export class ExistingContent extends Construct {
  /** The Region of the bucket. */
  readonly region: string
  readonly #props: ExistingContentProps
  readonly #key: kms.IKeyRef | undefined

  constructor(scope: Construct, id: string, props: ExistingContentProps) {
    super(scope, id)
    this.#props = props
    const { bucket, key, region = bucket.env.region } = props.content
    this.region = region
    this.#key = key ?? l2Bucket(bucket)?.encryptionKey
    checkContent(this.region, props.content, props.settings)
    const resource = bucketResource(bucket)
    if (resource !== undefined) {
      warnOfBucket(this, resource, { linkDays: linkDaysOf(props.settings), takesUploads: this.takesUploads })
    }
  }

  /** Whether files can be uploaded to the bucket. */
  get takesUploads(): boolean {
    return this.#props.content.uploads === true
  }

  /** The bucket itself. */
  get bucket(): s3.IBucketRef {
    return this.#props.content.bucket
  }

  /** Returns the name of the bucket for a template of `scope`'s stack. */
  nameIn(scope: IConstruct): string {
    const owner = this.#props.content.bucket
    return valueIn(scope, { value: owner.bucketRef.bucketName, owner, name: 'BucketName' })
  }

  /** Returns the key of the files for a template of `scope`'s stack; undefined with keys of S3. */
  keyIn(scope: IConstruct): ContentKey | undefined {
    const key = this.#key
    if (key === undefined) return undefined
    return { arn: valueIn(scope, { value: key.keyRef.keyArn, owner: key, name: 'KeyArn' }), region: this.region }
  }

  /** Returns the bucket as an origin: imported, so that the CDK adds no statement, which would allow other things than ours. */
  originIn(scope: Construct, id: string): s3.IBucket {
    return s3.Bucket.fromBucketAttributes(scope, id, { bucketName: this.nameIn(scope), region: this.region })
  }

  /** Returns what the doctor looks at. */
  describe(scope: Construct): ContentText {
    const key = this.keyIn(scope)
    const { account } = this.#props.content.bucket.env
    const uploads = this.takesUploads && { uploads: true }
    return { bucket: this.nameIn(scope), region: this.region, account, ...(key && { key: key.arn }), ...uploads }
  }

  /**
   * Allows the one distribution to read the files, and with uploads browsers to send their parts, or prints what others must add. Call it
   * once.
   */
  allow(distribution: IDistribution): void {
    this.#allowBucket(distribution)
    if (this.takesUploads) this.#allowBrowsers(placeOf(distribution))
    if (this.#key !== undefined) this.#allowKey(this.#key, distribution)
  }

  #allowBucket(distribution: IDistribution): void {
    const { bucket } = this.#props.content
    const owned = l2Bucket(bucket)
    const named = this.#distributionOf(bucket, distribution)
    const isOther = isOfOtherAccount(bucket, this)
    if (owned !== undefined && named !== undefined && !isOther) {
      const [first] = fileStatements(owned.bucketArn, { distributionArn: named })
      if (first !== undefined && owned.addToResourcePolicy(first).statementAdded) return
    }
    const scope = placeOf(distribution)
    if (owned !== undefined && bucketResource(bucket) !== undefined && !isOther) {
      printDistributionId(scope, distribution)
      return
    }
    const readers = this.#readers(distribution, isOther)
    printStatements(scope, 'Bucket', {
      warning: 'content-bucket-policy',
      policy: `the policy of the bucket ${shown(bucket.bucketRef.bucketName, bucket)}`,
      otherwise: 'files return 403',
      statements: fileStatements(this.#printedArn(scope), readers),
    })
  }

  #allowBrowsers(scope: IConstruct): void {
    const { bucket } = this.#props.content
    // Only an L2 bucket that the app creates has this method.
    if ('addCorsRule' in bucket) (bucket as s3.Bucket).addCorsRule(corsRule)
    else printCorsRule(scope, shown(bucket.bucketRef.bucketName, bucket), corsRule)
  }

  #allowKey(key: kms.IKeyRef, distribution: IDistribution): void {
    const owned = l2Key(key)
    const isOther = isOfOtherAccount(key, this)
    // In another account, the policy must name roles of this one, which must exist: the key may be deployed before them.
    if (owned !== undefined && !isOther) {
      const { partition, account } = Stack.of(distribution)
      // A key's policy can't refer to what refers to the key; the bucket's policy names the one distribution.
      const any = distributionArn({ partition, account }, this.#props.content.distributionId ?? '*')
      const name = concreteName(this.#props.content.bucket)
      const bucketArn = name === undefined ? undefined : `arn:${partition}:s3:::${name}`
      const [first] = keyStatements({ distributionArn: any }, { bucketArn, region: this.region })
      if (first !== undefined && owned.addToResourcePolicy(first, true).statementAdded) return
    }
    const scope = placeOf(distribution)
    const readers = this.#readers(distribution, isOther)
    printStatements(scope, 'Key', {
      warning: 'content-key-policy',
      policy: `the policy of the key ${shown(key.keyRef.keyArn, key)}`,
      otherwise: 'files return 403',
      statements: keyStatements(readers, { bucketArn: this.#printedArn(scope), region: this.region }),
    })
  }

  /** Returns the ARN of the bucket for an output, which can't refer to another stack. */
  #printedArn(scope: IConstruct): string {
    const { bucket } = this.#props.content
    const isNear = Stack.of(bucket) === Stack.of(scope)
    const name = concreteName(bucket) ?? (isNear ? bucket.bucketRef.bucketName : unnamed)
    return `arn:${Stack.of(scope).partition}:s3:::${name}`
  }

  /** Returns the ARN of the distribution for the policy of the bucket; undefined where it would make two stacks need each other. */
  #distributionOf(bucket: s3.IBucketRef, distribution: IDistribution): string | undefined {
    const { distributionId } = this.#props.content
    if (distributionId !== undefined) return distributionArn(Stack.of(distribution), distributionId)
    if (Stack.of(bucket) !== Stack.of(distribution)) return undefined
    return distributionArn(Stack.of(distribution), distribution.distributionId)
  }

  /** Returns who reads the files. Roles need a statement only in another account: in this one, their own policies suffice. */
  #readers(distribution: IDistribution, isOther: boolean): Readers {
    const { settings, names } = this.#props
    const stack = Stack.of(distribution)
    const roles = (kind: ApiFunction) =>
      apiRegionsOf(settings).map(
        region =>
          `arn:${stack.partition}:iam::${stack.account}:role/${names.apiRole(apiPurpose(kind, settings.network), region)}`,
      )
    return {
      distributionArn: distributionArn(stack, distribution.distributionId),
      ...(isOther && { linksRoles: roles('links'), exchangeRoles: roles('exchange') }),
      ...(isOther && this.takesUploads && { uploadsRoles: roles('uploads') }),
    }
  }
}

/** Returns the place for outputs about the distribution: its stack may not be one that this one could refer to. */
function placeOf(distribution: IDistribution): IConstruct {
  const id = 'OnceAtEdgeContent'
  return distribution.node.tryFindChild(id) ?? new Construct(distribution, id)
}

/** Returns a name for a message: itself if it is known at synthesis, otherwise the path of its construct. */
function shown(name: string, construct: s3.IBucketRef | kms.IKeyRef): string {
  return Token.isUnresolved(name) ? construct.node.path : name
}
