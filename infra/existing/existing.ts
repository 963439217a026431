import type * as s3 from 'aws-cdk-lib/aws-s3'
import type * as sns from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { OnceAtEdgeError } from '../errors.ts'
import type { Names } from '../placement/names.ts'
import type { ExistingProps } from '../settings/props.ts'
import type { Settings } from '../settings/settings.ts'
import { ExistingContent } from './content.ts'
import { withoutUploads } from './content-props.ts'
import type { VpcProps } from './network.ts'

/** The things of yours that a deployment uses instead of its own; each undefined if it has its own. */
export interface Existing {
  readonly content?: ExistingContent | undefined
  readonly vpc?: VpcProps | undefined
  readonly logBucket?: s3.IBucketRef | undefined
  readonly alarmTopic?: sns.ITopicRef | undefined
}

/** Whether a deployment with these things takes uploads: to a bucket of its own, or to one of yours that says so. */
export function takesUploads({ content }: Existing = {}): boolean {
  return content === undefined || content.takesUploads
}

/** Reads which things of yours the props name. Throws an `OnceAtEdgeError` if one has no use or can't be used. */
export function readExisting(
  scope: Construct,
  props: ExistingProps,
  { settings, names }: { readonly settings: Settings; readonly names: Names },
): Existing {
  const { content, accessLogBucket: logBucket, alarmTopic } = props
  const unused = (['recreatableFiles', 'fileDays', 'fileEnds', 'scan', 'uploadLinks'] as const).find(
    name => settings[name],
  )
  if (content !== undefined && unused !== undefined) {
    throw useless(unused, 'it is about the bucket of the deployment', 'without `content`')
  }
  if (content !== undefined && content.uploads !== true && settings.sendPage !== undefined) {
    throw withoutUploads('sendPage, whose page uploads files')
  }
  if (logBucket !== undefined && settings.deliveryProof) {
    throw useless('accessLogBucket', 'deliveries are read in a bucket of the deployment', 'without `deliveryProof`')
  }
  if (logBucket !== undefined && !settings.accessLogs) {
    throw useless('accessLogBucket', 'there are no access logs', 'with `accessLogs: true`')
  }
  return {
    ...(content && { content: new ExistingContent(scope, 'ExistingContent', { content, settings, names }) }),
    vpc: vpcOf(props, settings),
    logBucket,
    alarmTopic,
  }
}

function vpcOf(props: ExistingProps, { network, availabilityZones: zones }: Settings): VpcProps | undefined {
  const { vpc } = props
  const detail = (['vpcSubnets', 'apiEndpoint', 'vpcServices'] as const).find(name => props[name] !== undefined)
  if (vpc === undefined && detail !== undefined) throw useless(detail, 'it is about a VPC of yours', 'with `vpc`')
  if (vpc === undefined) return undefined
  if (network === 'public') throw useless('vpc', 'a public api is in no VPC', "with `network: 'private'`")
  if (zones !== undefined) throw useless('availabilityZones', 'the VPC has subnets', 'without `vpc`')
  return { ...props, vpc }
}

/** Returns the error of a prop that says nothing about this deployment. */
export function useless(prop: string, why: string, allowed: string): OnceAtEdgeError {
  return new OnceAtEdgeError('useless-prop', { problem: `${prop} has no use, because ${why}`, got: prop, allowed })
}
