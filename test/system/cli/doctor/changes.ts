import { isEdgeFunction } from '../../../../cli/deployment/names.ts'
import { type Account, type Properties, type Stack, thingsOf } from '../../../support/cli/control-plane/account.ts'
import { start } from '../../../support/cli/control-plane/cloudformation/operations.ts'
import type { Variant } from '../../infra/synthesised.ts'

/** A change by hand. */
export type Change = (account: Account) => unknown

const properties = (account: Account, type: string, of: { region?: string; id?: string } = {}): Properties => {
  const found = thingsOf(account, type, of.region).find(({ id }) => of.id === undefined || id === of.id)
  if (found === undefined) throw new Error(`there is no ${type} ${JSON.stringify(of)}`)
  return found.properties
}
const config = (account: Account) =>
  properties(account, 'AWS::CloudFront::Distribution')['DistributionConfig'] as Properties & {
    DefaultCacheBehavior: Properties
    CacheBehaviors: Properties[]
  }
const replica = (account: Account, region: string) =>
  properties(account, 'AWS::DynamoDB::GlobalTable', { region, id: 'once-links' })['replica'] as Properties
/** Removes the things of a type; only those in a Region or with an id, if given. */
const without = (account: Account, type: string, of: { region?: string; id?: string } = {}) =>
  (account.things = account.things.filter(
    each =>
      each.type !== type ||
      (of.region !== undefined && each.region !== of.region) ||
      (of.id !== undefined && each.id !== of.id),
  ))
const methodSettings = (account: Account) =>
  (properties(account, 'AWS::ApiGateway::Stage')['MethodSettings'] as Properties[])[0] as Properties

const stackOf = (account: Account, name: string): Stack => {
  const found = account.stacks.find(stack => stack.name === name && stack.status !== 'DELETE_COMPLETE')
  if (found === undefined) throw new Error(`there is no stack ${name}`)
  return found
}
const deleteStack = (account: Account, name: string) => {
  const stack = stackOf(account, name)
  stack.terminationProtection = false
  start(account, stack, { operation: { kind: 'delete', retained: [] }, describes: 0 })
}
const edgeFunction = (account: Account): Properties => {
  const found = thingsOf(account, 'AWS::Lambda::Function').find(({ id }) => isEdgeFunction(id, 'once'))
  if (found === undefined) throw new Error('there is no edge function')
  return found.properties
}
/** Publishes another edge function by hand, and lets links call it. */
const callOther = (account: Account, change: Properties) => {
  const region = 'us-east-1'
  const id = 'once-edge-0badcafe'
  account.things.push(
    { type: 'AWS::Lambda::Function', region, id, properties: { ...edgeFunction(account), ...change } },
    { type: 'AWS::Lambda::Version', region, id: `arn:aws:lambda:${region}:1:function:${id}:1`, properties: {} },
  )
  const [association] = config(account).CacheBehaviors[0]!['LambdaFunctionAssociations'] as Properties[]
  association!['LambdaFunctionARN'] = `arn:aws:lambda:${region}:${account.id}:function:${id}:1`
}
const reader = (account: Account, functionName: string): Properties => {
  const mappings = thingsOf(account, 'AWS::Lambda::EventSourceMapping', 'us-east-1')
  const found = mappings.find(({ properties: mapping }) =>
    JSON.stringify(mapping['FunctionName']).includes(functionName),
  )
  if (found === undefined) throw new Error(`${functionName} reads nothing`)
  return found.properties
}
const watchRule = (account: Account): Properties => {
  const rules = thingsOf(account, 'AWS::Events::Rule', 'us-east-1')
  const found = rules.find(({ properties: rule }) => JSON.stringify(rule['Targets']).includes(':once-watch"'))
  if (found === undefined) throw new Error('there is no rule of the watch function')
  return found.properties
}
const currentKmsKey = (account: Account): Properties => {
  const { signing } = JSON.parse(String(properties(account, 'AWS::SecretsManager::Secret')['value'])) as {
    signing: { kmsKeyId: string }
  }
  return properties(account, 'AWS::KMS::ReplicaKey', { region: 'eu-west-1', id: signing.kmsKeyId })
}

/** Changes by hand, each with the check that must report it through the real adapters. */
export const changes: readonly (readonly [string, string, Change, Variant?])[] = [
  ['a stack was deleted', 'stacks', a => deleteStack(a, 'once-events-us-east-1')],
  ['a stack may be deleted', 'stack-protection', a => (stackOf(a, 'once-eu-west-1').terminationProtection = false)],
  [
    'the table of the first home Region is missing',
    'table-regions',
    a => without(a, 'AWS::DynamoDB::GlobalTable', { region: 'us-east-1', id: 'once-links' }),
    'starter',
  ],
  [
    'a replica is missing',
    'table-regions',
    a => without(a, 'AWS::DynamoDB::GlobalTable', { region: 'us-east-1', id: 'once-links' }),
  ],
  [
    'a table is not strongly consistent',
    'table-consistency',
    a => delete properties(a, 'AWS::DynamoDB::GlobalTable', { id: 'once-links' })['MultiRegionConsistency'],
    'strong',
  ],
  [
    'the witness is missing',
    'table-regions',
    a => delete properties(a, 'AWS::DynamoDB::GlobalTable', { id: 'once-links' })['GlobalTableWitnesses'],
    'witness',
  ],
  [
    'the index is missing',
    'table-index',
    a => delete properties(a, 'AWS::DynamoDB::GlobalTable', { id: 'once-links' })['GlobalSecondaryIndexes'],
  ],
  [
    'TTL is off',
    'expiry',
    a => delete properties(a, 'AWS::DynamoDB::GlobalTable', { id: 'once-links' })['TimeToLiveSpecification'],
  ],
  [
    'no schedule calls the sweeper',
    'expiry',
    a => thingsOf(a, 'AWS::Events::Rule', 'eu-west-1').forEach(each => (each.properties['State'] = 'DISABLED')),
    'strong',
  ],
  [
    'deletion protection is off',
    'table-protection',
    a => (replica(a, 'us-east-1')['DeletionProtectionEnabled'] = false),
  ],
  [
    'point-in-time recovery is off',
    'table-protection',
    a => delete replica(a, 'eu-west-1')['PointInTimeRecoverySpecification'],
  ],
  [
    'the policy of the first replica is missing',
    'table-writers',
    a => delete replica(a, 'eu-west-1')['ResourcePolicy'],
  ],
  [
    'the policy of another replica is missing',
    'table-writers',
    a => delete properties(a, 'AWS::DynamoDB::GlobalTable', { region: 'us-east-1', id: 'once-links' })['policy'],
  ],
  [
    'the replication of the secret failed',
    'secret-regions',
    a =>
      (properties(a, 'AWS::SecretsManager::Secret', { region: 'us-east-1' })['statuses'] = { 'eu-west-1': 'Failed' }),
  ],
  [
    'the secret is scheduled for deletion',
    'secret-regions',
    a => (properties(a, 'AWS::SecretsManager::Secret', { region: 'us-east-1' })['deletedAt'] = 1_790_000_000),
  ],
  [
    'rotation is off',
    'rotation',
    a => delete properties(a, 'AWS::SecretsManager::Secret', { region: 'us-east-1' })['rotation'],
  ],
  [
    'rotation is late',
    'rotation',
    a =>
      (properties(a, 'AWS::SecretsManager::Secret', { region: 'us-east-1' })['rotatedAt'] =
        Date.UTC(2026, 8, 1) / 1000),
  ],
  ['the signing key is too old', 'key-age', a => (properties(a, 'public key')['createdAt'] = '2026-09-01T00:00:00Z')],
  ['the signing key is not in the key group', 'key-group', a => (properties(a, 'key group')['keyIds'] = ['KOTHER'])],
  ['files trust another key group', 'key-group', a => (config(a).DefaultCacheBehavior['TrustedKeyGroups'] = ['OTHER'])],
  ['files trust an account', 'key-group', a => (config(a).DefaultCacheBehavior['TrustedSigners'] = ['self'])],
  ['a KMS key is disabled', 'signer', a => (currentKmsKey(a)['state'] = 'Disabled'), 'kms'],
  ['a KMS key is to be deleted', 'signer', a => (currentKmsKey(a)['state'] = 'PendingDeletion'), 'kms'],
  [
    'a table is not encrypted with a key of the customer',
    'encryption',
    a => delete replica(a, 'eu-west-1')['SSESpecification'],
    'customer',
  ],
  [
    'the key of the data is disabled',
    'encryption',
    a => thingsOf(a, 'AWS::KMS::Key', 'eu-west-1').forEach(each => (each.properties['state'] = 'Disabled')),
    'customer',
  ],
  ['the distribution is disabled', 'distribution', a => (config(a)['Enabled'] = false)],
  [
    'the distribution is being updated',
    'distribution',
    a => (properties(a, 'AWS::CloudFront::Distribution')['status'] = 'InProgress'),
  ],
  ['the alias is missing', 'distribution', a => delete config(a)['Aliases'], 'domain'],
  ['links need a signature', 'link-behaviour', a => (config(a).CacheBehaviors[0]!['TrustedKeyGroups'] = ['G'])],
  ['links have no function', 'link-behaviour', a => (config(a).CacheBehaviors[0]!['LambdaFunctionAssociations'] = [])],
  [
    'the function of links gets no bodies',
    'link-behaviour',
    a => {
      const [association] = config(a).CacheBehaviors[0]!['LambdaFunctionAssociations'] as Properties[]
      association!['IncludeBody'] = false
    },
  ],
  [
    'links call a version with an environment variable',
    'edge-function',
    a => callOther(a, { Environment: { Variables: { DEBUG: '1' } } }),
  ],
  ['links call a version that logs elsewhere', 'edge-function', a => callOther(a, { LoggingConfig: undefined })],
  ['files have no gate', 'gate', a => delete config(a).DefaultCacheBehavior['FunctionAssociations']],
  [
    'the gate of another deployment is in front of files',
    'gate',
    a =>
      (config(a).DefaultCacheBehavior['FunctionAssociations'] = [
        { EventType: 'viewer-request', FunctionARN: 'arn:aws:cloudfront::111122223333:function/once-eu-gate' },
      ]),
  ],
  [
    'error pages come from the bucket of files',
    'error-pages',
    a => (config(a).CacheBehaviors[1]!['TargetOriginId'] = config(a).DefaultCacheBehavior['TargetOriginId']),
  ],
  ['errors have no pages', 'error-pages', a => delete config(a)['CustomErrorResponses']],
  ['error pages replace the responses of links', 'answers', a => (a.viewers.link = { status: 404, mark: 'page' })],
  ['errors of files are not replaced', 'answers', a => (a.viewers.file.mark = undefined)],
  ['IPv6 is on', 'ipv6', a => (config(a)['IPV6Enabled'] = true)],
  [
    'HTTP is redirected',
    'https-only',
    a => (config(a).CacheBehaviors[0]!['ViewerProtocolPolicy'] = 'redirect-to-https'),
  ],
  [
    'an old TLS version is allowed',
    'tls',
    a => ((config(a)['ViewerCertificate'] as Properties)['MinimumProtocolVersion'] = 'TLSv1.1_2016'),
    'domain',
  ],
  ['HTTP/3 is on', 'http-version', a => (config(a)['HttpVersion'] = 'http2and3')],
  ['the distribution has no web ACL', 'web-acl', a => delete config(a)['WebACLId']],
  [
    'the web ACL keeps samples',
    'web-acl',
    a =>
      ((properties(a, 'AWS::WAFv2::WebACL', { region: 'us-east-1' })['VisibilityConfig'] as Properties)[
        'SampledRequestsEnabled'
      ] = true),
  ],
  [
    'a rule of the web ACL keeps samples',
    'web-acl',
    a =>
      ((
        (properties(a, 'AWS::WAFv2::WebACL', { region: 'us-east-1' })['Rules'] as Properties[])[0]![
          'VisibilityConfig'
        ] as Properties
      )['SampledRequestsEnabled'] = true),
  ],
  [
    'the web ACL logs requests',
    'web-acl',
    a => (properties(a, 'AWS::WAFv2::WebACL', { region: 'us-east-1' })['logs'] = true),
  ],
  [
    'Lambda runs few functions at once',
    'concurrency',
    a =>
      a.things.push({
        type: 'account settings',
        region: 'sa-east-1',
        id: 'lambda',
        properties: { ConcurrentExecutions: 10 },
      }),
  ],
  [
    'the host has no address',
    'host',
    a => (a.things = a.things.filter(({ properties }) => properties['Type'] !== 'A')),
    'domain',
  ],
  [
    'the host has no IPv6 address',
    'host',
    a => (a.things = a.things.filter(({ properties }) => properties['Type'] !== 'AAAA')),
    'domain',
  ],
  [
    'the access log holds paths',
    'access-logs',
    a => (properties(a, 'AWS::Logs::Delivery')['RecordFields'] as string[]).push('cs-uri-stem'),
  ],
  [
    'the access log no longer names links',
    'delivery-proof',
    a => (properties(a, 'AWS::Logs::Delivery')['RecordFields'] as string[]).splice(-1),
  ],
  ['the legacy access log is on', 'access-logs', a => (config(a)['Logging'] = { Bucket: 'b' })],
  ['there is a real-time log', 'access-logs', a => (config(a).DefaultCacheBehavior['RealtimeLogConfigArn'] = 'arn:x')],
  [
    'a log of the edge never expires',
    'log-retention',
    a => a.things.push({ type: 'AWS::Logs::LogGroup', region: 'sa-east-1', id: '/once/edge', properties: {} }),
  ],
  ['the watch function is missing', 'watch', a => without(a, 'AWS::Lambda::Function', { id: 'once-watch' })],
  ['nothing calls the watch function', 'watch', a => (watchRule(a)['State'] = 'DISABLED')],
  [
    'the bucket is public',
    'content-bucket',
    a => delete properties(a, 'AWS::S3::Bucket', { region: 'eu-west-1' })['PublicAccessBlockConfiguration'],
  ],
  [
    'the bucket keeps no versions',
    'content-bucket',
    a => delete properties(a, 'AWS::S3::Bucket', { region: 'eu-west-1' })['VersioningConfiguration'],
  ],
  [
    'the lifecycle deletes old versions before the longest link ends',
    'content-bucket',
    a => {
      const { Rules } = properties(a, 'AWS::S3::Bucket', { region: 'eu-west-1' })['LifecycleConfiguration'] as {
        Rules: Properties[]
      }
      Rules.push({ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 7 } })
    },
  ],
  ['the bucket has no policy', 'content-bucket', a => without(a, 'AWS::S3::BucketPolicy')],
  ['the bucket is missing', 'content-bucket', a => without(a, 'AWS::S3::Bucket', { region: 'eu-west-1' })],
  ['the api logs bodies', 'api', a => (methodSettings(a)['DataTraceEnabled'] = true)],
  ['the api is not throttled', 'api', a => delete methodSettings(a)['ThrottlingRateLimit']],
  [
    'the api is public',
    'api',
    a => ((properties(a, 'AWS::ApiGateway::RestApi')['EndpointConfiguration'] as Properties)['Types'] = ['REGIONAL']),
    'private',
  ],
  ['the role is missing', 'url-life', a => without(a, 'AWS::IAM::Role', { id: 'once-exchange-eu-west-1' })],
  ['the bus is missing', 'events', a => without(a, 'AWS::Events::EventBus')],
  ['no function reads the stream', 'events', a => (reader(a, 'once-events')['state'] = 'Disabled')],
  ['an alarm is missing', 'alarms', a => without(a, 'AWS::CloudWatch::Alarm', { id: 'once-edge-throttled' })],
  ['the dashboard is missing', 'dashboard', a => without(a, 'AWS::CloudWatch::Dashboard')],
  [
    'an alarm is in state ALARM',
    'alarms',
    a => (properties(a, 'AWS::CloudWatch::Alarm', { id: 'once-edge-throttled' })['state'] = 'ALARM'),
  ],
]
