import { describe, expect, test } from 'vitest'
import { isEdgeFunction } from '../../../cli/deployment/names.ts'
import { lambdaEdgeRegions } from '../../../construct/lambda-edge-regions.ts'
import type { InventoryItem } from '../../../cli/deployment/teardown/inventory-item.ts'
import {
  type Account,
  emptyAccount,
  type Properties,
  type Thing,
  thingsOf,
} from '../../support/cli/control-plane/account.ts'
import { newStack } from '../../support/cli/control-plane/cloudformation/actions.ts'
import { onAccount } from '../../support/cli/on-account.ts'
import { type Variant, variants } from '../infra/synthesised.ts'
import { accountWith, optionsFor } from './deployments.ts'

/** The JSON report, in which `removal` is `goes`. */
interface Report {
  readonly items: readonly (Omit<InventoryItem, 'removal' | 'ownedByStack'> & { goes: InventoryItem['removal'] })[]
}

const kindsOf = (items: Report['items']) => [...new Set(items.map(({ kind }) => kind))]
const bucketsOf = (account: Account) => thingsOf(account, 'AWS::S3::Bucket')
const distributionId = (account: Account) => thingsOf(account, 'AWS::CloudFront::Distribution')[0]?.id
const put = (account: Account, type: string, of: { region: string; id: string; properties?: Properties }) =>
  account.things.push({ properties: {}, ...of, type })

/** Creates an account with a deployment in use: files, incomplete uploads, and log groups that AWS created by itself. */
function usedAccount(variant: Variant = 'home'): Account {
  const account = accountWith(variant)
  for (const bucket of bucketsOf(account)) {
    const version = (_: unknown, count: number) => ({ Key: `a/${count}`, VersionId: `v${count}` })
    bucket.properties['versions'] = Array.from({ length: 7 }, version)
    bucket.properties['markers'] = [{ Key: 'deleted', VersionId: 'm1' }]
    bucket.properties['uploads'] = [{ Key: 'b c', UploadId: 'u1' }]
  }
  const log = (region: string, id: string) => put(account, 'AWS::Logs::LogGroup', { region, id })
  for (const { region, id } of thingsOf(account, 'AWS::ApiGateway::RestApi')) {
    log(region, `API-Gateway-Execution-Logs_${id}/v1`)
  }
  for (const region of lambdaEdgeRegions) if (!hasEdgeLog(account, region)) log(region, '/once/edge')
  log('ap-northeast-1', `/aws/lambda/us-east-1.${edgeFunctionOf(account)}`)
  log('us-west-1', `/aws/cloudfront/LambdaEdge/${distributionId(account)}`)
  account.edgeReplicas = true
  return account
}

const hasEdgeLog = (account: Account, region: string) =>
  thingsOf(account, 'AWS::Logs::LogGroup', region).some(({ id }) => id === '/once/edge')
const edgeFunctionOf = (account: Account, name = 'once') =>
  thingsOf(account, 'AWS::Lambda::Function').find(({ id }) => isEdgeFunction(id, name))?.id ?? ''

/** Whether a thing stays after a teardown: a key that waits for its deletion, or what belongs to the account. */
function staysForGood({ type, properties }: Thing): boolean {
  if (type === 'AWS::KMS::Key' || type === 'AWS::KMS::ReplicaKey') return properties['state'] === 'PendingDeletion'
  return (
    type === 'AWS::ApiGateway::Account' ||
    (type === 'AWS::IAM::Role' && JSON.stringify(properties).includes('apigateway.amazonaws.com'))
  )
}

/** Returns the teardown commands of the command line on an account. */
async function commands(account: Account, variant: Variant = 'home') {
  const command = await onAccount(account)
  const options = optionsFor(variant)
  return {
    destroy: (...more: readonly string[]) => command('teardown', '--yes', 'once', ...options, ...more),
    verify: (...more: readonly string[]) => command('teardown', '--verify', ...options, ...more),
    plan: () => command('teardown', '--plan', ...options),
    raw: command,
  }
}

describe('a teardown deletes a deployment until nothing is left', () => {
  test.each(Object.keys(variants) as Variant[])(
    '%s: the first run deletes all but the edge function, a later one that function',
    async variant => {
      const account = usedAccount(variant)
      const { destroy, verify } = await commands(account, variant)
      expect((await verify()).code).toBe(1)

      const edge = edgeFunctionOf(account)
      const first = await destroy()
      expect(first.noted).toContain(`function ${edge} stays: CloudFront keeps replicas of the edge function`)
      expect(first.said).toContain(
        'nothing is billed any more; to delete the rest, in some hours: npm run destroy -- --yes once',
      )
      expect(first.code).toBe(1)
      const between = JSON.parse((await verify('--json')).said) as Report
      expect(between.items.filter(({ billed }) => billed)).toEqual([])
      expect(between.items.filter(({ goes }) => goes === 'now')).toMatchObject([{ kind: 'function', name: edge }])
      expect((await verify()).code).toBe(0)

      account.edgeReplicas = false
      const second = await destroy()
      expect(second.code).toBe(0)
      expect(second.said).toContain('there is nothing more to delete')
      expect(account.things.filter(each => !staysForGood(each))).toEqual([])
      expect(account.stacks.filter(({ status }) => status !== 'DELETE_COMPLETE')).toEqual([])
      expect((await verify()).code).toBe(0)
      const third = await destroy()
      expect(third.code).toBe(0)
    },
  )

  test('it deletes each stack before those that the stack depends on, and keys last', async () => {
    const account = usedAccount('kms')
    account.edgeReplicas = false
    const { destroy } = await commands(account, 'kms')
    await destroy()
    expect(account.deletions).toEqual([
      'once-events-us-east-1',
      'once-eu-west-1',
      'once-us-east-1',
      'once-keys-eu-west-1',
      'once-keys-us-east-1',
    ])
  })

  test('when nothing exists, --verify says that nothing is left', async () => {
    const account = usedAccount()
    const { destroy, verify } = await commands(account)
    account.edgeReplicas = false
    await destroy()
    account.things = []
    expect(await verify()).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^nothing is left of once in account 111122223333\n/) as string,
    })
  })

  test('it touches no other deployment, however similar the names', async () => {
    const account = usedAccount()
    accountWith('home', account, 'once-eu')
    accountWith('home', account, 'once-edge')
    const isOthers = ({ owner }: Thing) => /stack\/once-(edge-|eu-(eu|us|events)-)/.test(owner ?? '')
    const others = structuredClone(account.things.filter(isOthers))
    expect(others.length).toBeGreaterThan(150)
    account.edgeReplicas = false
    const { destroy, verify } = await commands(account)
    expect((await destroy()).code).toBe(0)
    expect(account.things.filter(isOthers)).toEqual(others)
    expect(account.things.filter(each => !isOthers(each) && !staysForGood(each))).toEqual([])
    const { items } = JSON.parse((await verify('--json')).said) as Report
    expect(items.filter(({ name }) => /once-(edge-|eu-(eu|us|events)-)/.test(name))).toEqual([])
  })

  test('it deletes stacks of earlier settings too', async () => {
    const account = usedAccount()
    account.edgeReplicas = false
    const command = await onAccount(account)
    const { code } = await command('teardown', '--yes', 'once', '-c', 'homeRegions=us-west-2')
    expect(code).toBe(0)
    expect(account.things.filter(each => !staysForGood(each))).toEqual([])
  })

  test('it schedules keys that a stack retained for deletion too', async () => {
    const account = usedAccount()
    for (const stack of account.stacks) {
      const at = stack.resources.findIndex(({ type }) => type === 'AWS::KMS::Key')
      if (at >= 0) stack.resources[at] = { ...stack.resources[at]!, retained: true }
    }
    const { destroy, verify } = await commands(account)
    await destroy()
    expect(thingsOf(account, 'AWS::KMS::Key').filter(each => !staysForGood(each))).toEqual([])
    expect((await verify()).code).toBe(0)
  })
})

describe('a teardown also deletes what no stack deletes', () => {
  const removed: readonly (readonly [string, (account: Account) => unknown])[] = [
    [
      'a secret with copies',
      a => leaveSecret(a, { primary: 'us-east-1', regions: ['us-east-1', 'sa-east-1', 'eu-west-2'] }),
    ],
    [
      'a secret that is scheduled for deletion',
      a => leaveSecret(a, { primary: 'us-east-1', regions: ['us-east-1'], deletedAt: 1_790_000_000 }),
    ],
    ['a copy of a deleted secret', a => leaveSecret(a, { primary: 'us-east-1', regions: ['eu-central-1'] })],
    [
      'the edge log in a Region that the settings no longer name',
      a => put(a, 'AWS::Logs::LogGroup', { region: 'sa-east-1', id: '/once/edge' }),
    ],
    [
      'edge functions that failed deployments left',
      a => {
        put(a, 'AWS::Lambda::Function', { region: 'us-east-1', id: 'once-edge-0badcafe' })
        put(a, 'AWS::Lambda::Function', { region: 'us-east-1', id: 'once-edge-1badcafe' })
      },
    ],
    [
      'the edge function of an older version',
      a => put(a, 'AWS::Lambda::Function', { region: 'us-east-1', id: 'once-edge' }),
    ],
    [
      'logs that Lambda made for edge functions',
      a => {
        put(a, 'AWS::Logs::LogGroup', { region: 'ap-south-1', id: '/aws/lambda/us-east-1.once-edge-0badcafe' })
        put(a, 'AWS::Logs::LogGroup', { region: 'us-east-1', id: '/aws/lambda/once-edge-0badcafe' })
      },
    ],
    [
      'a table that a restore made',
      a =>
        put(a, 'AWS::DynamoDB::GlobalTable', {
          region: 'us-east-1',
          id: 'once-links-restored-20261124T120000Z',
          properties: { replica: {} },
        }),
    ],
    ['the topic of alarms', a => put(a, 'AWS::SNS::Topic', { region: 'us-east-1', id: 'once-alarms' })],
    ['a function of the api', a => put(a, 'AWS::Lambda::Function', { region: 'us-west-2', id: 'once-links' })],
  ]
  test.each(removed)('%s', async (_, leave) => {
    const account = emptyAccount()
    leave(account)
    const { destroy, verify } = await commands(account)
    expect((await destroy()).code).toBe(0)
    expect(account.things).toEqual([])
    expect((await verify()).code).toBe(0)
  })

  test('except the edge function, as long as CloudFront has replicas of it', async () => {
    const account = emptyAccount()
    account.edgeReplicas = true
    const properties = { Architectures: ['x86_64'] }
    put(account, 'AWS::Lambda::Function', { region: 'us-east-1', id: 'once-edge-0badcafe', properties })
    const { destroy } = await commands(account)
    const { code, noted } = await destroy()
    expect(noted).toContain(
      'function once-edge-0badcafe stays: CloudFront keeps replicas of the edge function for some hours',
    )
    expect(code).toBe(1)
    account.edgeReplicas = false
    expect((await destroy()).code).toBe(0)
  })

  test('if it can’t delete something, it names it and ends with 1', async () => {
    const account = emptyAccount()
    put(account, 'AWS::Events::EventBus', { region: 'us-west-2', id: 'once' })
    const { destroy } = await commands(account)
    expect(await destroy()).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^event bus +billed +once +us-west-2$/m) as string,
    })
  })
})

function leaveSecret(
  account: Account,
  { primary, regions, deletedAt }: { primary: string; regions: readonly string[]; deletedAt?: number },
): void {
  const copies = regions.filter(region => region !== primary)
  for (const region of regions) {
    const properties = { primary, copies: region === primary ? [...copies] : [], ...(deletedAt && { deletedAt }) }
    put(account, 'AWS::SecretsManager::Secret', { region, id: 'once-keys', properties })
  }
}

describe('a teardown reports what AWS can’t delete yet, and a later run deletes it', () => {
  test('a table whose replica is younger than a day', async () => {
    const account = usedAccount()
    Object.assign(account, { youngReplicas: true, edgeReplicas: false })
    const { destroy, verify } = await commands(account)
    const first = await destroy()
    expect(first).toMatchObject({ code: 1 })
    expect(first.noted).toContain(
      'once-links stays: DynamoDB keeps a table for a day after a replica was created from it',
    )
    expect(first.said).toContain('run this until nothing is left')
    expect((await verify()).code).toBe(1)
    account.youngReplicas = false
    expect((await destroy()).code).toBe(0)
  })

  test('a stack whose deletion takes longer than --minutes', async () => {
    const account = usedAccount()
    Object.assign(account, { slowness: 50, edgeReplicas: false })
    const { destroy } = await commands(account)
    const first = await destroy('--minutes', '1')
    expect(first.code).toBe(1)
    expect(first.noted).toContain('is still being deleted')
    // What a stack is still to delete was left to it: its custom resource needs its function.
    expect(thingsOf(account, 'AWS::Lambda::Function', 'us-east-1').map(({ id }) => id)).toContain('once-keys-create')
    account.slowness = 1
    let last = await destroy()
    for (let run = 1; run <= 5 && last.code !== 0; run += 1) last = await destroy()
    expect(last.code).toBe(0)
    expect(account.things.filter(each => !staysForGood(each))).toEqual([])
  })

  test('a bucket that gets a file while it is emptied is emptied again', async () => {
    const account = usedAccount()
    let late = 1
    account.onEmptied = bucket => {
      if (bucket.id.includes('access-logs') && late-- > 0)
        bucket.properties['versions'] = [{ Key: 'late', VersionId: 'v' }]
    }
    const { destroy } = await commands(account)
    await destroy()
    expect(late).toBeLessThan(1)
    expect(bucketsOf(account)).toEqual([])
  })

  test('a bucket that is never empty stays, and the rest is deleted', async () => {
    const account = usedAccount()
    account.edgeReplicas = false
    const log = bucketsOf(account).find(({ id }) => id.includes('access-logs'))
    account.denies = line => {
      if (line === 'cloudformation DeleteStack us-east-1' && log)
        log.properties['versions'] = [{ Key: 'k', VersionId: 'v' }]
      return false
    }
    const { destroy } = await commands(account)
    const { code, noted } = await destroy()
    expect(code).toBe(1)
    expect(noted).toMatch(/once-us-east-1 in us-east-1 stays: its buckets keep getting new files/)
    expect(bucketsOf(account)).toEqual([log])
  })

  test('if a stack may not be deleted, the others still are', async () => {
    const account = usedAccount()
    account.edgeReplicas = false
    account.denies = line => line === 'cloudformation DeleteStack eu-west-1'
    const { destroy } = await commands(account)
    const { code, noted } = await destroy()
    expect(code).toBe(1)
    expect(noted).toContain('once-eu-west-1 in eu-west-1 stays: not authorized')
    expect(account.stacks.filter(({ status }) => status !== 'DELETE_COMPLETE').map(({ name }) => name)).toEqual([
      'once-eu-west-1',
    ])
  })
})

describe('a teardown deletes what a deployment that failed left behind', () => {
  const states = [
    'REVIEW_IN_PROGRESS',
    'CREATE_FAILED',
    'ROLLBACK_COMPLETE',
    'ROLLBACK_FAILED',
    'UPDATE_FAILED',
    'UPDATE_ROLLBACK_FAILED',
    'UPDATE_ROLLBACK_COMPLETE',
    'DELETE_FAILED',
  ]
  test.each(states)('stacks in %s', async status => {
    const account = usedAccount('starter')
    account.edgeReplicas = false
    // Only a stack without protection can be deleted, or fail to be.
    for (const stack of account.stacks)
      Object.assign(stack, { status, terminationProtection: status !== 'DELETE_FAILED' })
    const { destroy, verify } = await commands(account, 'starter')
    expect((await destroy()).code).toBe(0)
    expect(account.things.filter(each => !staysForGood(each))).toEqual([])
    expect((await verify()).code).toBe(0)
  })

  test.each(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'])(
    'it waits for the end of %s',
    async status => {
      const account = usedAccount('starter')
      account.edgeReplicas = false
      const [stack] = account.stacks
      Object.assign(stack!, { status })
      let described = 0
      account.onRequest = line => {
        if (line !== 'cloudformation DescribeStacks us-east-1') return
        described += 1
        if (described === 4) stack!.status = 'ROLLBACK_COMPLETE'
      }
      const { destroy } = await commands(account, 'starter')
      expect((await destroy()).code).toBe(0)
      const deletion = account.requests.indexOf('cloudformation DeleteStack us-east-1')
      expect(
        account.requests.slice(0, deletion).filter(line => line.includes('DescribeStacks')).length,
      ).toBeGreaterThan(3)
      expect(account.things.filter(each => !staysForGood(each))).toEqual([])
    },
  )

  test('it also deletes the stacks of versions before this one, keys of others last', async () => {
    const account = emptyAccount()
    const older = [
      'once-signer',
      'once-region-us-east-1',
      'once-data',
      'once-edge',
      'once-events-us-east-1',
      'once-api-us-east-1',
    ]
    for (const name of older) {
      account.stacks.push({ ...newStack(account, { name, region: 'us-east-1' }), status: 'CREATE_COMPLETE' })
    }
    const others = ['once-edge-eu', 'once-other', 'once-api-us-west-2']
    for (const name of others) {
      account.stacks.push({ ...newStack(account, { name, region: 'us-east-1' }), status: 'CREATE_COMPLETE' })
    }
    const { destroy } = await commands(account)
    expect((await destroy()).code).toBe(0)
    expect(account.deletions).toEqual([
      'once-api-us-east-1',
      'once-events-us-east-1',
      'once-edge',
      'once-data',
      'once-region-us-east-1',
      'once-signer',
    ])
  })

  test('a distribution with a plan stays until the plan ends, and it says so', async () => {
    const account = usedAccount('starter')
    account.edgeReplicas = false
    put(account, 'AWS::PricingPlanManager::Subscription', {
      region: 'us-east-1',
      id: 'plan',
      properties: { ResourceArns: [`arn:aws:cloudfront::${account.id}:distribution/${distributionId(account)}`] },
    })
    const { destroy } = await commands(account, 'starter')
    const first = await destroy()
    expect(first.code).toBe(1)
    expect(first.noted).toContain(
      'the plan of the distribution keeps it until it has ended: free at once, says CloudFront',
    )
    account.things = account.things.filter(({ id }) => id !== 'plan')
    expect((await destroy()).code).toBe(0)
    expect(account.things.filter(each => !staysForGood(each))).toEqual([])
  })
})

describe('nothing is deleted without --yes and the name of the deployment', () => {
  const refused: readonly (readonly [readonly string[], string])[] = [
    [[], 'got nothing, allowed: one of --plan, --verify, --yes NAME'],
    [['--yes', 'twice'], '--yes: got "twice", allowed: once, the name of the deployment'],
    [['--yes', ''], '--yes: got "", allowed: once, the name of the deployment'],
    [['--yes', 'once', '--verify'], 'got --verify --yes, allowed: one of --plan, --verify, --yes NAME'],
    [['--yes', 'once', '--minutes', '0'], '--minutes: got "0", allowed: 1 to 600'],
    [['--yes', 'once', '-c', 'name=once-eu'], '--yes: got "once", allowed: once-eu, the name of the deployment'],
    [['--plan', '--force'], '--force'],
    [['once'], 'got nothing, allowed: one of --plan, --verify, --yes NAME'],
    [['once', '--plan'], 'environment: got "once", allowed: none'],
  ]
  test.each(refused)('teardown %s', async (args, words) => {
    const account = usedAccount()
    const { raw } = await commands(account)
    expect(await raw('teardown', ...args)).toMatchObject({
      code: 2,
      said: '',
      noted: expect.stringContaining(words) as string,
    })
    expect(account.requests).toEqual([])
  })

  test.each(['plan', 'verify'] as const)('--%s changes nothing', async action => {
    const account = usedAccount()
    const before = structuredClone({ things: account.things, stacks: account.stacks })
    const run = await commands(account)
    expect((await run[action]()).code).toBe(action === 'plan' ? 0 : 1)
    expect({ things: account.things, stacks: account.stacks }).toEqual(before)
  })

  test('--plan names every existing kind of resource, and the command that deletes them', async () => {
    const account = usedAccount()
    const { plan } = await commands(account)
    const { said } = await plan()
    expect(said).toMatch(/^alarm +billed +once-edge-throttled +us-east-1$/m)
    expect(said).toMatch(/^function +- +once-edge-[0-9a-f]{8} +us-east-1$/m)
    expect(said).toMatch(/to delete all this, with all files: npm run destroy -- --yes once$/)
  })
})

/** One leftover of each kind: its name in the report, and whether it is billed. */
const leftovers: readonly (readonly [string, boolean, (account: Account) => unknown])[] = [
  [
    'REST API',
    true,
    a => put(a, 'AWS::ApiGateway::RestApi', { region: 'us-west-2', id: 'def', properties: { Name: 'once-tokens' } }),
  ],
  [
    'REST API',
    true,
    a => put(a, 'AWS::ApiGateway::RestApi', { region: 'us-west-2', id: 'abc', properties: { Name: 'once' } }),
  ],
  [
    'table once-links',
    true,
    a => put(a, 'AWS::DynamoDB::GlobalTable', { region: 'sa-east-1', id: 'once-links', properties: { replica: {} } }),
  ],
  [
    'table once-api-state',
    true,
    a =>
      put(a, 'AWS::DynamoDB::GlobalTable', { region: 'us-east-2', id: 'once-api-state', properties: { replica: {} } }),
  ],
  [
    'bucket once-content-111122223333-eu-west-3-an',
    true,
    a => put(a, 'AWS::S3::Bucket', { region: 'eu-west-3', id: 'once-content-111122223333-eu-west-3-an' }),
  ],
  [
    'bucket once-content-111122223333-eu-west-3',
    true,
    a => put(a, 'AWS::S3::Bucket', { region: 'eu-west-3', id: 'once-content-111122223333-eu-west-3' }),
  ],
  [
    'bucket once-access-logs-111122223333',
    true,
    a => put(a, 'AWS::S3::Bucket', { region: 'us-east-1', id: 'once-access-logs-111122223333' }),
  ],
  [
    'bucket once-error-pages-111122223333',
    true,
    a => put(a, 'AWS::S3::Bucket', { region: 'us-east-1', id: 'once-error-pages-111122223333' }),
  ],
  [
    'distribution ELEFT',
    true,
    a =>
      put(a, 'AWS::CloudFront::Distribution', {
        region: 'us-east-1',
        id: 'ELEFT',
        properties: { DistributionConfig: { Comment: 'once: links that work once', DefaultCacheBehavior: {} } },
      }),
  ],
  [
    'web ACL once-edge',
    true,
    a =>
      put(a, 'AWS::WAFv2::WebACL', {
        region: 'us-east-1',
        id: 'once-edge',
        properties: { Name: 'once-edge', Scope: 'CLOUDFRONT' },
      }),
  ],
  [
    'web ACL once-api',
    true,
    a =>
      put(a, 'AWS::WAFv2::WebACL', {
        region: 'us-west-2',
        id: 'once-api',
        properties: { Name: 'once-api', Scope: 'REGIONAL' },
      }),
  ],
  [
    'secret once-keys',
    true,
    a =>
      put(a, 'AWS::SecretsManager::Secret', {
        region: 'eu-central-1',
        id: 'once-keys',
        properties: { primary: 'us-east-1', copies: [] },
      }),
  ],
  ['log group /once/edge', true, a => put(a, 'AWS::Logs::LogGroup', { region: 'sa-east-1', id: '/once/edge' })],
  [
    'log group /once/api-access',
    true,
    a => put(a, 'AWS::Logs::LogGroup', { region: 'us-west-2', id: '/once/api-access' }),
  ],
  [
    'log group /once-tokens/api-access',
    true,
    a => put(a, 'AWS::Logs::LogGroup', { region: 'us-west-2', id: '/once-tokens/api-access' }),
  ],
  [
    'log group /aws/lambda/once-links',
    true,
    a => put(a, 'AWS::Logs::LogGroup', { region: 'us-west-2', id: '/aws/lambda/once-links' }),
  ],
  [
    'log group /aws/lambda/us-east-1.once-edge',
    true,
    a => put(a, 'AWS::Logs::LogGroup', { region: 'us-west-1', id: '/aws/lambda/us-east-1.once-edge' }),
  ],
  ['function once-exchange', true, a => put(a, 'AWS::Lambda::Function', { region: 'us-west-2', id: 'once-exchange' })],
  ['function once-edge', false, a => put(a, 'AWS::Lambda::Function', { region: 'us-east-1', id: 'once-edge' })],
  ['event bus once', true, a => put(a, 'AWS::Events::EventBus', { region: 'us-east-1', id: 'once' })],
  ['topic once-alarms', false, a => put(a, 'AWS::SNS::Topic', { region: 'us-east-1', id: 'once-alarms' })],
  [
    'log group /aws/lambda/once-watch',
    true,
    a => put(a, 'AWS::Logs::LogGroup', { region: 'us-east-1', id: '/aws/lambda/once-watch' }),
  ],
  ['function once-watch', true, a => put(a, 'AWS::Lambda::Function', { region: 'us-east-1', id: 'once-watch' })],
  [
    'alarm once-outcome-unknown',
    true,
    a => put(a, 'AWS::CloudWatch::Alarm', { region: 'ap-south-1', id: 'once-outcome-unknown' }),
  ],
  ['dashboard once', true, a => put(a, 'AWS::CloudWatch::Dashboard', { region: 'us-east-1', id: 'once' })],
  [
    'key group once',
    false,
    a => put(a, 'key group', { region: 'global', id: 'once', properties: { id: 'G', keyIds: [] } }),
  ],
  [
    'public key once-0123456789abcdef',
    false,
    a =>
      put(a, 'public key', {
        region: 'global',
        id: 'K1',
        properties: { name: 'once-0123456789abcdef', createdAt: '2026-01-01T00:00:00Z' },
      }),
  ],
]

describe('--verify finds everything that is left, and whether it is billed', () => {
  test.each(leftovers)('%s', async (label, billed, leave) => {
    const account = emptyAccount()
    leave(account)
    const { verify } = await commands(account)
    const { code, said } = await verify('--json')
    const { items } = JSON.parse(said) as Report
    expect(items.map(({ kind, name }) => `${kind} ${name}`)).toEqual([expect.stringContaining(label)])
    expect(items[0]?.billed).toBe(billed)
    expect(code).toBe(billed ? 1 : 0)
  })

  test('a stack with resources that are no items themselves, such as VPC endpoints', async () => {
    const account = accountWith('private')
    for (const stack of account.stacks) {
      const isApi = stack.name === 'once-eu-west-1'
      stack.status = isApi ? 'DELETE_FAILED' : 'DELETE_COMPLETE'
      for (const each of stack.resources)
        each.status = isApi && each.type === 'AWS::EC2::VPCEndpoint' ? 'DELETE_FAILED' : 'DELETE_COMPLETE'
    }
    account.things = []
    const { verify } = await commands(account, 'private')
    const { code, said } = await verify()
    expect(said).toMatch(/^stack +billed +once-eu-west-1 \(DELETE_FAILED/m)
    expect(code).toBe(1)
  })

  test('keys and logs of deleted stacks, whose names only CloudFormation knows', async () => {
    const account = usedAccount('customer')
    for (const stack of account.stacks) {
      stack.status = 'DELETE_COMPLETE'
      for (const each of stack.resources)
        each.status = each.type === 'AWS::KMS::Key' ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE'
    }
    account.things = account.things.filter(({ type, owner }) => type === 'AWS::KMS::Key' || owner === undefined)
    const { verify, destroy } = await commands(account, 'customer')
    const { items } = JSON.parse((await verify('--json')).said) as Report
    expect(kindsOf(items)).toEqual(['log group', 'KMS key'])
    expect(items.filter(({ kind }) => kind === 'log group')).toHaveLength(lambdaEdgeRegions.length + 4)
    expect((await destroy()).code).toBe(0)
    expect(account.things.filter(each => !staysForGood(each))).toEqual([])
  })

  test('but nothing of other deployments and accounts', async () => {
    const account = emptyAccount()
    accountWith('one', account, 'once-eu')
    put(account, 'AWS::S3::Bucket', { region: 'us-east-1', id: 'once-content-999999999999-eu-west-1' })
    put(account, 'AWS::Logs::LogGroup', { region: 'us-east-1', id: '/aws/lambda/once-upon-a-time' })
    put(account, 'public key', {
      region: 'global',
      id: 'K2',
      properties: { name: 'once-eu-0123456789abcdef', createdAt: '2026-01-01T00:00:00Z' },
    })
    put(account, 'AWS::DynamoDB::GlobalTable', {
      region: 'us-east-1',
      id: 'once-links-restored-links',
      properties: { replica: {} },
    })
    const { verify } = await commands(account)
    expect(JSON.parse((await verify('--json')).said)).toMatchObject({ items: [] })
  })
})
