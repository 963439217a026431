import { isDeepStrictEqual } from 'node:util'
import { type Guard, matches, present } from '../../system/infra/guards/guard.ts'
import { putAt, type Resource, resourcesOf, type Template, valueAt } from './synthesised.ts'

/** What every template must keep, whatever the settings. */
export interface Rule {
  readonly title: string
  /** Returns whether a template keeps it. */
  readonly holds: (template: Template) => boolean
  /** Breaks it in a template that has what the rule is about. */
  readonly break: (template: Template) => void
}

const of = (template: Template, type: string) => resourcesOf({ '': template }, type)

/** Removes the order of creation from resources of a type. */
const unordered = (type: string) => (template: Template) => {
  for (const resource of of(template, type)) delete (resource as { DependsOn?: unknown }).DependsOn
}

/** Returns a name as text; values that only the deployment knows are JSON. */
function textOf(name: unknown): string {
  const { 'Fn::Join': parts } = Object(name) as { 'Fn::Join'?: [string, readonly unknown[]] }
  return parts === undefined ? (typeof name === 'string' ? name : JSON.stringify(name)) : parts[1].map(textOf).join('')
}

/** Returns the ids of a template's buckets that a distribution names as origins, and does not refer to. */
function namedBuckets(
  template: Template,
  { DistributionConfig }: Readonly<Record<string, unknown>>,
): readonly string[] {
  const { Origins } = DistributionConfig as { Origins: readonly { readonly DomainName: unknown }[] }
  const domains = Origins.map(({ DomainName }) => textOf(DomainName))
  const buckets = of(template, 'AWS::S3::Bucket').filter(({ Properties }) => Properties?.['BucketName'] !== undefined)
  return buckets
    .filter(({ Properties }) => domains.some(domain => domain.startsWith(`${textOf(Properties['BucketName'])}.s3`)))
    .map(({ id }) => id)
}

/** The rules of every template; see CloudFormation's pages of each type. */
export const rules: readonly Rule[] = [
  {
    title: 'the role of API Gateway’s logs is set after an api exists, as an account without one refuses it',
    holds: template =>
      of(template, 'AWS::ApiGateway::Account').every(({ DependsOn = [] }) =>
        of(template, 'AWS::ApiGateway::RestApi').some(({ id }) => DependsOn.includes(id)),
      ),
    break: unordered('AWS::ApiGateway::Account'),
  },
  {
    title: 'a distribution is created after the buckets of its stack that it names',
    holds: template =>
      of(template, 'AWS::CloudFront::Distribution').every(({ Properties, DependsOn = [] }) =>
        namedBuckets(template, Properties).every(id => DependsOn.includes(id)),
      ),
    break: unordered('AWS::CloudFront::Distribution'),
  },
  {
    title: 'no zone is the first that an account happens to have',
    holds: template => !JSON.stringify(template).includes('Fn::GetAZs'),
    break: ({ Resources }) => {
      const zone = { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }
      Resources['Any'] = { stack: '', id: '', Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZone: zone } }
    },
  },
]

/** Makes the rule that each resource of a type has what a guard names, in whatever deployment. */
function ruleOf({ title, type, path, is, without }: Omit<Guard, 'in'>): Rule {
  return {
    title,
    holds: template => of(template, type).every(resource => matches(valueAt(resource, path), is)),
    break: template => of(template, type).forEach(resource => putAt(resource, path, without)),
  }
}

const statements = 'Properties.PolicyDocument.Statement'
const deniesPlainText = ({ Effect, Condition }: Statement) =>
  Effect === 'Deny' && JSON.stringify(Condition ?? {}).includes('aws:SecureTransport')

interface Statement {
  readonly Effect: string
  readonly Principal: unknown
  readonly Action: string | readonly string[]
  readonly Condition?: unknown
}

/** Whether statements allow CloudFront, or everyone, to read objects and nothing else. */
function onlyRead(value: unknown): boolean {
  const allowed = (value as readonly Statement[]).filter(
    ({ Effect, Principal }) => Effect === 'Allow' && /cloudfront|"\*"/.test(JSON.stringify(Principal)),
  )
  return allowed.flatMap(({ Action }) => Action).every(action => /^s3:GetObject(Version)?$/.test(action))
}

const list = { Effect: 'Allow', Principal: { Service: 'cloudfront.amazonaws.com' }, Action: 's3:ListBucket' }

/** Returns the behaviours of a distribution, the default one first. */
function behavioursIn(config: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { CacheBehaviors = [], DefaultCacheBehavior } = config as Record<string, Record<string, unknown>[]>
  return [DefaultCacheBehavior as never, ...CacheBehaviors]
}

const bucket = { type: 'AWS::S3::Bucket' } as const
const properties: readonly Omit<Guard, 'in'>[] = [
  {
    title: 'no bucket is public',
    ...bucket,
    path: 'Properties.PublicAccessBlockConfiguration',
    is: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
  },
  {
    title: 'access control lists are off, which OAC needs',
    ...bucket,
    path: 'Properties.OwnershipControls.Rules.0.ObjectOwnership',
    is: 'BucketOwnerEnforced',
  },
  { title: 'buckets are encrypted', ...bucket, path: 'Properties.BucketEncryption', is: present },
  {
    title: 'viewers use HTTPS only, without redirects from HTTP (trap 20)',
    type: 'AWS::CloudFront::Distribution',
    path: 'Properties.DistributionConfig',
    is: (config: unknown) =>
      behavioursIn(config).every(({ ViewerProtocolPolicy }) => ViewerProtocolPolicy === 'https-only'),
    without: { DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' }, Origins: [] },
  },
  {
    title: 'the origin access control always signs: with a plan, no parameter of a viewer is left to sign',
    type: 'AWS::CloudFront::OriginAccessControl',
    path: 'Properties.OriginAccessControlConfig.SigningBehavior',
    is: 'always',
    without: 'no-override',
  },
  {
    title: 'API Gateway validates every request',
    type: 'AWS::ApiGateway::Method',
    path: 'Properties.RequestValidatorId',
    is: present,
  },
  {
    title: 'API Gateway validates bodies',
    type: 'AWS::ApiGateway::RequestValidator',
    path: 'Properties.ValidateRequestBody',
    is: true,
    without: false,
  },
  {
    title: 'APIs log no bodies',
    type: 'AWS::ApiGateway::Stage',
    path: 'Properties.MethodSettings.0.DataTraceEnabled',
    is: false,
    without: true,
  },
  {
    title: 'every log group has a retention (trap 41)',
    type: 'AWS::Logs::LogGroup',
    path: 'Properties.RetentionInDays',
    is: 90,
  },
  {
    title: 'queues are encrypted',
    type: 'AWS::SQS::Queue',
    path: 'Properties.SqsManagedSseEnabled',
    is: true,
    without: false,
  },
]

/** Whether a function issues, uses or uploads links: it knows where the bucket of files is. */
const ofLinks = ({ Properties }: Resource) => valueAt(Properties, 'Environment.Variables.BUCKET_REGION') !== undefined

/** The rules of every template of a deployment with a distribution of its own, where all is ours. */
export const ownRules: readonly Rule[] = [
  {
    title: 'functions of links are created and changed after the table and the distribution of their stack',
    holds: template => {
      const tables = of(template, 'AWS::DynamoDB::GlobalTable').filter(({ id }) => id.includes('LinksTable'))
      const distributions = of(template, 'AWS::CloudFront::Distribution').filter(({ id }) => !id.includes('SendPage'))
      return of(template, 'AWS::Lambda::Function')
        .filter(ofLinks)
        .every(({ DependsOn = [] }) => [...tables, ...distributions].every(({ id }) => DependsOn.includes(id)))
    },
    break: unordered('AWS::Lambda::Function'),
  },
  {
    title: 'an api serves when all of its methods are there',
    holds: template =>
      of(template, 'AWS::ApiGateway::Deployment').every(({ Properties: { RestApiId }, DependsOn = [] }) =>
        of(template, 'AWS::ApiGateway::Method')
          .filter(method => isDeepStrictEqual(method.Properties['RestApiId'], RestApiId))
          .every(({ id }) => DependsOn.includes(id)),
      ),
    break: unordered('AWS::ApiGateway::Deployment'),
  },
  ...properties.map(ruleOf),
  {
    title: 'buckets deny requests without TLS',
    holds: template =>
      of(template, 'AWS::S3::Bucket').every(({ id }) =>
        of(template, 'AWS::S3::BucketPolicy').some(
          policy =>
            isDeepStrictEqual(policy.Properties['Bucket'], { Ref: id }) &&
            (valueAt(policy, statements) as Statement[]).some(deniesPlainText),
        ),
      ),
    break: template => of(template, 'AWS::S3::BucketPolicy').forEach(policy => putAt(policy, statements, [])),
  },
  // A request for `/` could list the keys of files if CloudFront might list the bucket.
  {
    title: 'CloudFront may read files and not list them',
    holds: template => of(template, 'AWS::S3::BucketPolicy').every(policy => onlyRead(valueAt(policy, statements))),
    break: template =>
      of(template, 'AWS::S3::BucketPolicy').forEach(policy => (valueAt(policy, statements) as object[]).push(list)),
  },
]

/** Returns which rules the templates of an app break. */
export function rulesBrokenBy(templates: Readonly<Record<string, Template>>, kept = rules): readonly string[] {
  return kept.filter(({ holds }) => !Object.values(templates).every(holds)).map(({ title }) => title)
}
