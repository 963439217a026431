import { FeatureFlags, Stack, Token } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { describeInvalid, type InvalidField, unknownField } from '../../shared/fields.ts'
import { type Region, regions } from '../../shared/regions.ts'
import { OnceAtEdgeError, warn } from '../errors.ts'
import type { ContentProps } from '../existing/content-props.ts'
import { certificateArnIn, webAclArnIn, zoneIn } from '../existing/global.ts'
import { parseSettings } from './parse-settings.ts'
import type { ExistingProps, OnceAtEdgeProps } from './props.ts'
import { edgeStackRegion, type Settings } from './settings.ts'

/**
 * Returns the settings that props say, with their defaults. Throws an `OnceAtEdgeError` if a value is invalid, if one that the edge
 * needs is a token, or if the stack is in a Region in which the construct can't be.
 */
export function readProps(scope: IConstruct, props: OnceAtEdgeProps): Settings {
  const region = regionOf(Stack.of(scope))
  checkReferences(props)
  refuseTokens(props)
  const settings = parse({ homeRegions: [region], ...apiLogRoleOf(scope, props), ...textOf(scope, props) })
  if (region !== edgeStackRegion && region !== settings.homeRegions[0]) {
    throw new OnceAtEdgeError('stack-region', {
      problem: 'the stack has no part of the deployment to which everything else can refer',
      got: `a stack in ${region}`,
      allowed: `a stack in ${[...new Set([edgeStackRegion, settings.homeRegions[0]])].join(' or ')}`,
    })
  }
  return settings
}

/**
 * Returns the role of API Gateway's logs in an app whose flag says that a construct sets none for the account, as cdk init does. Below the
 * construct the flag is its own.
 */
function apiLogRoleOf({ node: { scope } }: IConstruct, { apiLogRole }: OnceAtEdgeProps): Partial<Settings> {
  const flag = '@aws-cdk/aws-apigateway:disableCloudWatchRole'
  if (apiLogRole !== undefined || scope === undefined || !FeatureFlags.of(scope).isEnabled(flag)) return {}
  warn(
    scope,
    'api-log-role',
    `API Gateway logs no errors of the api, because all APIs of an account share the role for it; got the feature flag ${flag}; ` +
      "allowed: apiLogRole: 'account' if the account has that role, 'own' to set one for the account, or 'none'",
  )
  return { apiLogRole: 'none' }
}

function regionOf({ region, nested }: Stack): Region {
  if (nested) {
    throw new OnceAtEdgeError('nested-stack', {
      problem: 'other stacks refer to the stack of the construct',
      got: 'a nested stack',
      allowed: 'a stack of an app or a stage',
    })
  }
  const known = regions.find(each => each === region)
  if (known !== undefined) return known
  throw new OnceAtEdgeError('stack-region', {
    problem: 'the edge function must know the Region of the stack when the app is synthesised',
    got: Token.isUnresolved(region) ? 'a stack without a Region' : region,
    allowed: "a stack with `env: { region: '...' }` that is one of " + regions.join(', '),
  })
}

/** What the CDK has for a kind of resource: a property that each construct of the kind has, and examples for errors. */
interface PropKind {
  readonly property: string
  /** Whether a value is what the prop takes in place of a construct. @default it takes constructs only */
  readonly isPlain?: (value: unknown) => boolean
  readonly allowed: string
}

const isText = (value: unknown) => typeof value === 'string'

const bucket: PropKind = { property: 'bucketRef', allowed: 'a bucket of the CDK, such as Bucket.fromBucketName()' }
const key: PropKind = { property: 'keyRef', allowed: 'a key of the CDK, such as Key.fromKeyArn()' }

const flag: PropKind = { property: '', isPlain: value => typeof value === 'boolean', allowed: 'true or false' }

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
} as const satisfies Partial<Record<keyof OnceAtEdgeProps, PropKind>>

const contentFields: readonly string[] = [
  'bucket',
  'key',
  'region',
  'distributionId',
  'uploads',
] satisfies (keyof ContentProps)[]

/**
 * Checks that references are constructs, and what the list of issuers and `content` are: Node.js runs an app in TypeScript without a
 * look at its types. Throws an `OnceAtEdgeError` that names each wrong prop.
 */
function checkReferences(props: OnceAtEdgeProps): void {
  const invalid = [...invalidReferences(props)]
  if (invalid.length > 0) throw new OnceAtEdgeError('settings', invalid.map(describeInvalid).join('; '))
}

function* invalidReferences({ content, issuers, ...props }: OnceAtEdgeProps): Iterable<InvalidField> {
  for (const [name, kind] of Object.entries(kinds)) yield* checkKind(name, props[name as keyof typeof kinds], kind)
  // A bucket itself has hundreds of other fields.
  if (has(content, bucket.property)) yield { field: 'content', got: 'a bucket', allowed: '{ bucket }' }
  else if (content !== undefined) {
    yield* checkKind('content.bucket', content.bucket ?? null, bucket)
    yield* checkKind('content.key', content.key, key)
    yield* checkKind('content.uploads', content.uploads, flag)
    for (const name of Object.keys(content)) if (!contentFields.includes(name)) yield unknownField(`content.${name}`)
  }
  if (issuers !== undefined && !Array.isArray(issuers))
    yield { field: 'issuers', got: shown(issuers), allowed: 'a list of issuers' }
}

function* checkKind(field: string, value: unknown, { property, isPlain, allowed }: PropKind): Iterable<InvalidField> {
  const isFine = value === undefined || has(value, property) || isPlain?.(value) === true
  if (!isFine) yield { field, got: shown(value), allowed }
}

function has(value: unknown, property: string): boolean {
  return typeof value === 'object' && value !== null && property in value
}

/** Formats a value for an error: text as it is, all else by its kind, because a construct has a whole app. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return value === null ? 'nothing' : (Object(value) as object).constructor.name
}

/** Props that are no settings. */
const existingProps = [
  'content',
  'vpc',
  'vpcSubnets',
  'apiEndpoint',
  'vpcServices',
  'accessLogBucket',
  'alarmTopic',
] as const satisfies readonly (keyof ExistingProps)[]

/** Props that name what may be created in the same app, so that only the deployment knows it. */
const references = [
  'certificate',
  'hostedZone',
  'webAcl',
  'auth',
  'sendPage',
  'issuers',
  ...existingProps,
] as const satisfies readonly (keyof OnceAtEdgeProps)[]

/** Refuses tokens in all other props: Lambda@Edge has no environment variables, so its code holds their values. */
function refuseTokens(props: OnceAtEdgeProps): void {
  for (const [prop, value] of Object.entries(props)) {
    const isReference = (references as readonly string[]).includes(prop)
    if (isReference || !holdsToken(value)) continue
    throw new OnceAtEdgeError('token', {
      problem: `${prop} must be known when the app is synthesised, because the edge function's code holds it`,
      got: 'a token of the CDK',
      allowed: 'a concrete value',
    })
  }
}

/** Whether a value, or one inside of it, is known only to the deployment. */
function holdsToken(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsToken)
}

/** Returns props as settings: references by what names them, without those that are absent. */
function textOf(
  scope: IConstruct,
  { certificate, hostedZone, webAcl, issuers: _issuers, ...rest }: OnceAtEdgeProps,
): object {
  const named = {
    certificate: certificate && certificateArnIn(scope, certificate),
    hostedZone: hostedZone && zoneIn(scope, hostedZone),
    webAcl: webAcl === undefined ? undefined : webAclArnIn(scope, webAcl),
  }
  const isSetting = ([name, value]: readonly [string, unknown]) =>
    value !== undefined && !(existingProps as readonly string[]).includes(name)
  return Object.fromEntries(Object.entries({ ...rest, ...named }).filter(isSetting))
}

/** Parses settings; an error has the id `settings`. */
function parse(input: object): Settings {
  try {
    return parseSettings(input)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new OnceAtEdgeError('settings', error.message.replace(/^(settings|deployment): /, ''))
  }
}
