import * as s3 from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import type { DeploymentProps } from '../deployment-props.ts'

/** Returns the bucket of the files as an origin, whoever owns it: imported, so that the CDK changes nothing of its policy. */
export function contentOriginIn(
  scope: Construct,
  id: string,
  { settings, names, existing }: DeploymentProps,
): s3.IBucket {
  const [home] = settings.homeRegions
  if (existing?.content !== undefined) return existing.content.originIn(scope, id)
  return s3.Bucket.fromBucketAttributes(scope, id, { bucketName: names.contentBucket(home), region: home })
}
