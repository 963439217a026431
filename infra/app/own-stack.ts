import { type App, CfnOutput, Stack } from 'aws-cdk-lib'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { warn } from '../errors.ts'
import type { ContentProps } from '../existing/content-props.ts'
import { OnceAtEdge } from '../once-at-edge.ts'
import { namesOf } from '../placement/names.ts'
import { settingsInForce } from '../settings/fixed-settings.ts'
import { formerSettingsIn } from '../settings/former-names.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import type { OnceAtEdgeProps } from '../settings/props.ts'
import { edgeStackRegion } from '../settings/settings.ts'

/** A bucket of yours in the first home Region, the ARN of the key in KMS that encrypts its files, if one does, and whether it takes uploads. */
export interface FilesBucket {
  readonly name: string
  readonly key?: string | undefined
  readonly uploads?: boolean | undefined
}

/**
 * Adds a deployment with a distribution of its own to an app, with settings as infra/deployment.ts has them. Its stack is that of
 * us-east-1: so the distribution exists before the bucket that allows only it, in whichever Region that is. The id of the construct is
 * left out of logical ids. The files are in `bucket`, if given. Throws a `TypeError` if a setting is invalid.
 */
export function addDeployment(app: App, input: object, bucket?: FilesBucket): OnceAtEdge {
  const settings = parseSettings(input)
  const { account, ...props } = input as OnceAtEdgeProps & { readonly account?: string }
  const env = { region: edgeStackRegion, ...(account !== undefined && { account }) }
  const stack = new Stack(app, namesOf(settings.name).regionStack(edgeStackRegion), { env })
  // Always given: without the first, this would be a plain `cdk deploy`; without the second, a feature flag of cdk.json would choose.
  const own = { unprotectedRegions: settings.unprotectedRegions, apiLogRole: settings.apiLogRole }
  const content = bucket && contentIn(stack, bucket, settings.homeRegions[0])
  const once = new OnceAtEdge(stack, 'Default', { ...props, ...own, ...(content && { content }) })
  for (const text of formerSettingsIn(input)) warn(once, 'former-setting', text)
  once.createDistribution()
  const value = JSON.stringify(settingsInForce(settings))
  new CfnOutput(stack, 'Settings', { value, description: 'All settings, which once doctor compares' })
  return once
}

function contentIn(stack: Stack, { name, key, uploads }: FilesBucket, region: string): ContentProps {
  const bucket = Bucket.fromBucketAttributes(stack, 'Files', { bucketName: name, region })
  return { bucket, region, uploads, ...(key !== undefined && { key: Key.fromKeyArn(stack, 'FilesKey', key) }) }
}
