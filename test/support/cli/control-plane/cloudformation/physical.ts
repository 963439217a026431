import { type Account, AwsError, type Properties, type Stack } from '../account.ts'
import { mark } from './values.ts'

/** Properties that name a resource, by type where others have a property of that name too. */
const nameFields = [
  'FunctionName',
  'TableName',
  'LogGroupName',
  'RoleName',
  'AlarmName',
  'BucketName',
  'DashboardName',
  'AliasName',
  'TopicName',
  'Name',
]

/** Types whose property with such a name is that of another resource. */
const unnamed = new Set([
  'AWS::Lambda::Version',
  'AWS::Lambda::Permission',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Logs::SubscriptionFilter',
  'AWS::Logs::MetricFilter',
  'AWS::ApiGateway::Model',
  'AWS::ApiGateway::RequestValidator',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::Route53::RecordSet',
])

/** Where a resource is created. */
export interface Place {
  readonly account: Account
  readonly stack: Pick<Stack, 'id' | 'name' | 'region'>
  readonly logicalId: string
  readonly type: string
}

/** Returns the name that a template gives to a resource; undefined if CloudFormation makes one. */
export function customName({ type }: Pick<Place, 'type'>, properties: Properties): string | undefined {
  if (unnamed.has(type) || type.startsWith('Custom::')) return undefined
  const [name] = nameFields.flatMap(field => (typeof properties[field] === 'string' ? [properties[field]] : []))
  return name
}

/** Returns the id of a new resource: what `Ref` returns (CloudFormation, "Resource and property types reference"). */
export function newPhysicalId(place: Place, properties: Properties): string {
  const { account, stack, logicalId, type } = place
  account.serial += 1
  const short = mark(`${stack.id}${logicalId}${account.serial}`)
  switch (type) {
    case 'AWS::Lambda::Version':
      return `${arnOf('AWS::Lambda::Function', nameOfFunction(properties), place)}:${nextVersion(account, properties)}`
    case 'AWS::CloudFront::Distribution':
      return `E${short.toUpperCase()}`
    case 'AWS::ApiGateway::RestApi':
      return short.slice(0, 10)
    case 'AWS::ApiGateway::Stage':
      return String(properties['StageName'])
    case 'AWS::KMS::Key':
      return properties['MultiRegion'] === true ? `mrk-${short}` : `${short}-key`
    case 'AWS::KMS::ReplicaKey':
      return String(properties['PrimaryKeyArn']).split('/').at(-1) ?? ''
    case 'AWS::SecretsManager::Secret': {
      const name = customName(place, properties) ?? `${stack.name}-${logicalId}-${short}`
      return `arn:aws:secretsmanager:${stack.region}:${account.id}:secret:${name}-AbCdEf`
    }
    default:
      return customName(place, properties) ?? `${stack.name}-${logicalId}-${short}`
  }
}

const nameOfFunction = (properties: Properties) => String(properties['FunctionName']).split(':function:').at(-1) ?? ''

function nextVersion({ things }: Account, properties: Properties): number {
  const name = nameOfFunction(properties)
  const versions = things.filter(({ type, id }) => type === 'AWS::Lambda::Version' && id.includes(`:${name}:`))
  return Math.max(0, ...versions.map(({ id }) => Number(id.split(':').at(-1)))) + 1
}

/** Returns the ARN of a resource. */
export function arnOf(
  type: string,
  id: string,
  { account, stack: { region } }: Pick<Place, 'account' | 'stack'>,
): string {
  const paths: Record<string, string> = {
    'AWS::Lambda::Function': `lambda:${region}:${account.id}:function:${id}`,
    'AWS::KMS::Key': `kms:${region}:${account.id}:key/${id}`,
    'AWS::KMS::ReplicaKey': `kms:${region}:${account.id}:key/${id}`,
    'AWS::S3::Bucket': `s3:::${id}`,
    'AWS::WAFv2::WebACL': `wafv2:${region}:${account.id}:global/webacl/${id}/${id}`,
    'AWS::CloudFront::Function': `cloudfront::${account.id}:function/${id}`,
    'AWS::CloudFront::Distribution': `cloudfront::${account.id}:distribution/${id}`,
    'AWS::IAM::Role': `iam::${account.id}:role/${id}`,
    'AWS::DynamoDB::GlobalTable': `dynamodb:${region}:${account.id}:table/${id}`,
    'AWS::SQS::Queue': `sqs:${region}:${account.id}:${id}`,
    'AWS::Events::Rule': `events:${region}:${account.id}:rule/${id}`,
    'AWS::Events::EventBus': `events:${region}:${account.id}:event-bus/${id}`,
    'AWS::Logs::LogGroup': `logs:${region}:${account.id}:log-group:${id}:*`,
  }
  if (id.startsWith('arn:')) return id
  return `arn:aws:${paths[type] ?? `${type.split('::')[1]?.toLowerCase()}:${region}:${account.id}:${id}`}`
}

/** Types of which all Regions, or all accounts, share one set of names. */
const global = /^AWS::(IAM|CloudFront|S3)::/

/**
 * Throws if something else has the name of a new resource (each service's error when a name is taken). A KMS alias, an alarm and a
 * dashboard too: their handlers look before they put.
 */
export function checkName(place: Place, properties: Properties): void {
  const name = customName(place, properties)
  if (name === undefined) return
  const { account, stack, type } = place
  const taken = account.things.find(
    each => each.type === type && each.id === name && (global.test(type) || each.region === stack.region),
  )
  if (taken === undefined) return
  if (taken.properties['deletedAt'] !== undefined) {
    throw new AwsError(
      'InvalidRequestException',
      `You can't create this secret because a secret with this name is already scheduled for deletion.`,
    )
  }
  throw new AwsError(
    'AlreadyExists',
    `Resource of type '${type}' with identifier '${name}' already exists. (HandlerErrorCode: AlreadyExists)`,
  )
}
