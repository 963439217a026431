import { Aws, Lazy, Stack } from 'aws-cdk-lib'
import { CfnMalwareProtectionPlan } from 'aws-cdk-lib/aws-guardduty'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { askPrefixes, type Issuer, outermost, uploadPrefixes } from '../../shared/callers/issuers.ts'
import { validationKey } from '../../shared/scan.ts'
import { acknowledge } from '../acknowledge.ts'
import { readActions, readTagActions, throughS3, uploadKeyActions } from '../existing/content-statements.ts'
import { useless } from '../existing/existing.ts'
import { arn, bucketArn } from '../placement/names.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { uploadableIn } from './content-bucket.ts'

/** Props of `Scan`. */
export interface ScanProps extends DeploymentProps {
  /** The bucket of the files. */
  readonly bucket: s3.Bucket
  /** The customer managed key of the files. @default keys of S3 */
  readonly key?: kms.IKey | undefined
}

/** The service that scans, as a principal. */
const scanner = 'malware-protection-plan.guardduty.amazonaws.com'

/** Most prefixes of a plan (GuardDuty, "Capabilities of Malware Protection for S3"). */
const maxPrefixes = 5

/**
 * The plan by which GuardDuty scans what is uploaded and tags it with the result, and its role, which has exactly what AWS lists
 * (GuardDuty, "Create or update IAM role policy"), on files below the prefixes of uploads. The policy of the bucket is in `ContentBucket`.
 */
export class Scan extends Construct {
  constructor(scope: Construct, id: string, props: ScanProps) {
    super(scope, id)
    const { bucket, issuers, settings } = props
    const role = this.#createRole(props)
    const prefixes = () => {
      const resolved = Stack.of(this).resolve(issuers) as Issuer[] | undefined
      // A plan has no patterns, so it has the whole prefix of who may ask; the policy closes what links take, and nothing else there.
      return [...uploadPrefixes(resolved), ...(settings.uploadLinks ? askPrefixes(resolved) : [])]
    }
    const objectPrefixes = Lazy.uncachedList({ produce: () => [...planPrefixes(prefixes())] }, { omitEmpty: true })
    const plan = new CfnMalwareProtectionPlan(this, 'Plan', {
      role: role.roleArn,
      protectedResource: { s3Bucket: { bucketName: bucket.bucketName, objectPrefixes } },
      actions: { tagging: { status: 'ENABLED' } },
    })
    // GuardDuty tries the role when the plan is created. Files are closed before it scans the first one.
    plan.node.addDependency(
      role.node.findChild('DefaultPolicy'),
      ...(bucket.policy === undefined ? [] : [bucket.policy]),
    )
    const unused = useless('scan', 'no issuer may upload', 'an issuer with the verb upload, or without `scan`')
    this.node.addValidation({ validate: () => (prefixes().length === 0 ? [unused.message] : []) })
  }

  /** AWS's page has no condition in the trust policy. Only a plan of this account can name the role: that needs `iam:PassRole`. */
  #createRole({ settings, names, key, issuers }: ScanProps): iam.Role {
    const roleName = names.scanRole
    const role = new iam.Role(this, 'Role', { roleName, assumedBy: new iam.ServicePrincipal(scanner) })
    const ofBucket = bucketArn(names.contentBucket(settings.homeRegions[0]))
    const allow = (actions: string[], resources: string[], conditions: iam.Conditions = {}) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources, conditions }))
    const rules = arn('events', Aws.REGION, 'rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*')
    const changes = ['PutRule', 'DeleteRule', 'PutTargets', 'RemoveTargets'].map(action => `events:${action}`)
    allow(changes, [rules], { StringEquals: { 'events:ManagedBy': scanner } })
    allow(['events:DescribeRule', 'events:ListTargetsByRule'], [rules])
    allow(['s3:PutBucketNotification', 's3:GetBucketNotification', 's3:ListBucket'], [ofBucket])
    allow(['s3:PutObject'], [`${ofBucket}/${validationKey}`])
    const { list, produce } = uploadableIn(this, ofBucket, { issuers, uploadLinks: settings.uploadLinks })
    allow([...readActions, ...readTagActions, 's3:PutObjectTagging', 's3:PutObjectVersionTagging'], list)
    if (key !== undefined) allow(uploadKeyActions, [key.keyArn], throughS3(Aws.REGION))
    acknowledge(role, () => ({
      [`IAM5[Resource::${rules}]`]: 'GuardDuty names the rule by which it learns of uploads.',
      ...Object.fromEntries(
        produce().map(each => [`IAM5[Resource::${each}]`, 'Each file that is uploaded is scanned.']),
      ),
    }))
    return role
  }
}

/** Returns the prefixes of a plan; none, so that it scans the whole bucket, if that is uploaded to or a plan may not have as many. */
export function planPrefixes(prefixes: readonly string[]): readonly string[] {
  const outer = outermost(prefixes)
  return outer.includes('') || outer.length > maxPrefixes ? [] : outer
}
