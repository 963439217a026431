import { type App, CfnOutput, Stack, Tags } from 'aws-cdk-lib'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { warn } from '../errors.ts'
import type { ContentProps } from '../existing/content-props.ts'
import { OnceAtEdge } from '../once-at-edge.ts'
import { namesOf } from '../placement/names.ts'
import { type Deployer, setDeployer } from '../settings/deployer.ts'
import { settingsInForce } from '../settings/fixed-settings.ts'
import { formerSettingsIn } from '../settings/former-names.ts'
import { asciiJson } from '../settings/manifest-json.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import type { OnceAtEdgeProps } from '../settings/props.ts'
import { edgeStackRegion, type SettingsInput } from '../settings/settings.ts'

/** A bucket of yours in the first home Region, the ARN of the key in KMS that encrypts its files, if one does, and whether it takes uploads. */
export interface FilesBucket {
  readonly name: string
  readonly key?: string | undefined
  readonly uploads?: boolean | undefined
}

/** How a deployment is added to an app. */
export interface AddOptions {
  /** Who deploys its stacks. @default 'once' */
  readonly deployer?: Deployer | undefined
  /** A bucket of yours with the files. @default the deployment's own */
  readonly bucket?: FilesBucket | undefined
}

/**
 * Adds a deployment with a distribution of its own to an empty app, with settings as infra/deployment.ts has them. Its stack is that of
 * us-east-1: so the distribution exists before the bucket that allows only it, in whichever Region that is. The id of the construct is
 * left out of logical ids. Throws a `TypeError` if a setting is invalid.
 */
export function addDeployment(app: App, input: object, { deployer = 'once', bucket }: AddOptions = {}): OnceAtEdge {
  const settings = parseSettings(input)
  const { account, tags, ...props } = input as OnceAtEdgeProps & Pick<SettingsInput, 'account' | 'tags'>
  const env = { region: edgeStackRegion, ...(account !== undefined && { account }) }
  setDeployer(app, deployer)
  const stack = new Stack(app, namesOf(settings.name).regionStack(edgeStackRegion), { env })
  for (const [name, value] of Object.entries(tags ?? {})) Tags.of(stack).add(name, value)
  // Always given: without it, a feature flag of cdk.json would choose.
  const { apiLogRole } = settings
  const content = bucket && contentIn(stack, bucket, settings.homeRegions[0])
  const once = new OnceAtEdge(stack, 'Default', { ...props, apiLogRole, ...(content && { content }) })
  for (const text of formerSettingsIn(input)) warn(once, 'former-setting', text)
  once.createDistribution()
  const value = asciiJson(JSON.stringify(settingsInForce(settings)))
  new CfnOutput(stack, 'Settings', { value, description: 'All settings, which once doctor compares' })
  return once
}

function contentIn(stack: Stack, { name, key, uploads }: FilesBucket, region: string): ContentProps {
  const bucket = Bucket.fromBucketAttributes(stack, 'Files', { bucketName: name, region })
  return { bucket, region, uploads, ...(key !== undefined && { key: Key.fromKeyArn(stack, 'FilesKey', key) }) }
}
