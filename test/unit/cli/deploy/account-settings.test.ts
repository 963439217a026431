import { describe, expect, test } from 'vitest'
import { decideByAccount } from '../../../../cli/deployment/deploy/account-settings.ts'
import type { DeployScope } from '../../../../cli/deployment/deploy/steps.ts'
import type { DeployedState } from '../../../../cli/deployment/deploy/deployed.ts'
import { settingsInputWith, settingsOf, settingsWith } from '../../../../cli/settings.ts'

/** An account: what a stack has, the zones that serve a private network, those of subnets, and roles of API Gateway by Region. */
interface Account {
  readonly resources?: readonly string[]
  readonly zones?: readonly string[]
  readonly roles?: Readonly<Record<string, string>>
  readonly deployed?: Partial<DeployedState>
}

const role = 'arn:aws:iam::111122223333:role/company'

/** Decides for settings of the command line; resolves to what the CDK gets, and to the concerns. */
async function decided(context: readonly string[], { resources, zones, roles = {}, deployed }: Account) {
  const stack = { name: 'once-us-east-1', region: 'us-east-1' }
  const never = () => Promise.reject(new Error('asked for what is known'))
  const aws = {
    stacks: {
      resources: async () => (resources ?? []).map(type => ({ type, physicalId: type, status: 'CREATE_COMPLETE' })),
    },
    prerequisites: { bootstrap: async () => ({ kind: 'version' }) },
    networks: {
      zonesWith: zones === undefined ? never : async () => zones,
      zonesOf: async () => ['us-east-1d', 'us-east-1a'],
    },
    restApis: { logRole: roles === undefined ? never : async (region: string) => roles[region] },
  }
  const state = {
    account: '1',
    stacks: resources === undefined ? [] : [stack],
    ...deployed,
  } as unknown as DeployedState
  const written = settingsInputWith(context)
  const scope = { settings: settingsWith(context), written, ports: { aws } } as unknown as DeployScope
  const { scope: now, concerns } = await decideByAccount(scope, state)
  expect(settingsOf(now.written)).toEqual(now.settings)
  const { availabilityZones, apiLogRole } = now.settings
  return { availabilityZones, apiLogRole, concerns }
}

const isPrivate = ['homeRegions=us-east-1', 'network=private', 'apiLogRole=none']
const zones = ['us-east-1b', 'us-east-1c', 'us-east-1f']
const kept = { settings: { availabilityZones: ['us-east-1a', 'us-east-1e'] } } as unknown as Partial<DeployedState>

describe('the zones of a private network', () => {
  test.each<[string, Account, string]>([
    ['that is new: two that serve what it needs', { zones }, 'us-east-1b,us-east-1c'],
    ['whose stack says its zones: these, without a question', { deployed: kept }, 'us-east-1a,us-east-1e'],
    [
      'of an earlier version: those of its subnets',
      { resources: ['AWS::EC2::Subnet', 'AWS::EC2::Subnet'] },
      'us-east-1d,us-east-1a',
    ],
  ])('%s', async (_, account, expected) => {
    expect((await decided(isPrivate, account)).availabilityZones?.join()).toBe(expected)
  })

  test('that the settings name are not asked for; a public api has none', async () => {
    const given = [...isPrivate, 'availabilityZones=us-east-1a,us-east-1b']
    expect((await decided(given, {})).availabilityZones?.join()).toBe('us-east-1a,us-east-1b')
    expect((await decided(['homeRegions=us-east-1', 'apiLogRole=none'], {})).availabilityZones).toBeUndefined()
  })

  test('can not change', async () => {
    const other = [...isPrivate, 'availabilityZones=us-east-1a,us-east-1b']
    await expect(decided(other, { deployed: kept })).rejects.toThrow(/deployed us-east-1a, us-east-1e, now us-east-1a/)
  })

  test('are too few: it stops, and says of what', async () => {
    const needed = 'lambda, secretsmanager, execute-api, events'
    await expect(decided(isPrivate, { zones: ['us-east-1b'] })).rejects.toMatchObject({
      message: `in us-east-1, only us-east-1b has endpoints of ${needed}`,
    })
    await expect(decided([...isPrivate, 'reminders=true'], { zones: [] })).rejects.toMatchObject({
      message: `in us-east-1, no zone has endpoints of ${needed}, scheduler`,
    })
  })
})

describe('the role by which API Gateway writes logs', () => {
  const two = ['homeRegions=us-east-1,us-east-2', 'apiRegions=us-east-1,us-east-2']
  const stays = { severity: 'remark', found: `API Gateway in us-east-1 writes logs by ${role}, which stays` }
  const missing = (region: string) => ({
    severity: 'problem',
    found: expect.stringContaining(`in ${region} has no role`) as string,
  })
  test.each<[string, readonly string[], Account, readonly object[], boolean]>([
    ['is made, if there is none', two, {}, [], false],
    ['stays, if it is of the account', ['homeRegions=us-east-1'], { roles: { 'us-east-1': role } }, [stays], true],
    [
      'stays that of the deployment',
      ['homeRegions=us-east-1'],
      { resources: ['AWS::ApiGateway::Account'], roles: { 'us-east-1': role } },
      [],
      false,
    ],
    ['is missing in one Region only', two, { roles: { 'us-east-1': role } }, [stays, missing('us-east-2')], true],
    [
      'is to be there, but is missing',
      ['homeRegions=us-east-1', 'apiLogRole=account'],
      {},
      [missing('us-east-1')],
      false,
    ],
    ['is not needed', ['homeRegions=us-east-1', 'apiLogRole=none'], { roles: { 'us-east-1': role } }, [], false],
  ])('%s', async (...[, context, account, concerns, isOthers]) => {
    const found = await decided(context, account)
    expect(found.concerns).toMatchObject(concerns)
    expect(found.concerns).toHaveLength(concerns.length)
    expect(found.apiLogRole).toBe(isOthers ? 'account' : settingsWith(context).apiLogRole)
  })
})
