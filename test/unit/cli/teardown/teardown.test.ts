import { describe, expect, test } from 'vitest'
import type { InventoryItem } from '../../../../cli/deployment/teardown/inventory-item.ts'
import { physicalNames } from '../../../../infra/placement/physical-names.ts'
import {
  allOf,
  copyOf,
  type FakeAccount,
  put,
  stackOf,
  type Thing,
  type ThingKind,
  valueOf,
} from '../../../support/cli/fake-account.ts'
import { deployed, once, preparedAccount, settings } from '../../../support/cli/fake-deployment.ts'
import { namesOfStacks } from '../../../support/cli/fake-stacks.ts'
import { testTime } from '../../../support/cli/fake-things.ts'

interface Report {
  readonly items: readonly (Pick<InventoryItem, 'kind' | 'name' | 'billed'> & { goes: InventoryItem['removal'] })[]
}

const edge = 'once-edge-0123abcd'
const names = physicalNames('once', '111122223333')
const home = ['homeRegions=eu-west-1,us-east-1', 'events=true', 'firewall=own', 'accessLogs=true', 'dashboard=true']
const all = [...home, 'encryption=customer', 'alarmEmail=ops@example.com']
const starter = ['profile=starter']

const log = (region: string, name: string): Thing<'log group'> => ({
  kind: 'log group',
  region,
  name,
  value: { name, retentionDays: undefined, createdAt: undefined },
})

/** Returns an account with a deployment in use: with files, and log groups that AWS made by itself. */
async function used(...pairs: readonly string[]): Promise<FakeAccount> {
  const account = await deployed(...pairs)
  for (const { name, region } of allOf(account, 'bucket')) put(account, { kind: 'files', region, name, value: 7 })
  put(account, log('sa-east-1', '/once/edge'))
  put(account, log('ap-northeast-1', `/aws/lambda/us-east-1.${edge}`))
  put(account, log('us-west-1', '/aws/cloudfront/LambdaEdge/E1'))
  return account
}

/** Returns the commands on an account, for its settings. */
function commands(account: FakeAccount, ...pairs: readonly string[]) {
  const teardown = (...args: readonly string[]) => once(account, ['teardown', ...args, ...settings(...pairs)])
  return {
    destroy: (...more: readonly string[]) => teardown('--yes', 'once', ...more),
    verify: (...more: readonly string[]) => teardown('--verify', ...more),
    preview: () => teardown('--preview'),
    items: async () => (JSON.parse((await teardown('--verify', '--json')).said) as Report).items,
  }
}

/** What is left, but for what belongs to the account, and keys that KMS deletes in a week. */
function leftOf(account: FakeAccount): readonly string[] {
  const ofAccount = new Set<ThingKind>(['bootstrap', 'log role'])
  const things = [...account.things.values()].filter(({ kind, name, value }) => {
    const isPending = kind === 'KMS key' && (value as { state: string }).state === 'PendingDeletion'
    return !ofAccount.has(kind) && !isPending && !name.startsWith('once-api-logs-')
  })
  return [...things.map(({ kind, region, name }) => `${kind} ${region} ${name}`), ...namesOfStacks(account)]
}

const holdEdge = (account: FakeAccount) =>
  account.stuck.set(edge, { times: Number.POSITIVE_INFINITY, why: 'it is a replicated function' })

describe('a teardown deletes a deployment until nothing is left', () => {
  test.each([
    ['starter', starter],
    ['standard', ['profile=standard']],
    ['regulated', ['profile=regulated']],
    ['strong', ['profile=standard', 'mode=strong', 'witnessRegion=us-west-2']],
    ['all', all],
  ])('%s: the first run deletes all but the edge function, a later one that function', async (_, pairs) => {
    const account = await used(...pairs)
    const { destroy, verify, items } = commands(account, ...pairs)
    expect((await verify()).code).toBe(1)

    holdEdge(account)
    const first = await destroy()
    expect(first.noted).toContain(`function ${edge} stays: CloudFront keeps replicas of the edge function`)
    expect(first.said).toContain(
      'nothing is billed any more; to delete the rest, in some hours: npm run destroy -- --yes once',
    )
    expect(first.code).toBe(1)
    const between = await items()
    expect(between.filter(({ billed }) => billed)).toEqual([])
    expect(between.filter(({ goes }) => goes === 'now')).toMatchObject([{ kind: 'function', name: edge }])
    expect((await verify()).code).toBe(0)

    account.stuck.clear()
    const second = await destroy()
    expect(second.said).toContain('there is nothing more to delete')
    expect([second.code, leftOf(account), (await verify()).code, (await destroy()).code]).toEqual([0, [], 0, 0])
  })

  test('it deletes each stack before those that the stack depends on, and keys last', async () => {
    const account = await used(...home, 'encryption=customer')
    await commands(account, ...home, 'encryption=customer').destroy()
    expect(account.changes.flatMap(line => /^stacks\.remove (\S+)/.exec(line)?.[1] ?? [])).toEqual([
      'once-events-us-east-1',
      'once-eu-west-1',
      'once-us-east-1',
      'once-keys-eu-west-1',
      'once-keys-us-east-1',
    ])
  })

  test('it turns protection off before anything is deleted, of stacks and of each replica', async () => {
    const account = await used('profile=standard')
    await commands(account, 'profile=standard').destroy()
    const unprotected = account.changes.filter(line => line.includes('.unprotect'))
    expect(account.changes.slice(0, unprotected.length)).toEqual(unprotected)
    expect(unprotected.toSorted()).toEqual([
      'stacks.unprotect once-us-east-1 us-east-1',
      'stacks.unprotect once-us-east-2 us-east-2',
      'tables.unprotect once-api-state us-east-1',
      'tables.unprotect once-links us-east-1',
      'tables.unprotect once-links us-east-2',
    ])
  })

  test('ended before any change, the same command deletes the rest', async () => {
    const whole = await used(...all)
    const before = copyOf(whole)
    await commands(whole, ...all).destroy()
    expect(whole.changes.length).toBeGreaterThan(20)
    for (let endsAfter = 0; endsAfter < whole.changes.length; endsAfter += 1) {
      const account = Object.assign(copyOf(before), { endsAfter })
      const { destroy } = commands(account, ...all)
      await destroy()
      account.endsAfter = Number.POSITIVE_INFINITY
      const { code, said } = await destroy()
      expect([code, leftOf(account)], `after ${account.changes[endsAfter - 1]}: ${said}`).toEqual([0, []])
    }
  })

  test('when nothing exists, --verify says that nothing is left', async () => {
    const { code, said } = await commands(preparedAccount('us-east-1')).verify()
    expect(said).toMatch(/^nothing is left of once in account 111122223333\n/)
    expect(code).toBe(0)
  })

  test('it touches no other deployment, however similar the names, nor the stack of the CDK', async () => {
    const account = await used(...home)
    for (const other of ['once-eu', 'once-edge'])
      await once(account, ['deploy', '--yes', '--new', ...settings(...home, `name=${other}`)])
    const toolkit = { ...account.stacks[0]!, name: 'CDKToolkit', id: 'toolkit', resources: [] }
    account.stacks.push(toolkit)
    const isOthers = (owner = '') => /^once-(edge-|eu-(eu|us|events)-)/.test(owner)
    const others = () => structuredClone([...account.things.values()].filter(({ owner }) => isOthers(owner)))
    const before = others()
    expect(before.length).toBeGreaterThan(80)
    const { destroy, items } = commands(account, ...home)
    expect((await destroy()).code).toBe(0)
    expect(others()).toEqual(before)
    expect(namesOfStacks(account).filter(name => !isOthers(name))).toEqual(['CDKToolkit'])
    expect((await items()).filter(({ name }) => isOthers(name))).toEqual([])
  })

  test('it deletes stacks of earlier settings too', async () => {
    const account = await used(...home)
    expect((await commands(account, 'homeRegions=us-west-2').destroy()).code).toBe(0)
    expect(leftOf(account)).toEqual([])
  })

  test('it schedules keys that a stack retained for deletion too', async () => {
    const account = await used(...all)
    for (const key of allOf(account, 'KMS key')) put(account, { ...key, retained: true })
    await commands(account, ...all).destroy()
    expect(account.changes.filter(line => line.startsWith('kms.scheduleDeletion'))).toHaveLength(2)
    expect(leftOf(account)).toEqual([])
  })

  test('the role by which API Gateway writes logs stays, and it says why', async () => {
    const account = await used(...starter)
    const { destroy, items } = commands(account, ...starter)
    const { said } = await destroy()
    expect(said).toMatch(
      /^role +- +once-api-logs-us-east-1 \(API Gateway writes logs by it for all APIs of the account/m,
    )
    expect(await items()).toMatchObject([{ kind: 'role', billed: false, goes: 'stays' }])
    expect(valueOf(account, 'role', 'once-api-logs-us-east-1')).toBeDefined()
  })
})

/** A kind of thing, its name and Region, and how it differs from that of a deployment. */
type Stray = readonly [kind: ThingKind, name: string, region: string, fields?: object]

/** Returns a thing that no stack has. */
async function stray(...[kind, name, region, fields]: Stray): Promise<Thing> {
  const like: unknown = allOf(await deployed(...all), kind)[0]?.value ?? true
  const named = kind === 'log group' || kind === 'alarm' ? { name } : {}
  const value = typeof like === 'object' ? Object.assign({}, like, named, fields) : like
  return { kind, name, region, value: value as Thing['value'] }
}

/**
 * One leftover of each kind: its name and Region, whether it is billed, whether a teardown deletes it without a stack, its fields
 * that differ from those of a deployment, and its name in the report if that is another.
 */
const leftovers: readonly (readonly [
  kind: ThingKind,
  name: string,
  region: string,
  billed: 'billed' | '-',
  end: 'goes' | 'stays',
  more?: { readonly label?: string; readonly fields?: object },
])[] = [
  ['api', 'x', 'us-west-2', 'billed', 'stays', { label: 'REST API once (x)', fields: { id: 'x' } }],
  [
    'api',
    'y',
    'us-west-2',
    'billed',
    'stays',
    { label: 'REST API once-tokens (y)', fields: { id: 'y', name: 'once-tokens' } },
  ],
  ['table', 'once-links', 'sa-east-1', 'billed', 'stays'],
  ['table', 'once-api-state', 'us-east-2', 'billed', 'stays'],
  [
    'table',
    'once-links-restored-20261124T120000Z',
    'us-east-1',
    'billed',
    'goes',
    { label: 'restored table once-links-restored-20261124T120000Z' },
  ],
  ['bucket', 'once-content-111122223333-eu-west-3-an', 'eu-west-3', 'billed', 'stays'],
  ['bucket', 'once-access-logs-111122223333-us-east-1-an', 'us-east-1', 'billed', 'stays'],
  ['bucket', 'once-error-pages-111122223333-us-east-1-an', 'us-east-1', 'billed', 'stays'],
  ['distribution', 'ELEFT', 'global', 'billed', 'stays', { fields: { id: 'ELEFT' } }],
  ['web ACL', 'once-edge', 'us-east-1', 'billed', 'stays'],
  ['secret', 'once-keys', 'eu-central-1', 'billed', 'goes'],
  ['secret', 'once-keys', 'us-east-1', '-', 'goes', { fields: { deletedAt: testTime } }],
  ['log group', '/once/edge', 'sa-east-1', 'billed', 'goes'],
  ['log group', '/once/api-access', 'us-west-2', 'billed', 'goes'],
  ['log group', '/once-tokens/api-access', 'us-west-2', 'billed', 'goes'],
  ['log group', '/aws/lambda/once-links', 'us-west-2', 'billed', 'goes'],
  ['log group', '/aws/lambda/once-watch', 'us-east-1', 'billed', 'goes'],
  ['log group', '/aws/lambda/us-east-1.once-edge-0badcafe', 'us-west-1', 'billed', 'goes'],
  ['log group', '/aws/lambda/once-edge-0badcafe', 'us-east-1', 'billed', 'goes'],
  ['log group', 'once-us-east-1-CallLog21B43A2B-6111C5932AD1A', 'us-east-1', 'billed', 'goes'],
  ['function', 'once-exchange', 'us-west-2', 'billed', 'goes'],
  ['function', 'once-watch', 'us-east-1', 'billed', 'goes'],
  ['function', 'once-edge-0badcafe', 'us-east-1', '-', 'goes'],
  ['bus', 'once', 'us-east-1', 'billed', 'stays', { label: 'event bus once' }],
  ['topic', 'once-alarms', 'us-east-1', '-', 'goes'],
  ['alarm', 'once-outcome-unknown', 'ap-south-1', 'billed', 'stays'],
  ['dashboard', 'once', 'global', 'billed', 'stays'],
  ['key group', 'once', 'global', '-', 'stays'],
  ['public key', 'K1', 'global', '-', 'stays', { label: 'public key once-0123456789abcdef' }],
]

describe('of what no stack has', () => {
  for (const [kind, name, region, billed, end, { label = `${kind} ${name}`, fields = {} } = {}] of leftovers) {
    test(`${kind} ${name} in ${region}: --verify finds it, ${billed}, and a teardown says that it ${end}`, async () => {
      const account = preparedAccount('us-east-1')
      put(account, await stray(kind, name, region, fields))
      const { destroy, verify, items } = commands(account)
      expect(await items()).toMatchObject([{ billed: billed === 'billed' }])
      expect((await items()).map(item => `${item.kind} ${item.name}`)).toEqual([label])
      expect((await verify()).code).toBe(billed === 'billed' ? 1 : 0)
      expect([(await destroy()).code, (await items()).length]).toEqual(end === 'goes' ? [0, 0] : [1, 1])
    })
  }

  test('a secret goes with its copies, and a key and logs of deleted stacks are found by their history', async () => {
    const account = await used(...all)
    // Lambda makes a group again for a last line, also that of a function of the CDK, whose name CloudFormation chose.
    const ofCdk = 'once-us-east-1-CallLog21B43A2B-x1'
    const group = { type: 'AWS::Logs::LogGroup', physicalId: ofCdk, status: '', reason: '' }
    stackOf(account, 'once-us-east-1')!.resources.push(group)
    const kept = allOf(account, 'KMS key')
    for (const stack of account.stacks) {
      stack.status = 'DELETE_COMPLETE'
      for (const each of stack.resources)
        each.status = each.type === 'AWS::KMS::Key' ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE'
    }
    account.things.clear()
    for (const key of kept) put(account, { ...key, owner: undefined })
    for (const region of ['us-east-1', 'eu-west-2']) put(account, await stray('secret', 'once-keys', region))
    put(account, log('eu-west-1', 'API-Gateway-Execution-Logs_api-eu-west-1/v1'))
    put(account, log('us-east-1', ofCdk))
    const { destroy, items } = commands(account, ...all)
    expect([...new Set((await items()).map(({ kind }) => kind))]).toEqual(['secret', 'log group', 'KMS key'])
    expect([(await destroy()).code, leftOf(account)]).toEqual([0, []])
  })

  test('nothing of other deployments and accounts is found', async () => {
    const account = await deployed(...starter, 'name=once-eu')
    put(account, await stray('bucket', 'once-content-999999999999-eu-west-1', 'us-east-1'))
    put(account, log('us-east-1', '/aws/lambda/once-upon-a-time'))
    put(account, log('us-east-1', 'once-eu-us-east-1-CallLog21B43A2B-6111C5932AD1A'))
    put(account, log('us-east-1', 'once-eu-west-1-CallLog21B43A2B-6111C5932AD1A'))
    put(account, await stray('public key', 'K2', 'global', { id: 'K2', name: 'once-eu-0123456789abcdef' }))
    put(account, await stray('table', 'once-links-restored-links', 'us-east-1'))
    expect(await commands(account).items()).toEqual([])
  })

  test('a stack is billed for what is no item itself, such as VPC endpoints', async () => {
    const account = await deployed(...starter)
    const stack = stackOf(account, 'once-us-east-1')!
    stack.status = 'DELETE_FAILED'
    for (const each of stack.resources) each.status = 'DELETE_COMPLETE'
    stack.resources.push({ type: 'AWS::EC2::VPCEndpoint', physicalId: 'vpce-1', status: 'DELETE_FAILED', reason: 'x' })
    account.things.clear()
    const { code, said } = await commands(account, ...starter).verify()
    expect(said).toMatch(/^stack +billed +once-us-east-1 \(DELETE_FAILED/m)
    expect(code).toBe(1)
  })
})

describe('a teardown reports what AWS can’t delete yet, and a later run deletes it', () => {
  test.each([
    [
      'once-links',
      'it acted as a source region',
      'once-links stays: DynamoDB keeps a table for a day after a replica was created',
    ],
    [
      'E1',
      'it has a pricing plan',
      'the plan of the distribution keeps it until it has ended: free at once, says CloudFront',
    ],
  ])('%s: %s', async (name, why, text) => {
    const account = await used(...starter)
    account.stuck.set(name, { times: 1, why })
    const { destroy, verify } = commands(account, ...starter)
    const { code, noted, said } = await destroy()
    expect(noted).toContain(text)
    expect(said).toContain('run this until nothing is left')
    expect([code, (await verify()).code]).toEqual([1, 1])
    expect([(await destroy()).code, leftOf(account)]).toEqual([0, []])
  })

  test('a stack whose deletion takes longer than --minutes', async () => {
    const account = Object.assign(await used(...starter), { slowness: 50 })
    const { destroy } = commands(account, ...starter)
    const { code, noted } = await destroy('--minutes', '1')
    expect(code).toBe(1)
    expect(noted).toContain('is still being deleted')
    // What a stack is still to delete is left to it: its custom resource needs its function.
    expect(valueOf(account, 'function', ['once-keys-create', 'us-east-1'])).toBeDefined()
    expect([(await destroy()).code, leftOf(account)]).toEqual([0, []])
  })

  test('a bucket that gets a file while it is emptied is emptied again; one that is never empty stays', async () => {
    const account = await used(...starter)
    const name = names.errorPageBucket('us-east-1')
    let late = 1
    account.onCall = line => {
      if (line.startsWith('stacks.remove') && late-- > 0)
        put(account, { kind: 'files', region: 'us-east-1', name, value: 1 })
    }
    const again = copyOf(account)
    expect((await commands(account, ...starter).destroy()).code).toBe(0)
    again.onCall = line =>
      line.startsWith('stacks.remove') && put(again, { kind: 'files', region: 'us-east-1', name, value: 1 })
    const { code, noted } = await commands(again, ...starter).destroy()
    expect(noted).toContain('once-us-east-1 in us-east-1 stays: its buckets keep getting new files')
    expect([code, allOf(again, 'bucket').map(each => each.name)]).toEqual([1, [name]])
  })

  test('if a stack may not be deleted, the others still are, and it is named', async () => {
    const account = await used('profile=standard')
    account.denied.add('stacks.remove once-us-east-2')
    const { code, noted } = await commands(account, 'profile=standard').destroy()
    expect(noted).toContain('once-us-east-2 in us-east-2 stays: User is not authorized')
    expect([code, namesOfStacks(account)]).toEqual([1, ['once-us-east-2']])
  })

  test.each(['tables.describe', 'stacks.all', 'logs.groups', 'cloudfront.publicKeys', 'watch.alarms'])(
    'if AWS refuses %s, it does not say that nothing is there',
    async call => {
      const account = preparedAccount('us-east-1')
      account.denied.add(call)
      const { code, said, noted } = await commands(account).verify()
      expect(noted).toContain(`User is not authorized to perform: ${call}`)
      expect([code, said]).toEqual([2, ''])
    },
  )
})

describe('a teardown deletes what a deployment that failed left behind', () => {
  test.each([
    'REVIEW_IN_PROGRESS',
    'CREATE_FAILED',
    'ROLLBACK_COMPLETE',
    'ROLLBACK_FAILED',
    'UPDATE_FAILED',
    'UPDATE_ROLLBACK_FAILED',
    'UPDATE_ROLLBACK_COMPLETE',
    'DELETE_FAILED',
  ])('stacks in %s', async status => {
    const account = await used(...starter)
    for (const stack of account.stacks) stack.status = status
    const { destroy, verify } = commands(account, ...starter)
    expect([(await destroy()).code, leftOf(account), (await verify()).code]).toEqual([0, [], 0])
  })

  test.each(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'])(
    'it waits for the end of %s, which would turn protection on again',
    async status => {
      const account = await used(...starter)
      const stack = stackOf(account, 'once-us-east-1')!
      const end = () => void (stack.status = 'ROLLBACK_COMPLETE')
      Object.assign(stack, { status, pending: { reads: 4, end } })
      account.onCall = line => /\.(unprotect|remove) /.test(line) && expect(stack.status).not.toBe(status)
      const { destroy } = commands(account, ...starter)
      expect([(await destroy()).code, leftOf(account)]).toEqual([0, []])
    },
  )
})

describe('nothing is deleted without --yes and the name of the deployment', () => {
  const refused: readonly (readonly [readonly string[], string])[] = [
    [[], 'got nothing, allowed: one of --preview, --verify, --yes NAME'],
    [['--yes', 'twice'], '--yes: got "twice", allowed: once, the name of the deployment'],
    [['--yes', 'once', '--verify'], 'got --verify --yes, allowed: one of --preview, --verify, --yes NAME'],
    [['--yes', 'once', '--minutes', '0'], '--minutes: got "0", allowed: 1 to 600'],
    [['--yes', 'once', '-c', 'name=once-eu'], '--yes: got "once", allowed: once-eu, the name of the deployment'],
    [['--plan', '--force'], '--force'],
    [['once', '--plan'], 'environment: got "once", allowed: none'],
  ]
  test.each(refused)('teardown %s', async (args, words) => {
    const account = await used(...starter)
    const { code, said, noted } = await once(account, ['teardown', ...args])
    expect([code, said, account.calls]).toEqual([2, '', []])
    expect(noted).toContain(words)
  })

  test('--preview and --verify change nothing; a preview names what exists, and the command that deletes it', async () => {
    const account = await used(...home)
    const { preview, verify } = commands(account, ...home)
    const { code, said } = await preview()
    expect([code, (await verify()).code, account.changes]).toEqual([0, 1, []])
    expect(said).toMatch(/^alarm +billed +once-edge-throttled +us-east-1$/m)
    expect(said).toMatch(/^function +- +once-edge-[0-9a-f]{8} +us-east-1$/m)
    expect(said).toMatch(/to delete all this, with all files: npm run destroy -- --yes once$/)
  })
})
