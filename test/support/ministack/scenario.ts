import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { deployLocks } from '../../../cli/adapters/aws/deploy-locks.ts'
import { settingsWith } from '../../../cli/settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { stacksOf } from '../../../infra/placement/placement.ts'
import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { Outcome } from '../cli/once-here.ts'
import { type DecisionServer, startDecisions } from '../iam/decisions.ts'
import { measureDeployment, type Permitted, permittedIn } from '../iam/deployment.ts'
import { missingIamSimulate } from '../iam/evaluate.ts'
import { missingPython } from '../machine/python.ts'
import { startFront } from './front.ts'
import { differences, type Inventory, madeAgain, takeInventory } from './inventory.ts'
import { lifeOfLinks } from './life.ts'
import type { Deployed } from './life/deployed.ts'
import { account, keepLog } from './ministack.ts'
import { startOperator } from './operator.ts'

/** One deployment. */
export interface Scenario {
  /** Its settings, as `-c` takes them. */
  readonly context: readonly string[]
  /** Makes what the account has before the deployment; resolves to the settings that name it. */
  readonly prepare?: () => Promise<readonly string[]>
  /** Registers further tests, of the deployment in use. */
  readonly more?: (get: () => Deployed) => void
}

/** What a teardown leaves, as docs/deploy.md says: what `cdk bootstrap` made, and the role by which API Gateway writes logs. */
const documented = [/^(stack CDKToolkit|role cdk-|bucket cdk-)/, /^role \S+-ApiGatewayCloudWatchRole/]

/** Longest test, in milliseconds: a synthesis takes most of it. */
const maxTestMs = 300_000

/**
 * Registers the whole life of a deployment on MiniStack: deployed, deployed again, checked, used, deleted. Runs in the order of its tests,
 * and skips what follows a deployment that failed.
 */
export function wholeLife(title: string, scenario: Scenario): void {
  const missing = missingPython ?? missingIamSimulate
  describe.skipIf(missing !== undefined)(title, { timeout: maxTestMs }, () => {
    let deployed: Deployed | undefined
    const get = (): Deployed => {
      if (deployed === undefined) throw new Error('nothing is deployed')
      return deployed
    }
    let decisions: DecisionServer | undefined
    beforeAll(async () => {
      decisions = await startDecisions()
      deployed = await startAccount(scenario, decisions)
      await deployed.operator.bootstrap(...stackRegions(deployed.context))
    }, maxTestMs)
    // Vitest runs the last of these first, and the others also if it fails.
    afterAll(async () => {
      await decisions?.stop()
    })
    afterAll(async () => {
      await deployed?.operator.close()
    })
    let hasFailed = false
    beforeEach(({ skip }) => skip(hasFailed, 'the deployment failed'))
    let permitted: Permitted | undefined
    deploys(get, () => (hasFailed = true))
    lifeOfLinks(get)
    scenario.more?.(get)
    test('its roles are read, and who may invoke its functions', async () => {
      permitted = await permittedIn(stackRegions(get().context), settingsWith(get().context))
      expect(permitted.roles.length).toBeGreaterThan(5)
      expect(permitted.planned.length).toBeGreaterThan(2)
    })
    goes(get)
    test('its functions may do what they did, and no more', async () => {
      if (permitted === undefined) throw new Error('its roles were not read')
      expect(await measureDeployment(permitted, decisions?.calls ?? [])).toEqual([])
    })
  })
}

/** Functions act as their roles: AUTH makes MiniStack check signatures and policies. */
async function startAccount({ context, prepare }: Scenario, { url }: DecisionServer): Promise<Deployed> {
  const operator = await startOperator({
    startFront: ({ endpoint, clock }) => startFront({ endpoint, account, now: clock.now }),
    variables: { AUTH: 'true', IAM_DECISIONS: url },
  })
  return { operator, clock: operator.ministack.clock, context: [...context, ...((await prepare?.()) ?? [])] }
}

function stackRegions(context: readonly string[]): readonly string[] {
  const settings = settingsWith(context)
  return [...new Set(stacksOf(settings, physicalNames(settings.name, account)).map(({ region }) => region))]
}

/** Other Regions cost time, and are looked at in the end. */
const inventoryOf = ({ context }: Deployed): Promise<Inventory> => takeInventory(stackRegions(context))

/** Runs a command for the deployment; keeps MiniStack's log if the test fails. */
async function run({ operator, context }: Deployed, ...args: readonly string[]): Promise<Outcome> {
  onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, args[0] ?? '')}`))
  return operator.once(...args, ...context.flatMap(each => ['-c', each]))
}

function deploys(get: () => Deployed, onFailed: () => void): void {
  let before: Inventory = {}

  test('once deploy brings an empty account to the first link', async () => {
    onTestFailed(onFailed)
    const { code, said, noted } = await run(get(), 'deploy', '--yes')
    expect(code, `${said}\n${noted}`).toBe(0)
    expect(said).toMatch(/first link: (opened once: 302, then the file \(\d+ bytes\); again: 403|skipped)/)
    before = await inventoryOf(get())
  })

  test('once deploy again changes nothing', async () => {
    const { code, said } = await run(get(), 'deploy', '--yes')
    expect(code, said).toBe(0)
    expect(differences(before, await inventoryOf(get()))).toEqual([])
  })

  test('of processes that take the lock at once, one gets it; so of those that take it over', async () => {
    const take = (pid: number, replaces?: string) =>
      deployLocks().take('two', { host: 'here', pid, since: 0 as EpochMs }, replaces)
    const first = await Promise.all([take(1), take(2)])
    for (const each of first) if (each.kind === 'taken') await each.release()
    const found = await take(3)
    const ended = found.kind === 'held' ? found.version : undefined
    const again = await Promise.all([take(4, ended), take(5, ended)])
    for (const both of [first, again]) expect(both.map(({ kind }) => kind).toSorted()).toEqual(['held', 'taken'])
  })

  test('once doctor finds nothing', async () => {
    const { code, said } = await run(get(), 'doctor')
    expect(code, said).toBe(0)
    // Without `events` and a mail address, its alarms have no receiver.
    const { events } = settingsWith(get().context)
    expect(said).toMatch(new RegExp(`: 0 fail, ${events ? 0 : 1} warn, \\d+ ok$`, 'm'))
  })

  test('once doctor names what was changed by hand', async () => {
    const deployed = get()
    const FunctionName = `${nameOf(deployed)}-watch`
    const lambda = new LambdaClient({ endpoint: deployed.operator.ministack.endpoint, region: edgeStackRegion })
    const { MemorySize } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 1024 }))
    const { code, said } = await run(deployed, 'doctor')
    expect(said).toMatch(/^fail +drift .*: AWS::Lambda::Function once-watch was changed: \/MemorySize -> /m)
    expect(code).toBe(1)
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize }))
  })
}

function goes(get: () => Deployed): void {
  test('once teardown deletes all but the edge function, of which CloudFront has replicas', async () => {
    const { code, said } = await run(get(), 'teardown', '--yes', nameOf(get()))
    expect(code, said).toBe(1)
    expect(unexplained(await takeInventory()).filter(name => !madeAgain.test(name))).toEqual([
      expect.stringMatching(/^function \S+-edge-[0-9a-f]{8} us-east-1$/),
    ])
  })

  test('hours later it deletes that too, and nothing is left', async () => {
    const again = await run(get(), 'teardown', '--yes', nameOf(get()))
    expect(again.code, again.said).toBe(0)
    const { code, said } = await run(get(), 'teardown', '--verify')
    expect(code, said).toBe(0)
    expect(unexplained(await takeInventory())).toEqual([])
  })
}

const nameOf = ({ context }: Deployed): string => settingsWith(context).name

const unexplained = (inventory: Inventory): readonly string[] =>
  Object.keys(inventory).filter(name => !documented.some(pattern => pattern.test(name)))
