import { isDeepStrictEqual } from 'node:util'
import { loggedFields } from '../../infra/constructs/access-logs.ts'
import { type Resource, type Templates, resourcesOf, type Variant, valueAt } from './synthesised.ts'

/** One thing that every template of a kind must have. */
export interface Guard {
  /** What must be so, in words. */
  readonly says: string
  readonly in: Variant
  readonly type: string
  /** Only in stacks whose names hold this. */
  readonly stack?: string
  /** Only resources whose id matches. */
  readonly id?: RegExp
  readonly path: string
  /** What must stand there, or what must be true of it. */
  readonly is: unknown
  /** What stands there when the guard is taken away; undefined is nothing. */
  readonly without?: unknown
}

/** The resources that a guard is about. */
export function subjectsOf({ type, stack, id = /./ }: Guard, templates: Templates): readonly Resource[] {
  return resourcesOf(templates, type, stack).filter(resource => id.test(resource.id))
}

/** Whether the guard holds: there is something it is about, and it is so for all of that. */
export function holds(guard: Guard, templates: Templates): boolean {
  const subjects = subjectsOf(guard, templates)
  return subjects.length > 0 && subjects.every(subject => isAsSaid(valueAt(subject, guard.path), guard.is))
}

function isAsSaid(value: unknown, is: unknown): boolean {
  return typeof is === 'function' ? (is as (value: unknown) => boolean)(value) : isDeepStrictEqual(value, is)
}

const absent = (value: unknown) => value === undefined
const present = (value: unknown) => value !== undefined && value !== ''
const contains = (part: string) => (value: unknown) => JSON.stringify(value ?? '').includes(part)
const atMost = (most: number) => (value: unknown) => typeof value === 'number' && value <= most
const not = (is: (value: unknown) => boolean) => (value: unknown) => !is(value)
const every = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is)
const one = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.some(is)
const entry = (path: string, is: unknown) => (value: unknown) => isAsSaid(valueAt(value as object, path), is)
const both = (a: (value: unknown) => boolean, b: (value: unknown) => boolean) => (value: unknown) =>
  a(value) && b(value)

const table = { type: 'AWS::DynamoDB::GlobalTable', stack: '-data' } as const
const tableGuards: readonly Guard[] = [
  {
    says: 'in mode home what is over goes by TTL',
    ...{ ...table, in: 'home', path: 'Properties.TimeToLiveSpecification' },
    is: { AttributeName: 'purgeAt', Enabled: true },
  },
  {
    says: 'in mode strong there is no TTL, which AWS refuses there and no tool does (trap 2)',
    ...{ ...table, in: 'strong', path: 'Properties.TimeToLiveSpecification', is: absent, without: { Enabled: true } },
  },
  {
    says: 'in mode strong there is no local index, which AWS refuses there (trap 2)',
    ...{ ...table, in: 'strong', path: 'Properties.LocalSecondaryIndexes', is: absent, without: [{}] },
  },
  {
    says: 'mode strong is strong (trap 1)',
    ...{ ...table, in: 'strong', path: 'Properties.MultiRegionConsistency', is: 'STRONG', without: 'EVENTUAL' },
  },
  {
    says: 'in mode strong there are three members (trap 3)',
    ...{ ...table, in: 'strong', path: 'Properties.Replicas' },
    is: (all: unknown) => (all as unknown[]).length === 3,
    without: [{}, {}],
  },
  {
    says: 'a witness is a member',
    ...{ ...table, in: 'witness', path: 'Properties.GlobalTableWitnesses', is: [{ Region: 'us-west-2' }] },
  },
  {
    says: 'with a witness there are two replicas',
    ...{ ...table, in: 'witness', path: 'Properties.Replicas' },
    is: (all: unknown) => (all as unknown[]).length === 2,
    without: [{}],
  },
  {
    says: 'every replica is encrypted with a key of ours',
    ...{
      ...table,
      in: 'home',
      path: 'Properties.Replicas',
      is: every(entry('SSESpecification.KMSMasterKeyId', present)),
    },
    without: [{}],
  },
  {
    says: 'no replica can be deleted',
    ...{ ...table, in: 'home', path: 'Properties.Replicas', is: every(entry('DeletionProtectionEnabled', true)) },
    without: [{ DeletionProtectionEnabled: false }],
  },
  {
    says: 'every replica can be restored to any second of 35 days',
    ...{ ...table, in: 'home', path: 'Properties.Replicas' },
    is: every(entry('PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled', true)),
    without: [{}],
  },
  {
    says: 'the first replica refuses writers that are not ours',
    ...{ ...table, in: 'home', path: 'Properties.Replicas' },
    is: one(both(contains('"Deny"'), both(contains('aws:PrincipalArn'), contains(':role/once-edge')))),
    without: [{}],
  },
  {
    says: 'every other replica refuses writers that are not ours',
    ...{ type: 'Custom::AWS', stack: '-data', id: /Policy/, in: 'home', path: 'Properties.Create' },
    is: both(contains('PutResourcePolicy'), both(contains('Deny'), contains(':role/once-edge'))),
  },
  {
    says: 'the stream has what an item was and what it is',
    ...{ ...table, in: 'home', path: 'Properties.StreamSpecification.StreamViewType', is: 'NEW_AND_OLD_IMAGES' },
  },
  {
    says: 'in mode strong a schedule sweeps',
    ...{
      type: 'AWS::Events::Rule',
      stack: '-data',
      in: 'strong',
      path: 'Properties',
      is: both(entry('ScheduleExpression', 'rate(1 day)'), entry('State', 'ENABLED')),
    },
    without: { ScheduleExpression: 'rate(1 day)', State: 'DISABLED' },
  },
]

const bucket = { type: 'AWS::S3::Bucket', stack: '-data', in: 'home' } as const
const bucketPolicy = { type: 'AWS::S3::BucketPolicy', stack: '-data', in: 'home' } as const
const statements = 'Properties.PolicyDocument.Statement'
const bucketGuards: readonly Guard[] = [
  {
    says: 'files are encrypted with a key of ours, by bucket keys',
    ...{ ...bucket, path: 'Properties.BucketEncryption.ServerSideEncryptionConfiguration.0' },
    is: both(entry('BucketKeyEnabled', true), entry('ServerSideEncryptionByDefault.SSEAlgorithm', 'aws:kms')),
    without: { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
  },
  { says: 'files have versions', ...{ ...bucket, path: 'Properties.VersioningConfiguration.Status', is: 'Enabled' } },
  ...['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].map(name => ({
    says: `the bucket is not public: ${name}`,
    ...{ ...bucket, path: `Properties.PublicAccessBlockConfiguration.${name}`, is: true, without: false },
  })),
  {
    says: 'access control lists are off, which OAC needs',
    ...{ ...bucket, path: 'Properties.OwnershipControls.Rules.0.ObjectOwnership', is: 'BucketOwnerEnforced' },
  },
  {
    says: 'the bucket refuses what comes without TLS',
    ...{
      ...bucketPolicy,
      path: statements,
      is: one(both(entry('Effect', 'Deny'), contains('aws:SecureTransport'))),
      without: [],
    },
  },
  {
    says: 'one distribution may read the bucket, and no other of the account',
    ...{ ...bucketPolicy, path: statements, without: [] },
    is: one(
      both(
        both(entry('Action', 's3:GetObject'), contains('cloudfront.amazonaws.com')),
        oneDistribution('AWS:SourceArn'),
      ),
    ),
  },
  {
    says: "one distribution may use the bucket's key (trap 50)",
    ...{ type: 'AWS::KMS::Key', stack: '-data', in: 'home', path: 'Properties.KeyPolicy.Statement', without: [] },
    is: (all: unknown) =>
      (all as object[]).filter(contains('cloudfront.amazonaws.com')).every(oneDistribution('AWS:SourceArn')) &&
      (all as object[]).some(contains('cloudfront.amazonaws.com')),
  },
  {
    says: 'files that can be made again go to one zone, after the 30 days that S3 bills anyway',
    ...{ type: 'AWS::S3::Bucket', stack: '-data', in: 'one', path: 'Properties.LifecycleConfiguration.Rules' },
    is: one(entry('Transitions', [{ StorageClass: 'ONEZONE_IA', TransitionInDays: 30 }])),
    without: [],
  },
  {
    says: 'all others stay in three',
    ...{
      ...bucket,
      path: 'Properties.LifecycleConfiguration.Rules',
      is: not(contains('ONEZONE_IA')),
      without: [{ Transitions: [{ StorageClass: 'ONEZONE_IA' }] }],
    },
  },
  {
    says: 'keys of ours turn themselves over',
    ...{ type: 'AWS::KMS::Key', in: 'home', path: 'Properties.EnableKeyRotation', is: true },
  },
  {
    says: 'a key of a service is used through that service only',
    ...{
      type: 'AWS::KMS::Key',
      stack: '-region-',
      in: 'home',
      path: 'Properties.KeyPolicy.Statement',
      without: [{ Sid: 'UseThroughTheService' }],
    },
    is: (all: unknown) =>
      (all as object[]).filter(entry('Sid', 'UseThroughTheService')).every(contains('kms:ViaService')),
  },
]

/** A condition that names one distribution by its id, not a pattern. */
function oneDistribution(key: string): (statement: unknown) => boolean {
  return statement => {
    const arn = JSON.stringify(valueAt(statement as object, 'Condition.StringEquals') ?? {})
    return (
      arn.includes(key) &&
      arn.includes(':distribution/') &&
      !arn.includes('distribution/*') &&
      arn.includes('GetStackOutput')
    )
  }
}

const distribution = { type: 'AWS::CloudFront::Distribution', stack: '-edge', in: 'home' } as const
const config = 'Properties.DistributionConfig'
const links = `${config}.CacheBehaviors.0`
const content = `${config}.DefaultCacheBehavior`
const distributionGuards: readonly Guard[] = [
  {
    says: 'links have a behaviour of their own, before all others (trap 37)',
    ...{ ...distribution, path: `${links}.PathPattern`, is: '/d/*', without: '/D/*' },
  },
  {
    says: 'links take no signature (trap 37)',
    ...{ ...distribution, path: `${links}.TrustedKeyGroups`, is: absent, without: ['K'] },
  },
  {
    says: 'files take a signature by our key group alone (traps 32, 37)',
    ...{
      ...distribution,
      path: `${content}.TrustedKeyGroups`,
      is: [{ 'Fn::GetAtt': ['KeysFirst6C18F99B', 'KeyGroupId'] }],
    },
  },
  {
    says: 'no account signs for files',
    ...{ ...distribution, path: `${content}.TrustedSigners`, is: absent, without: ['self'] },
  },
  {
    says: 'no other behaviour opens files (trap 37)',
    ...{
      ...distribution,
      path: `${config}.CacheBehaviors`,
      is: (all: unknown) => (all as unknown[]).length === 1,
      without: [{ PathPattern: '/d/*' }, { PathPattern: '/pub/*' }],
    },
  },
  {
    says: 'files are asked for by GET and HEAD: OPTIONS needs no signature (trap 39)',
    ...{ ...distribution, path: `${content}.AllowedMethods`, is: ['GET', 'HEAD'], without: ['GET', 'HEAD', 'OPTIONS'] },
  },
  ...[links, content].map(behaviour => ({
    says: `nothing goes over HTTP, not even a redirect (trap 20): ${behaviour === links ? 'links' : 'files'}`,
    ...{ ...distribution, path: `${behaviour}.ViewerProtocolPolicy`, is: 'https-only', without: 'redirect-to-https' },
  })),
  { says: 'IPv6 is off (trap 22)', ...{ ...distribution, path: `${config}.IPV6Enabled`, is: false, without: true } },
  {
    says: 'HTTP/3 is off where links bind an address (trap 24)',
    ...{ ...distribution, path: `${config}.HttpVersion`, is: 'http2', without: 'http2and3' },
  },
  {
    says: 'HTTP/3 is on where they do not',
    ...{ ...distribution, in: 'one' as const, path: `${config}.HttpVersion`, is: 'http2and3' },
  },
  {
    says: 'TLS is 1.2 or newer on a domain of its own',
    ...{
      ...distribution,
      in: 'domain' as const,
      path: `${config}.ViewerCertificate.MinimumProtocolVersion`,
      is: 'TLSv1.2_2021',
      without: 'TLSv1',
    },
  },
  { says: 'a firewall stands before it', ...{ ...distribution, path: `${config}.WebACLId`, is: present } },
  {
    says: 'the function sees the request as the viewer sends it, without its body (trap 21)',
    ...{ ...distribution, path: `${links}.LambdaFunctionAssociations`, without: [] },
    is: (all: unknown) =>
      (all as object[]).length === 1 &&
      entry('0.EventType', 'viewer-request')(all) &&
      entry('0.IncludeBody', false)(all),
  },
  {
    says: 'the function is one numbered version (trap 53)',
    ...{
      ...distribution,
      path: `${links}.LambdaFunctionAssociations.0.LambdaFunctionARN`,
      is: contains('CurrentVersion'),
      without: { 'Fn::GetAtt': ['EdgeFunction28BC278A', 'Arn'] },
    },
  },
  {
    says: 'links are not cached',
    ...{ ...distribution, path: `${links}.CachePolicyId`, is: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad' },
  },
  {
    says: 'behind the function lies no content (trap 38)',
    ...{
      ...distribution,
      path: config,
      without: { CacheBehaviors: [{ TargetOriginId: 'x' }], Origins: [{ Id: 'x' }] },
    },
    is: (value: unknown) => {
      const { CacheBehaviors, Origins } = value as {
        CacheBehaviors: { TargetOriginId: string }[]
        Origins: { Id: string; OriginPath?: string }[]
      }
      return (
        Origins.find(({ Id }) => Id === CacheBehaviors[0]?.TargetOriginId)?.OriginPath === '/-no-content-behind-links'
      )
    },
  },
  {
    says: 'every origin is asked with OAC',
    ...{
      ...distribution,
      path: `${config}.Origins`,
      is: every(entry('OriginAccessControlId', present)),
      without: [{}],
    },
  },
  {
    says: 'OAC signs always',
    ...{
      type: 'AWS::CloudFront::OriginAccessControl',
      in: 'home',
      path: 'Properties.OriginAccessControlConfig.SigningBehavior',
      is: 'always',
      without: 'no-override',
    },
  },
  {
    says: 'there is no log of the first version, which holds nonces (trap 40)',
    ...{ ...distribution, path: `${config}.Logging`, is: absent, without: { Bucket: 'b' } },
  },
  {
    says: 'a name for the file reaches S3 and is part of the cache key (trap 31)',
    ...{
      type: 'AWS::CloudFront::CachePolicy',
      in: 'home',
      path: 'Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig',
    },
    is: { QueryStringBehavior: 'whitelist', QueryStrings: ['response-content-disposition'] },
    without: { QueryStringBehavior: 'none' },
  },
]

const headers = { type: 'AWS::CloudFront::ResponseHeadersPolicy', in: 'home' } as const
const policy = 'Properties.ResponseHeadersPolicyConfig'
const custom = (header: string, value: string) => ({
  ...{ ...headers, path: `${policy}.CustomHeadersConfig.Items`, without: [] },
  is: one(both(entry('Header', header), entry('Value', value))),
})
const headerGuards: readonly Guard[] = [
  {
    says: 'files go out with these headers',
    ...{ ...distribution, path: `${content}.ResponseHeadersPolicyId`, is: present },
  },
  { says: 'files are kept by nobody', ...custom('cache-control', 'private, no-store') },
  { says: 'files are saved, not shown', ...custom('content-disposition', 'attachment') },
  { says: 'files are no part of other sites', ...custom('cross-origin-resource-policy', 'same-origin') },
  {
    says: 'files are not sniffed',
    ...{ ...headers, path: `${policy}.SecurityHeadersConfig.ContentTypeOptions`, is: { Override: true } },
  },
  {
    says: 'files run nothing',
    ...{
      ...headers,
      path: `${policy}.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy`,
      is: "sandbox; default-src 'none'",
    },
  },
  {
    says: 'files come over TLS from then on',
    ...{
      ...headers,
      path: `${policy}.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec`,
      is: 63_072_000,
    },
  },
  {
    says: 'links tell nobody where they led',
    ...{ ...headers, path: `${policy}.SecurityHeadersConfig.ReferrerPolicy.ReferrerPolicy`, is: 'no-referrer' },
  },
]

const acl = { type: 'AWS::WAFv2::WebACL', stack: '-edge', in: 'home' } as const
const rate = 'Properties.Rules.0.Statement.RateBasedStatement'
const firewallGuards: readonly Guard[] = [
  { says: 'an address that asks too often is blocked', ...{ ...acl, path: `${rate}.Limit`, is: atMost(1_000_000) } },
  {
    says: 'blocked it is, not counted',
    ...{ ...acl, path: 'Properties.Rules.0.Action', is: { Block: {} }, without: { Count: {} } },
  },
  {
    says: 'what counts is links',
    ...{ ...acl, path: `${rate}.ScopeDownStatement.ByteMatchStatement.SearchString`, is: '/d/' },
  },
  {
    says: 'the firewall keeps no samples, which hold nonces',
    ...{ ...acl, path: 'Properties.VisibilityConfig.SampledRequestsEnabled', is: false, without: true },
  },
  {
    says: 'nor do its rules',
    ...{
      ...acl,
      path: 'Properties.Rules',
      is: every(entry('VisibilityConfig.SampledRequestsEnabled', false)),
      without: [{ VisibilityConfig: { SampledRequestsEnabled: true } }],
    },
  },
  { says: "it is CloudFront's", ...{ ...acl, path: 'Properties.Scope', is: 'CLOUDFRONT', without: 'REGIONAL' } },
  {
    says: "the api's firewall keeps none either",
    ...{
      type: 'AWS::WAFv2::WebACL',
      stack: '-api-',
      in: 'home',
      path: 'Properties.VisibilityConfig.SampledRequestsEnabled',
      is: false,
      without: true,
    },
  },
  {
    says: "the api's firewall stands before its stage",
    ...{
      type: 'AWS::WAFv2::WebACLAssociation',
      stack: '-api-',
      in: 'home',
      path: 'Properties.ResourceArn',
      is: contains('stages'),
    },
  },
]

const secretFields = /uri|query|referer|cookie|c-ip|x-forwarded-for|user-agent|host/i
const logGuards: readonly Guard[] = [
  {
    says: 'access logs hold no path, query, referrer, cookie or address (trap 40)',
    ...{
      type: 'AWS::Logs::Delivery',
      in: 'home',
      path: 'Properties.RecordFields',
      without: [...loggedFields, 'cs-uri-stem'],
    },
    is: every(field => !secretFields.test(String(field))),
  },
  {
    says: 'access logs are those of the distribution',
    ...{ type: 'AWS::Logs::DeliverySource', in: 'home', path: 'Properties.LogType', is: 'ACCESS_LOGS' },
  },
  {
    says: 'access logs are kept so long and not longer',
    ...{
      type: 'AWS::S3::Bucket',
      stack: '-edge',
      in: 'home',
      path: 'Properties.LifecycleConfiguration.Rules.0.ExpirationInDays',
      is: 90,
    },
  },
  {
    says: 'no log is kept for ever (trap 41)',
    ...{ type: 'AWS::Logs::LogGroup', in: 'home', path: 'Properties.RetentionInDays', is: 90 },
  },
  {
    says: 'the log of the edge is there in every Region in which it runs (trap 41)',
    ...{
      type: 'AWS::Logs::LogGroup',
      stack: '-region-',
      id: /EdgeLogs/,
      in: 'home',
      path: 'Properties.LogGroupName',
      is: '/once/edge',
    },
  },
  {
    says: 'each use of a used link is told, in every Region',
    ...{
      type: 'AWS::Logs::SubscriptionFilter',
      stack: '-region-',
      in: 'home',
      path: 'Properties.FilterPattern',
      is: '{ ($.outcome = "refused") && ($.reason = "spent") }',
    },
  },
]

const edge = { type: 'AWS::Lambda::Function', stack: '-edge', id: /^EdgeFunction/, in: 'home' } as const
const edgeGuards: readonly Guard[] = [
  ...[
    ['runs Node.js 24 (trap 47)', 'Runtime', 'nodejs24.x', 'nodejs22.x'],
    ['is x86_64 (trap 49)', 'Architectures', ['x86_64'], ['arm64']],
    ['has no environment variables (trap 46)', 'Environment', absent, { Variables: { A: 'b' } }],
    ['is in no VPC', 'VpcConfig', absent, {}],
    ['has no layers', 'Layers', absent, ['l']],
    ['has no dead-letter queue', 'DeadLetterConfig', absent, {}],
    ['is not traced', 'TracingConfig', absent, { Mode: 'Active' }],
    ['has no key for its code', 'KmsKeyArn', absent, 'k'],
    ['has no container', 'PackageType', absent, 'Image'],
    ['has no room of its own on disk', 'EphemeralStorage', absent, { Size: 1024 }],
    ['reserves no concurrency', 'ReservedConcurrentExecutions', absent, 5],
    ['takes 5 s at most (trap 49)', 'Timeout', atMost(5), 30],
    ['has 128 MB, which always was allowed (trap 49)', 'MemorySize', 128, 512],
    [
      'logs to the group that is called the same everywhere (trap 41)',
      'LoggingConfig.LogGroup',
      '/once/edge',
      undefined,
    ],
  ].map(([says, name, is, without]) => ({
    says: `the edge function ${String(says)}`,
    ...edge,
    path: `Properties.${String(name)}`,
    is,
    without,
  })),
  {
    says: 'CloudFront may run it',
    ...{
      type: 'AWS::IAM::Role',
      stack: '-edge',
      id: /^EdgeRole/,
      in: 'home',
      path: 'Properties.AssumeRolePolicyDocument',
      is: contains('edgelambda.amazonaws.com'),
      without: {},
    },
  },
  {
    says: 'a version is kept until CloudFront has let go of it (trap 43)',
    ...{
      type: 'AWS::Lambda::Version',
      stack: '-edge',
      in: 'home',
      path: 'DeletionPolicy',
      is: 'Retain',
      without: 'Delete',
    },
  },
]

const secret = { type: 'AWS::SecretsManager::Secret', stack: '-edge', in: 'home' } as const
const keyGuards: readonly Guard[] = [
  { says: 'the secret is encrypted with a key of ours', ...{ ...secret, path: 'Properties.KmsKeyId', is: present } },
  {
    says: 'the secret is in all 13 Regions in which the edge runs, each copy under a key of ours',
    ...{ ...secret, path: 'Properties.ReplicaRegions', without: [{}] },
    is: (all: unknown) => (all as unknown[]).length === 12 && every(entry('KmsKeyId', present))(all),
  },
  { says: 'no key stands in a template', ...{ ...secret, path: 'Properties.SecretString', is: absent, without: '{}' } },
  {
    says: 'keys rotate by themselves',
    ...{
      type: 'AWS::SecretsManager::RotationSchedule',
      in: 'home',
      path: 'Properties.RotationRules.ScheduleExpression',
      is: 'rate(30 days)',
    },
  },
  {
    says: 'the first keys are not rotated away while they are made',
    ...{
      type: 'AWS::SecretsManager::RotationSchedule',
      in: 'home',
      path: 'Properties.RotateImmediatelyOnUpdate',
      is: false,
      without: true,
    },
  },
  {
    says: 'keys are retired every day',
    ...{
      type: 'AWS::Events::Rule',
      stack: '-edge',
      in: 'home',
      path: 'Properties.State',
      is: 'ENABLED',
      without: 'DISABLED',
    },
  },
  {
    says: 'a key that signs in KMS is the same in all Regions (trap 35)',
    ...{ type: 'AWS::KMS::Key', stack: '-signer', in: 'kms', path: 'Properties.MultiRegion', is: true },
  },
  {
    says: 'it signs, and encrypts nothing',
    ...{ type: 'AWS::KMS::Key', stack: '-signer', in: 'kms', path: 'Properties.KeyUsage', is: 'SIGN_VERIFY' },
  },
  {
    says: 'it is of a kind that CloudFront knows',
    ...{
      type: 'AWS::KMS::Key',
      stack: '-signer',
      in: 'kms',
      path: 'Properties.KeySpec',
      is: 'ECC_NIST_P256',
      without: 'ECC_NIST_P384',
    },
  },
  {
    says: 'every Region has a copy of it',
    ...{ type: 'AWS::KMS::ReplicaKey', stack: '-region-', in: 'kms', path: 'Properties.PrimaryKeyArn', is: present },
  },
]

const method = { type: 'AWS::ApiGateway::Method', stack: '-api-', in: 'home' } as const
const stage = { type: 'AWS::ApiGateway::Stage', stack: '-api-', in: 'home' } as const
const apiGuards: readonly Guard[] = [
  {
    says: 'every method takes an IAM signature',
    ...{ ...method, path: 'Properties.AuthorizationType', is: 'AWS_IAM', without: 'NONE' },
  },
  { says: 'every request is looked at first', ...{ ...method, path: 'Properties.RequestValidatorId', is: present } },
  {
    says: 'bodies have a shape',
    ...{ ...method, id: /POST/, path: 'Properties.RequestModels', is: contains('application/json') },
  },
  {
    says: 'bodies are validated',
    ...{
      type: 'AWS::ApiGateway::RequestValidator',
      in: 'home',
      path: 'Properties.ValidateRequestBody',
      is: true,
      without: false,
    },
  },
  { says: 'an issuer is throttled', ...{ ...stage, path: 'Properties.MethodSettings.0.ThrottlingRateLimit', is: 100 } },
  { says: 'a burst is throttled', ...{ ...stage, path: 'Properties.MethodSettings.0.ThrottlingBurstLimit', is: 200 } },
  {
    says: 'there is a usage plan',
    ...{
      type: 'AWS::ApiGateway::UsagePlan',
      in: 'home',
      path: 'Properties.Throttle',
      is: { BurstLimit: 200, RateLimit: 100 },
    },
  },
  {
    says: 'no body is logged',
    ...{ ...stage, path: 'Properties.MethodSettings.0.DataTraceEnabled', is: false, without: true },
  },
  {
    says: 'who called what is logged',
    ...{ ...stage, path: 'Properties.AccessLogSetting.DestinationArn', is: present },
  },
  {
    says: 'and nothing that is secret',
    ...{
      ...stage,
      path: 'Properties.AccessLogSetting.Format',
      is: (format: unknown) =>
        present(format) && !/\$context\.(path|authorizer)\b|requestBody|\$input|sourceIp/.test(String(format)),
      without: '$context.path',
    },
  },
  {
    says: 'an answer by Idempotency-Key is forgotten',
    ...{
      type: 'AWS::DynamoDB::GlobalTable',
      stack: '-api-',
      in: 'home',
      path: 'Properties.TimeToLiveSpecification.AttributeName',
      is: 'expiresAt',
    },
  },
]

const vpc = { stack: '-api-', in: 'private' } as const
const doors = ['secretsmanager', 'kms', 'execute-api']
const privateGuards: readonly Guard[] = [
  {
    says: 'a private api is private',
    ...{
      ...vpc,
      type: 'AWS::ApiGateway::RestApi',
      path: 'Properties.EndpointConfiguration.Types',
      is: ['PRIVATE'],
      without: ['REGIONAL'],
    },
  },
  {
    says: 'a private api denies whoever does not come through the endpoint',
    ...{ ...vpc, type: 'AWS::ApiGateway::RestApi', path: 'Properties.Policy.Statement' },
    is: one(
      both(
        both(entry('Effect', 'Deny'), entry('Principal.AWS', '*')),
        entry('Condition.StringNotEquals.aws:SourceVpce', present),
      ),
    ),
    without: [],
  },
  {
    says: 'its functions are in the VPC',
    ...{
      ...vpc,
      type: 'AWS::Lambda::Function',
      id: /^(links|exchange)/,
      path: 'Properties.VpcConfig.SubnetIds',
      is: present,
    },
  },
  {
    says: 'its subnets are private',
    ...{ ...vpc, type: 'AWS::EC2::Subnet', path: 'Properties.MapPublicIpOnLaunch', is: false, without: true },
  },
  {
    says: 'functions send HTTPS and nothing else',
    ...{
      ...vpc,
      type: 'AWS::EC2::SecurityGroup',
      id: /Functions/,
      path: 'Properties.SecurityGroupEgress',
      without: [{ IpProtocol: '-1' }],
    },
    is: (rules: unknown) =>
      (rules as object[]).length === 1 && entry('0.FromPort', 443)(rules) && entry('0.ToPort', 443)(rules),
  },
  {
    says: 'nothing comes in to functions',
    ...{
      ...vpc,
      type: 'AWS::EC2::SecurityGroup',
      id: /Functions/,
      path: 'Properties.SecurityGroupIngress',
      is: absent,
      without: [{}],
    },
  },
  ...['dynamodb', 's3'].map(service => ({
    says: `the way to ${service} is a gateway endpoint that leads to what is ours`,
    ...{
      ...vpc,
      type: 'AWS::EC2::VPCEndpoint',
      id: new RegExp(service === 's3' ? 'NetworkS3' : 'NetworkDynamoDb'),
      path: 'Properties',
    },
    is: both(both(entry('VpcEndpointType', 'Gateway'), contains(`.${service}`)), contains('once-')),
    without: { VpcEndpointType: 'Gateway', ServiceName: `com.amazonaws.eu-west-1.${service}` },
  })),
  ...doors.map(service => ({
    says: `${service} is reached by an interface endpoint`,
    ...{
      ...vpc,
      type: 'AWS::EC2::VPCEndpoint',
      id: new RegExp({ secretsmanager: 'SecretsManager', kms: 'Kms', 'execute-api': 'Api' }[service] ?? ''),
      path: 'Properties',
    },
    is: both(entry('VpcEndpointType', 'Interface'), both(contains(service), entry('PrivateDnsEnabled', true))),
    without: { VpcEndpointType: 'Interface', ServiceName: service, PrivateDnsEnabled: false },
  })),
]

const alarmNamed = (name: string, stack: string) => ({
  ...{ says: `there is an alarm: ${name}`, type: 'AWS::CloudWatch::Alarm', stack, in: 'home' as const },
  ...{ id: alarmIds[name] as RegExp, path: 'Properties.AlarmName', is: name },
})
const alarmIds: Readonly<Record<string, RegExp>> = {
  'once-outcome-unknown': /Unknown/,
  'once-used-links-refused': /Used/,
  'once-edge-throttled': /Throttled/,
  'once-distribution-5xx': /Errors/,
  'once-signing-key-old': /KeyAge/,
  'once-api-5xx': /Errors/,
}
const watchGuards: readonly Guard[] = [
  ...['once-outcome-unknown', 'once-used-links-refused', 'once-edge-throttled'].map(name =>
    alarmNamed(name, '-region-'),
  ),
  ...['once-distribution-5xx', 'once-signing-key-old'].map(name => alarmNamed(name, '-edge')),
  alarmNamed('once-api-5xx', '-api-'),
  {
    says: 'alarms of every Region reach the bus',
    ...{
      type: 'AWS::Events::Rule',
      stack: '-region-us-west-1',
      in: 'home',
      path: 'Properties.Targets.0.Arn',
      is: contains('event-bus/once'),
    },
  },
  {
    says: 'there is one dashboard',
    ...{ type: 'AWS::CloudWatch::Dashboard', in: 'home', path: 'Properties.DashboardName', is: 'once' },
  },
  {
    says: 'alarms are mailed',
    ...{ type: 'AWS::SNS::Subscription', in: 'one', path: 'Properties.Endpoint', is: 'ops@example.com' },
  },
  { says: 'there is a bus', ...{ type: 'AWS::Events::EventBus', in: 'home', path: 'Properties.Name', is: 'once' } },
  {
    says: 'the stream is read from where it begins',
    ...{ type: 'AWS::Lambda::EventSourceMapping', in: 'home', path: 'Properties.StartingPosition', is: 'TRIM_HORIZON' },
  },
  {
    says: 'what was told is not told again when the rest fails',
    ...{
      type: 'AWS::Lambda::EventSourceMapping',
      in: 'home',
      path: 'Properties.FunctionResponseTypes',
      is: ['ReportBatchItemFailures'],
    },
  },
  {
    says: 'in mode home a Region tells of its own links, though its stream carries all',
    ...{ type: 'AWS::Lambda::EventSourceMapping', stack: '-us-east-1', in: 'home' },
    path: 'Properties.FilterCriteria.Filters.0.Pattern',
    is: '{"dynamodb":{"OldImage":{"homeRegion":{"S":["us-east-1"]}}}}',
  },
  {
    says: 'what could not be told is kept',
    ...{
      type: 'AWS::Lambda::EventSourceMapping',
      in: 'home',
      path: 'Properties.DestinationConfig.OnFailure.Destination',
      is: present,
    },
  },
]

/** Every guard of the templates. */
export const guards: readonly Guard[] = [
  ...tableGuards,
  ...bucketGuards,
  ...distributionGuards,
  ...headerGuards,
  ...firewallGuards,
  ...logGuards,
  ...edgeGuards,
  ...keyGuards,
  ...apiGuards,
  ...privateGuards,
  ...watchGuards,
]
