import { describeInvalid, type InvalidField, unknownField } from '../shared/fields.ts'
import { OnceAtEdgeError } from './errors.ts'
import type { ContentProps } from './existing/content-props.ts'
import type { OnceAtEdgeProps } from './settings/props.ts'

/** What the CDK has for a kind of resource: a property that each construct of the kind has, and examples for errors. */
interface Kind {
  readonly property: string
  /** Whether a value is what the prop takes in place of a construct. @default it takes constructs only */
  readonly isPlain?: (value: unknown) => boolean
  readonly allowed: string
}

const isText = (value: unknown) => typeof value === 'string'

const bucket: Kind = { property: 'bucketRef', allowed: 'a bucket of the CDK, such as Bucket.fromBucketName()' }

/** The kinds of props that are references. */
const kinds = {
  vpc: { property: 'vpcId', allowed: 'a VPC of the CDK, such as Vpc.fromLookup()' },
  apiEndpoint: { property: 'vpcEndpointId', allowed: 'an endpoint of the CDK, of a VPC' },
  accessLogBucket: bucket,
  alarmTopic: { property: 'topicRef', allowed: 'a topic of the CDK, such as Topic.fromTopicArn()' },
  certificate: {
    property: 'certificateRef',
    isPlain: isText,
    allowed: 'the ARN of a certificate, or a certificate of the CDK',
  },
  hostedZone: {
    property: 'hostedZoneRef',
    isPlain: value => has(value, 'hostedZoneId'),
    allowed: '{ hostedZoneId, zoneName }, or a hosted zone of the CDK',
  },
  webAcl: { property: 'webAclRef', isPlain: isText, allowed: 'the ARN of a web ACL, or a CfnWebACL' },
} as const satisfies Partial<Record<keyof OnceAtEdgeProps, Kind>>

const contentFields: readonly string[] = ['bucket', 'key', 'region', 'distributionId'] satisfies (keyof ContentProps)[]

/**
 * Checks that references are constructs, and what the list of issuers and `content` are: Node.js runs an app in TypeScript without a
 * look at its types. Throws an `OnceAtEdgeError` that names each wrong prop.
 */
export function checkReferences(props: OnceAtEdgeProps): void {
  const { content, issuers } = props
  const invalid = [
    ...Object.entries(kinds).flatMap(([name, kind]) => checkKind(name, props[name as keyof typeof kinds], kind)),
    ...(content === undefined ? [] : checkContentFields(content)),
    ...(issuers === undefined || Array.isArray(issuers)
      ? []
      : [{ field: 'issuers', got: shown(issuers), allowed: 'a list of issuers' }]),
  ]
  if (invalid.length > 0) throw new OnceAtEdgeError('settings', invalid.map(describeInvalid).join('; '))
}

function checkContentFields(content: ContentProps): InvalidField[] {
  // A bucket itself has hundreds of other fields.
  if (has(content, bucket.property)) return [{ field: 'content', got: 'a bucket', allowed: '{ bucket }' }]
  const unknown = Object.keys(content).filter(name => !contentFields.includes(name))
  return [
    ...checkKind('content.bucket', content.bucket ?? null, bucket),
    ...checkKind('content.key', content.key, {
      property: 'keyRef',
      allowed: 'a key of the CDK, such as Key.fromKeyArn()',
    }),
    ...unknown.map(name => unknownField(`content.${name}`)),
  ]
}

function checkKind(field: string, value: unknown, { property, isPlain, allowed }: Kind): InvalidField[] {
  const isFine = value === undefined || has(value, property) || isPlain?.(value) === true
  return isFine ? [] : [{ field, got: shown(value), allowed }]
}

function has(value: unknown, property: string): boolean {
  return typeof value === 'object' && value !== null && property in value
}

/** Formats a value for an error: text as it is, all else by its kind, because a construct has a whole app. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return value === null ? 'nothing' : (Object(value) as object).constructor.name
}
