import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../../cli/deployment/doctor/check.ts'
import { distributionHost } from '../../support/cli/control-plane/rest-xml-cloudfront.ts'
import { type Account, type Properties, thing, thingsOf } from '../../support/cli/control-plane/account.ts'
import { onAccount } from '../../support/cli/on-account.ts'
import { type Variant, variants } from '../infra/synthesised.ts'
import { privateWord } from '../../support/cli/control-plane/cloudformation/providers.ts'
import { accountWith, optionsFor } from './deployments.ts'

interface Report {
  readonly deployment: string
  readonly account: string
  readonly verdict: string
  readonly findings: readonly Finding[]
}

const writes = /\b(Create|Put|Update|Delete|Remove|Stop|Schedule|Abort|POST|PUT|DELETE)/

/** Runs the doctor on an account; resolves to its JSON report and its exit code. */
async function diagnose(account: Account, variant: Variant = 'home'): Promise<Report & { code: number }> {
  const command = await onAccount(account)
  const { code, said } = await command('doctor', '--json', ...optionsFor(variant))
  return { ...(JSON.parse(said) as Report), code }
}

describe('for a deployment as the CDK makes it, the doctor reports nothing, and it changes nothing', () => {
  test.each(Object.keys(variants) as Variant[])('%s', async variant => {
    const account = accountWith(variant)
    const before = structuredClone({ things: account.things, stacks: account.stacks })
    const { code, findings } = await diagnose(account, variant)
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect(code).toBe(0)
    expect({ things: account.things, stacks: account.stacks }).toEqual(before)
    expect(account.requests.filter(line => writes.test(line))).toEqual([])
    const host = variant === 'domain' ? 'files.example.com' : distributionHost
    const asViewer = account.requests.filter(line => line.startsWith('viewer '))
    expect(asViewer.toSorted()).toEqual([`viewer GET ${host}/d/doctor`, `viewer GET ${host}/doctor`])
  })
})

type Change = (account: Account) => unknown

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

/** Changes by hand, each with the check that must report it through the real adapters. */
const changes: readonly (readonly [string, string, Change, Variant?])[] = [
  ['a stack is missing', 'stacks', a => a.stacks.splice(0, 1)],
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
  ['the policy of a replica is missing', 'table-writers', a => delete replica(a, 'eu-west-1')['ResourcePolicy']],
  [
    'the replication of the secret failed',
    'secret-regions',
    a =>
      (properties(a, 'AWS::SecretsManager::Secret', { region: 'us-east-1' })['statuses'] = { 'sa-east-1': 'Failed' }),
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
  [
    'a KMS key is disabled',
    'signer-copies',
    a =>
      (properties(a, 'AWS::KMS::ReplicaKey', {
        region: 'sa-east-1',
        id: thing(a, 'AWS::KMS::ReplicaKey', { region: 'sa-east-1', id: currentKmsKey(a) })?.id ?? '',
      })['state'] = 'Disabled'),
    'kms',
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
    'the function has an environment variable',
    'edge-function',
    a => (properties(a, 'AWS::Lambda::Function', { id: 'once-edge' })['Environment'] = { Variables: { DEBUG: '1' } }),
  ],
  [
    'the function logs elsewhere',
    'edge-function',
    a => delete properties(a, 'AWS::Lambda::Function', { id: 'once-edge' })['LoggingConfig'],
  ],
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
  ['the api has no web ACL', 'web-acl', a => without(a, 'AWS::WAFv2::WebACLAssociation')],
  [
    'the access log holds paths',
    'access-logs',
    a => (properties(a, 'AWS::Logs::Delivery')['RecordFields'] as string[]).push('cs-uri-stem'),
  ],
  ['the legacy access log is on', 'access-logs', a => (config(a)['Logging'] = { Bucket: 'b' })],
  ['there is a real-time log', 'access-logs', a => (config(a).DefaultCacheBehavior['RealtimeLogConfigArn'] = 'arn:x')],
  [
    'a log group never expires',
    'log-retention',
    a => delete properties(a, 'AWS::Logs::LogGroup', { region: 'us-west-1', id: '/once/edge' })['RetentionInDays'],
  ],
  [
    'a log group is missing',
    'log-retention',
    a => without(a, 'AWS::Logs::LogGroup', { region: 'sa-east-1', id: '/once/edge' }),
  ],
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
  [
    'no function reads the stream',
    'events',
    a => (properties(a, 'AWS::Lambda::EventSourceMapping')['state'] = 'Disabled'),
  ],
  [
    'an alarm is missing',
    'alarms',
    a => without(a, 'AWS::CloudWatch::Alarm', { region: 'sa-east-1', id: 'once-edge-throttled' }),
  ],
  [
    'an alarm is in state ALARM',
    'alarms',
    a => (properties(a, 'AWS::CloudWatch::Alarm', { region: 'sa-east-1' })['state'] = 'ALARM'),
  ],
]

function currentKmsKey(account: Account): string {
  const { signing } = JSON.parse(String(properties(account, 'AWS::SecretsManager::Secret')['value'])) as {
    signing: { kmsKeyId: string }
  }
  return signing.kmsKeyId
}

describe('the doctor reports a change by hand', () => {
  test.each(changes.map(row => [`${row[0]}: ${row[1]}`, row] as const))('%s', async (_, row) => {
    const [, check, change, variant = 'home'] = row
    const account = accountWith(variant)
    change(account)
    const { findings } = await diagnose(account, variant)
    const problems = findings.filter(({ verdict }) => verdict !== 'ok')
    expect(new Set(problems.map(finding => finding.check))).toEqual(new Set([check]))
    expect(problems.every(({ todo }) => todo !== '')).toBe(true)
  })
})

describe('if AWS refuses requests, the doctor reports it', () => {
  test('if a service refuses, the checks that need it fail with its reason', async () => {
    const account = accountWith('home')
    account.denies = line => line.startsWith('wafv2 ')
    const { code, findings } = await diagnose(account)
    expect(code).toBe(1)
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toMatchObject([
      { check: 'web-acl', verdict: 'fail', found: expect.stringContaining('AccessDeniedException') as string },
    ])
  })

  test('if the credentials are refused, it sends no other request and ends with 2', async () => {
    const account = accountWith('home')
    account.denies = line => line.startsWith('sts ')
    const command = await onAccount(account)
    expect(await command('doctor')).toMatchObject({
      code: 2,
      said: '',
      noted: expect.stringContaining('AccessDeniedException') as string,
    })
    expect(account.requests).toEqual(['sts GetCallerIdentity us-east-1'])
  })

  test('in an account without the deployment, it reports every stack as missing', async () => {
    const { code, findings } = await diagnose({ ...accountWith('home'), things: [], stacks: [] })
    expect(code).toBe(1)
    expect(findings.filter(({ check }) => check === 'stacks').length).toBeGreaterThan(13)
    expect(findings.filter(({ found }) => /TypeError|undefined/.test(found))).toEqual([])
  })
})

test('after a deployment was deleted and deployed again, the doctor reports nothing', async () => {
  const account = accountWith('home')
  for (const stack of account.stacks) {
    stack.status = 'DELETE_COMPLETE'
    for (const resource of stack.resources) resource.status = 'DELETE_COMPLETE'
  }
  account.things = []
  const { code, findings } = await diagnose(accountWith('home', account))
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  expect(code).toBe(0)
})

describe('the doctor prints nothing of the secret but ids', () => {
  test.each([
    ['a valid secret', (text: string) => text],
    ['a secret that is not JSON', (text: string) => text.slice(1)],
    ['a secret without a private key', (text: string) => text.replace('privateKey', 'privateWord')],
  ])('%s', async (_, change) => {
    const account = accountWith('home')
    const { properties: secret } = thing(account, 'AWS::SecretsManager::Secret', {
      region: 'us-east-1',
      id: 'once-keys',
    })!
    secret['value'] = change(String(secret['value']))
    const command = await onAccount(account)
    const { said, noted } = await command('doctor', '--json')
    expect(said).toContain('key-group')
    for (const word of [privateWord, 'PRIVATE KEY', 'slots']) expect(said + noted).not.toContain(word)
    const [key = ''] = /[\w+/]{40,}/.exec(String(secret['value'])) ?? []
    expect(key.length).toBeGreaterThan(39)
    expect(said + noted).not.toContain(key)
  })
})

test('without --json, it prints a table of verdict, check, what was found and what to do, then totals', async () => {
  const account = accountWith('home')
  config(account)['IPV6Enabled'] = true
  const command = await onAccount(account)
  const { code, said } = await command('doctor')
  expect(code).toBe(1)
  expect(said).toMatch(/^ok {4}stacks {13}all stacks are deployed/m)
  expect(said).toMatch(/^fail {2}ipv6 {15}IPv6 is on: .* -> npm run deploy$/m)
  expect(said).toMatch(/\n\nonce in account 111122223333: 1 fail, 0 warn, 27 ok$/)
})

test('run as a process, it prints JSON on standard output', async () => {
  const account = accountWith('home')
  await onAccount(account) // serves the account and sets AWS_ENDPOINT_URL
  const main = join(import.meta.dirname, '../../../cli/main.ts')
  const child = spawn(process.execPath, [main, 'doctor', '--json'], {
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, noted, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  expect(noted).toBe('')
  const report = JSON.parse(said) as Report
  expect(report).toMatchObject({ deployment: 'once', account: '111122223333' })
  // The process uses the machine's clock, for which the keys of the test may be old, and reaches no distribution.
  const problems = report.findings.filter(({ verdict }) => verdict !== 'ok').map(({ check }) => check)
  expect(problems.filter(check => !['key-age', 'rotation'].includes(check))).toEqual(['answers'])
  expect(code).toBe(1)
})
