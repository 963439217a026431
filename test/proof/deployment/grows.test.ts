import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { tablesWhere } from '../../../cli/deployment/table-protection.ts'
import { differences, takeInventory } from '../../support/ministack/inventory.ts'
import { keepLog } from '../../support/ministack/ministack.ts'
import { missingPython } from '../../support/machine/python.ts'
import {
  argumentsOf,
  documentedCommands,
  type Growing,
  refusedIn,
  regions,
  startGrowing,
  thingsOf,
  untilDone,
} from './grown.ts'

const command = (...context: readonly string[]) => ['deploy', '--yes', ...context.flatMap(each => ['-c', each])]

/** What stops a first deployment, and an update. */
const [goesOn, isUndone] = ['-> what was created stays; ', '-> CloudFormation has undone the last update; ']

/**
 * What a growth by a Region does to stacks: the table's one, which has a change set of an earlier command, gets the new replica; that of the
 * new Region, and its protection. Uploads, the lock and the protection of tables are further steps, in no fixed order.
 */
const steps = [
  'DeleteChangeSet CreateChangeSet DeleteChangeSet ExecuteChangeSet',
  'CreateChangeSet DeleteChangeSet ExecuteChangeSet',
  'UpdateTerminationProtection',
]

/** Refuses the first creation and the first update of each type in this file: a type whose creation was refused is created later. */
const eachTypeOnce = { '*': 'refused' }

/** Settings that change much: functions, their logs, the distribution, alarms; and that add a bus, a dashboard and a firewall. */
const changes = [
  'logRetentionDays=30',
  'edgeMemory=256',
  'requestsPerSecond=200',
  'rotationDays=60',
  'requestsPerAddress=500',
  'cacheSeconds=30',
  'ipv6=true',
  'events=true',
  'dashboard=true',
  'alarms=all',
  'firewall=own',
]

/** For a last line that a function writes later, Lambda makes its log group again, after the teardown: the next run deletes it. */
const isLogGroup = (thing: string) => /\blog group /.test(thing)

/** Longest test, in milliseconds: they take 4 minutes together on two quiet cores. */
const timeout = 600_000

describe.skipIf(missingPython !== undefined)('one deployment grows', { timeout }, () => {
  let growing: Growing
  let empty: readonly string[] = []
  beforeAll(async () => {
    growing = await startGrowing()
    await growing.bootstrap(...regions)
    empty = Object.keys(await takeInventory(regions))
  }, timeout)
  afterAll(() => growing.close())
  beforeEach(() => {
    onTestFailed(() => console.error(`MiniStack's log: ${keepLog(growing.ministack, 'grows')}`))
  })

  const stackOf = async (name: string, region: (typeof regions)[number] = regions[0]) => {
    const stack = await growing.aws.stacks.describe(`${name}-${region}`, region)
    if (stack === undefined) throw new Error(`there is no stack of ${name} in ${region}`)
    return stack
  }

  const unprotected = async (name: string) => {
    const names = [`${name}-links`, `${name}-api-state`]
    const tables = names.flatMap(table => regions.map(region => ({ name: table, region })))
    return tablesWhere(false, tables, growing.aws)
  }

  test('each type of resource is refused once; the same command goes on', async () => {
    growing.ministack.refuse(eachTypeOnce)
    const runs = await untilDone(growing, command('profile=starter'), {
      async stopped({ said }) {
        const { status, isProtected } = await stackOf('once')
        expect(status).toMatch(/^(CREATE|UPDATE)_FAILED$/)
        expect(said).toContain(goesOn)
        const table = await growing.aws.tables.describe('once-links', regions[0])
        expect(isProtected || table?.deletionProtected).not.toBe(true)
      },
    })
    growing.ministack.refuse({})
    expect(await unprotected('once')).toEqual([])
    const { Resources } = JSON.parse(await growing.aws.stacks.template(await stackOf('once'))) as {
      Resources: Record<string, { Type: string }>
    }
    const types = new Set(Object.values(Resources).map(({ Type }) => `create ${Type}`))
    expect(refusedIn(runs)).toEqual(expect.arrayContaining([...types]))
  })

  test('it grows by a Region, and the command ends after each of its steps', async () => {
    const seen = new Set<string>()
    await untilDone(growing, command('profile=standard'), { seen })
    const ofStacks = [...seen].filter(step => step.startsWith('cloudformation '))
    expect(ofStacks.map(step => step.split(' ')[1]).join(' ')).toBe(steps.join(' '))
    expect([...seen]).toEqual(expect.arrayContaining(regions.map(region => `dynamodb UpdateTable / ${region}`)))
    expect(await unprotected('once')).toEqual([])
    const grown = await thingsOf('once', empty)
    const before = Object.keys(await takeInventory(regions))
    expect(await untilDone(growing, [...command('name=two'), '--new'])).toEqual([])
    expect(await thingsOf('two', before)).toEqual(grown)
  })

  test('each type that changes is refused once; the update is undone, and the same command succeeds', async () => {
    growing.ministack.refuse(eachTypeOnce)
    const before = await growing.aws.stacks.template(await stackOf('once'))
    const runs = await untilDone(growing, command('profile=standard', ...changes), {
      async stopped({ said }) {
        expect(said).toContain(`stopped: once-${regions[0]} in `)
        expect(said).toContain(isUndone)
        const after = await Promise.all(regions.map(region => stackOf('once', region)))
        expect(after.map(({ isProtected }) => isProtected)).toEqual([true, true])
        expect(await unprotected('once')).toEqual([])
        const [failed] = after
        expect(failed?.status).toBe('UPDATE_ROLLBACK_COMPLETE')
        expect(failed && (await growing.aws.stacks.template(failed))).toBe(before)
      },
    })
    growing.ministack.refuse({})
    expect(refusedIn(runs).length).toBeGreaterThan(12)
    expect(await unprotected('once')).toEqual([])
  })

  test('from an empty account to the first link, the page has four commands', () => {
    expect(documentedCommands.slice(0, 4)).toEqual([
      'npm ci',
      'npx cdk bootstrap aws://111122223333/us-east-1 aws://111122223333/us-east-2',
      'npm run deploy',
      'npm run -s once -- issue report.pdf',
    ])
  })

  test.each(documentedCommands)('%s', async documented => {
    // CI begins with it. Here it only checks that the lock file fits.
    if (documented === 'npm ci') return void execFileSync('npm', ['ci', '--dry-run', '--offline'])
    if (documented.startsWith('npx cdk ')) return growing.cdk(...documented.split(' ').slice(2))
    const args = argumentsOf(documented, growing.ministack.folder)
    const seen = args[0] === 'teardown' && args.includes('--yes') ? new Set<string>() : undefined
    const runs = await untilDone(growing, args, { seen })
    if (seen === undefined) expect(runs).toEqual([])
    const mode = expect.stringContaining('REVERT_DRIFT') as unknown
    if (args.includes('--revert-drift')) expect(growing.proxy.steps).toContainEqual(mode)
  })

  test("of what was torn down, only the role of API Gateway's logs is left", async () => {
    const left = async () => Object.keys(await takeInventory(regions)).filter(thing => /\bonce\b/.test(thing))
    if ((await left()).some(isLogGroup)) await growing.once('teardown', '--yes', 'once')
    expect(await left()).toEqual([expect.stringMatching(/^role once-us-east-1-ApiGatewayCloudWatchRole\S+$/)])
  })

  test('the key of a replica stays until the replica is gone', async () => {
    const four = (...context: readonly string[]) => [
      ...command('name=four', 'encryption=customer', ...context),
      '--new',
    ]
    growing.ministack.refuse(eachTypeOnce)
    const types = refusedIn(await untilDone(growing, four()))
    expect(types).toEqual(['create AWS::KMS::Alias', 'create AWS::KMS::Key'])
    growing.ministack.refuse({})
    growing.proxy.start()
    expect((await growing.once(...four('homeRegions=us-east-2,us-east-1'))).said).toMatch(/^refused: /m)
    expect(growing.proxy.steps).toEqual([])
    await untilDone(growing, four('leavingRegions=us-east-2'))
    const key = (await growing.aws.tables.describe('four-links', 'us-east-2'))?.kmsKey
    const direct = { endpoint: growing.ministack.endpoint, region: 'us-east-2' }
    const [tables, keys] = [new DynamoDBClient(direct), new KMSClient(direct)]
    const stateOfKey = async () => (await keys.send(new DescribeKeyCommand({ KeyId: key }))).KeyMetadata?.KeyState
    const states: unknown[] = []
    await untilDone(growing, four('homeRegions=us-east-1'), {
      async look() {
        const found = await tables.send(new DescribeTableCommand({ TableName: 'four-links' })).catch(() => undefined)
        if (found !== undefined) states.push(await stateOfKey())
      },
    })
    expect(states.length).toBeGreaterThan(20)
    expect(new Set(states)).toEqual(new Set(['Enabled']))
    expect(await stateOfKey()).toBe('PendingDeletion')
    expect(await unprotected('four')).toEqual([])
  })

  test('a process is killed, the deployment is given up half-way, and deleted without a rest', async () => {
    const before = await takeInventory(regions)
    const three = ['-c', 'profile=starter', '-c', 'name=three']
    growing.ministack.refuse({ 'AWS::CloudFront::Distribution': 'refused' })
    const child = spawn(process.execPath, ['cli/main.ts', 'deploy', '--yes', '--new', ...three], { stdio: 'ignore' })
    growing.proxy.start({ look: step => void (step?.includes(' ExecuteChangeSet ') && child.kill('SIGKILL')) })
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    growing.proxy.start()
    await expect.poll(async () => (await stackOf('three')).status, { timeout: 300_000 }).toBe('CREATE_FAILED')
    const { said } = await growing.once('deploy', '--yes', '--new', ...three)
    expect(said).toContain(goesOn)
    expect(await thingsOf('three', Object.keys(before))).toContainEqual(expect.stringMatching(/^function NAME-edgeID /))
    const teardown = ['teardown', '--yes', 'three', ...three]
    await untilDone(growing, teardown, { seen: new Set() })
    const left = async () => differences(before, await takeInventory(regions))
    if ((await left()).some(isLogGroup)) await growing.once(...teardown)
    expect(await left()).toEqual([])
  })
})
