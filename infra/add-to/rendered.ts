import { type CfnResource, Stack, Token } from 'aws-cdk-lib'
import type { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import { CfnBucket } from 'aws-cdk-lib/aws-s3'
import type { IConstruct } from 'constructs'
import type { DistributionConfig, OriginConfig } from './config.ts'
import { referenceTo, resolveToText, textOf } from './template-text.ts'

/**
 * Returns the configuration that the template of a distribution will have, with what `addPropertyOverride` changed, and the constructs to
 * which it refers. Values that are known
 * only at deployment are text, as `resolveToText` says.
 */
export function renderedConfig(distribution: CfnDistribution): {
  readonly config: DistributionConfig
  readonly referred: ReadonlySet<IConstruct>
} {
  const { value, referred } = renderedResource(distribution)
  const { Resources } = value as {
    Resources: Record<string, { Properties: { DistributionConfig: DistributionConfig } }>
  }
  const [resource] = Object.values(Resources)
  if (resource === undefined) throw new Error(`${distribution.node.path} renders no resource`)
  return { config: resource.Properties.DistributionConfig, referred }
}

/** Returns what the template of a resource will have, and the constructs to which it refers; as `resolveToText` does. */
export function renderedResource(resource: CfnResource): ReturnType<typeof resolveToText> {
  // Overrides are seen only in the whole resource, which L1 constructs render by this internal method, as the CDK's own synthesis does.
  const rendering = resource as unknown as Record<'_toCloudFormation', () => object>
  return resolveToText(rendering['_toCloudFormation'](), resource)
}

/**
 * Returns whether an origin of a distribution reads a bucket: by a reference to it, or by its name in a host or path of S3.
 */
export function readsBucket(bucket: IBucketRef, distribution: CfnDistribution): (origin: OriginConfig) => boolean {
  const { account } = Stack.of(distribution)
  const known = (text: unknown) =>
    Token.isUnresolved(account) ? textOf(text) : textOf(text).replaceAll(`\${AWS::AccountId}`, account)
  const { value, referred } = resolveToText(bucket.bucketRef.bucketName, distribution)
  const resources = [...referred].filter(construct => CfnBucket.isCfnBucket(construct))
  const given = resources.flatMap(({ bucketName }) => bucketName ?? [])
  const names = [value, ...given.map(name => resolveToText(name, distribution).value)].map(known)
  return ({ DomainName, OriginPath }) => {
    const domain = known(DomainName)
    if (resources.some(resource => domain.includes(referenceTo(resource)))) return true
    const isOfS3 = /^s3[.-]/.test(domain)
    return names.some(name => domain.startsWith(`${name}.s3`) || (isOfS3 && known(OriginPath).startsWith(`/${name}`)))
  }
}
