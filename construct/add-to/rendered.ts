import type { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import { CfnBucket } from 'aws-cdk-lib/aws-s3'
import type { DistributionConfig, OriginConfig } from './config.ts'
import { referenceTo, resolveToText, textOf } from './template-text.ts'

/**
 * Returns the configuration that the template of a distribution will have, with what `addPropertyOverride` changed. Values that are known
 * only at deployment are text, as `resolveToText` says.
 */
export function renderedConfig(distribution: CfnDistribution): DistributionConfig {
  // Overrides are seen only in the whole resource, which L1 constructs render by this internal method, as the CDK's own synthesis does.
  const rendering = distribution as unknown as Record<'_toCloudFormation', () => object>
  const { value } = resolveToText(rendering['_toCloudFormation'](), distribution)
  const { Resources } = value as {
    Resources: Record<string, { Properties: { DistributionConfig: DistributionConfig } }>
  }
  const [resource] = Object.values(Resources)
  if (resource === undefined) throw new Error(`${distribution.node.path} renders no resource`)
  return resource.Properties.DistributionConfig
}

/**
 * Returns whether an origin reads a bucket: by a reference to it, or by its name in a host or path of S3. `scope` is any construct of the
 * app.
 */
export function readsBucket(bucket: IBucketRef, scope: CfnDistribution): (origin: OriginConfig) => boolean {
  const { value, referred } = resolveToText(bucket.bucketRef.bucketName, scope)
  const resources = [...referred].filter(construct => CfnBucket.isCfnBucket(construct))
  const named = resources.flatMap(resource => {
    const name = resolveToText(resource.bucketName, resource).value
    return name === undefined ? [] : [textOf(name)]
  })
  const names = [...new Set([textOf(value), ...named])]
  return ({ DomainName, OriginPath }) => {
    const domain = textOf(DomainName)
    if (resources.some(resource => domain.includes(referenceTo(resource)))) return true
    const isS3 = /^s3[.-]/.test(domain)
    return names.some(name => domain.startsWith(`${name}.s3`) || (isS3 && textOf(OriginPath).startsWith(`/${name}`)))
  }
}
